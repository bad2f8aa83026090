"""One's own account: what is known, taking it along, and going."""

from quart import Blueprint, ResponseReturnValue, redirect, render_template, url_for
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.words import MemberStatus, describe, hint
from songswap.documents import (
    BROWSERS,
    Account,
    Browsers,
)
from songswap.model import (
    Struct,
)
from songswap.spotify.oauth import CONSENT_LIFETIME_MS, relogin_notice
from songswap.web import accounts, browsers, membership
from songswap.web.api import no_content
from songswap.web.circles import circle_state
from songswap.web.devices import look_if_old
from songswap.web.groups import GroupSummary, summaries
from songswap.web.guard import me
from songswap.web.history_view import plays_kept
from songswap.web.parting import part
from songswap.web.resources import Resources, resources
from songswap.web.snapshot import person_of
from songswap.web.state import DevicesState
from songswap.web.view import devices_of

blueprint = Blueprint("account", __name__)
tag_blueprint(blueprint, ["me"])


class Me(Struct, frozen=True):
    """The one who is logged in. `trouble` keeps them from listening; `login_ends_at_ms` ends Spotify's six months."""

    id: str
    name: str
    image_url: str | None
    app: str
    zone: str
    trouble: MemberStatus | None
    trouble_words: str
    hint: str
    logged_in_at_ms: float | None
    login_ends_at_ms: float | None
    devices: DevicesState
    groups: tuple[GroupSummary, ...]


class Banner(Struct, frozen=True):
    """Something the person should do soon, said on every page. `action` and `href` are its link."""

    text: str
    is_urgent: bool = True
    action: str = ""
    href: str = ""


@blueprint.get("/api/me")
@validate_response(Me)
async def get_me() -> Me:
    """Who I am, on which devices, in which groups."""
    return _me(resources(), me())


@blueprint.delete("/api/me")
@no_content
async def disconnect() -> ResponseReturnValue:
    """Disconnect: everything stored about me is deleted, my listening history too.

    Fetch `/api/me/export` and `/api/me/history/export` before.
    """
    part(resources(), me().id, by=me().id)
    return "", 204


@blueprint.get("/account")
@hide
async def account_page() -> ResponseReturnValue:
    """The account page."""
    here = resources()
    look_if_old(here, me().id)
    known = here.store.read(BROWSERS, me().id) or Browsers()
    circle = circle_state(here, me().id)
    return await render_template("account.html", me=_me(here, me()), browsers=known.logged_in, circle=circle)


@blueprint.get("/account/disconnect")
@hide
async def disconnect_page() -> ResponseReturnValue:
    """What disconnecting means, and the download before it."""
    hosted = [group for group in membership.groups_of(resources().store, me().id) if group.host == me().id]
    plays = plays_kept(resources().store.root, me().id)
    return await render_template("disconnect.html", hosted=hosted, plays=plays)


@blueprint.post("/account/disconnect")
@hide
async def disconnect_for_good() -> ResponseReturnValue:
    """The button on the page above."""
    part(resources(), me().id, by=me().id)
    response = redirect(url_for("pages.landing"), 303)
    response.delete_cookie(browsers.COOKIE)
    return response


def banner_for(here: Resources, account: Account) -> Banner | None:
    """What `account` should hear on every page."""
    person = person_of(here.store, account)
    status = person.trouble
    again = url_for("login.login", app=account.app)
    if status == "needs_login":
        return Banner("Spotify does not accept your log-in any more.", action="Log in again", href=again)
    if status is not None:
        return Banner(f"{(person.fresh and person.fresh.message) or hint(status)}", action="", href="")
    consent = accounts.consent_of(here.store, account.id)
    match relogin_notice(consent.granted_at_ms, here.clock.now_ms()) if consent else None:
        case "month":
            return Banner(
                "Spotify's log-ins last six months; yours ends within a month.",
                is_urgent=False,
                action="Renew it now",
                href=again,
            )
        case "week":
            return Banner("Your Spotify log-in ends within a week.", action="Renew it now", href=again)
        case "expired":
            return Banner("Your Spotify log-in has ended after six months.", action="Log in again", href=again)
    return None


def _me(here: Resources, account: Account) -> Me:
    person = person_of(here.store, account)
    consent = accounts.consent_of(here.store, account.id)
    return Me(
        id=account.id,
        name=account.display_name,
        image_url=account.image_url,
        app=account.app,
        zone=account.zone,
        trouble=person.trouble,
        trouble_words=describe(person.trouble, None) if person.trouble else "",
        hint=hint(person.trouble) if person.trouble else "",
        logged_in_at_ms=consent.granted_at_ms if consent else None,
        login_ends_at_ms=consent.granted_at_ms + CONSENT_LIFETIME_MS if consent else None,
        devices=devices_of(person),
        groups=summaries(here, account),
    )

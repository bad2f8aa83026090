"""One's own account: what is known, taking it along, and going."""

from quart import Blueprint, ResponseReturnValue, redirect, render_template, url_for
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.kit.status_text import MemberStatus, describe, hint
from songswap.documents import Account
from songswap.model.struct import Struct
from songswap.spotify.oauth import CONSENT_LIFETIME_MS, relogin_notice
from songswap.web.account.login import logged_out
from songswap.web.account.parting import part
from songswap.web.group.device_choice import look_if_old
from songswap.web.group.group_snapshot import person_of
from songswap.web.group.group_state import DevicesState
from songswap.web.group.group_view import devices_of
from songswap.web.groups.groups import GroupSummary, summaries
from songswap.web.history.history import plays_kept
from songswap.web.kit import browser_sessions
from songswap.web.kit.access import browser, me
from songswap.web.kit.fresh_login import demand_fresh, stale
from songswap.web.kit.json_api import no_content
from songswap.web.kit.services import Services, current_services
from songswap.web.people import accounts, membership
from songswap.web.profiles.blocking import circle_state

blueprint = Blueprint("account", __name__)
tag_blueprint(blueprint, ["me"])

DISCONNECT = "/account/disconnect"


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


class KnownBrowser(Struct, frozen=True):
    """A browser of mine, in the list of them. `name` is for its buttons, `label` for people."""

    name: str
    label: str
    since_ms: float
    used_at_ms: float
    is_this: bool
    is_doubtful: bool


@blueprint.get("/api/me")
@validate_response(Me)
async def get_me() -> Me:
    """Who I am, on which devices, in which groups."""
    return _me(current_services(), me())


@blueprint.delete("/api/me")
@no_content
async def disconnect() -> ResponseReturnValue:
    """Disconnect: everything stored about me is deleted, my listening history too.

    Fetch `/api/me/export` and `/api/me/history/export` before. It takes a log-in of the last ten minutes.
    """
    services = current_services()
    demand_fresh(services, DISCONNECT)
    part(services, me().id, by=me().id)
    return "", 204


@blueprint.get("/account")
@hide
async def account_page() -> ResponseReturnValue:
    """The account page."""
    services = current_services()
    look_if_old(services, me().id)
    circle = circle_state(services, me().id)
    return await render_template(
        "account/account.html", me=_me(services, me()), browsers=_browsers(services), circle=circle
    )


@blueprint.post("/account/browsers/<name>/end")
@hide
async def end_browser(name: str) -> ResponseReturnValue:
    """The button beside a browser in the list: it is logged out."""
    services = current_services()
    browser_sessions.end(services.store, me().id, name, services.clock.now_ms())
    return logged_out(services) if name == browser_sessions.name_of(browser()) else _back_to_browsers()


@blueprint.post("/account/browsers/end")
@hide
async def end_browsers() -> ResponseReturnValue:
    """The button below the list: every browser is logged out, this one as well."""
    services = current_services()
    browser_sessions.end_all(services.store, me().id)
    return logged_out(services)


@blueprint.post("/account/browsers/<name>/mine")
@hide
async def vouch_for_browser(name: str) -> ResponseReturnValue:
    """The button beside a browser that was let in by a pasted address: it was me. No browser says so of itself."""
    services = current_services()
    if name != browser_sessions.name_of(browser()):
        browser_sessions.vouch(services.store, me().id, name, services.clock.now_ms())
    return _back_to_browsers()


def _back_to_browsers() -> ResponseReturnValue:
    return redirect(url_for("account.account_page") + "#browsers", 303)


@blueprint.get(DISCONNECT)
@hide
async def disconnect_page() -> ResponseReturnValue:
    """What disconnecting means, and the download before it."""
    services = current_services()
    hosted = [group for group in membership.groups_of(services.store, me().id) if group.host == me().id]
    plays = plays_kept(services.store.root, me().id)
    return await render_template(
        "account/disconnect.html", hosted=hosted, plays=plays, problem=stale(services, DISCONNECT)
    )


@blueprint.post(DISCONNECT)
@hide
async def disconnect_for_good() -> ResponseReturnValue:
    """The button on the page above."""
    services = current_services()
    demand_fresh(services, DISCONNECT)
    part(services, me().id, by=me().id)
    return logged_out(services)


def banner_for(services: Services, account: Account) -> Banner | None:
    """What `account` should hear on every page."""
    return _full(services) or _doubtful_browser(services) or _trouble(services, account)


def _full(services: Services) -> Banner | None:
    if not services.store.trouble:
        return None
    words = "The disk of this SongSwap takes nothing more, so changes are refused. Music goes on; deleting helps."
    return Banner(words, action="", href="")


def _doubtful_browser(services: Services) -> Banner | None:
    doubtful = next((one for one in _browsers(services) if one.is_doubtful and not one.is_this), None)
    if doubtful is None:
        return None
    words = f"{doubtful.label} was logged in as you by a pasted address. Was that you?"
    return Banner(words, action="Look at your browsers", href="/account#browsers")


def _trouble(services: Services, account: Account) -> Banner | None:
    person = person_of(services.store, account)
    status = person.trouble
    again = url_for("login.login", app=account.app)
    if status == "needs_login":
        return Banner("Spotify does not accept your log-in any more.", action="Log in again", href=again)
    if status is not None:
        return Banner(f"{(person.fresh and person.fresh.message) or hint(status)}", action="", href="")
    consent = accounts.consent_of(services.store, account.id)
    match relogin_notice(consent.granted_at_ms, services.clock.now_ms()) if consent else None:
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


def _browsers(services: Services) -> list[KnownBrowser]:
    """The browsers that whoever asks is logged in with, the latest log-in first."""
    return [
        KnownBrowser(
            name=browser_sessions.name_of(one),
            label=one.name or "A browser",
            since_ms=one.since_ms,
            used_at_ms=one.used_at_ms,
            is_this=one.secret_hash == browser().secret_hash,
            is_doubtful=one.is_doubtful,
        )
        for one in reversed(browser_sessions.logged_in(services.store, me().id, services.clock.now_ms()))
    ]


def _me(services: Services, account: Account) -> Me:
    person = person_of(services.store, account)
    consent = accounts.consent_of(services.store, account.id)
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
        groups=summaries(services, account),
    )

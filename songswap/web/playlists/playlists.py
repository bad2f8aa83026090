"""The page of playlists: what is heard most, lists to save, and playlists that renew themselves; live."""

from quart import Blueprint, Response, ResponseReturnValue, render_template
from quart_schema import hide

from songswap.documents import HEARTBEAT, SAVES, Saves
from songswap.web.kit.access import me
from songswap.web.kit.event_stream import own
from songswap.web.kit.security_headers import content_policy
from songswap.web.kit.services import Services, current_services
from songswap.web.kit.streams import Asking, Events, stream
from songswap.web.kit.timed import Timed
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.people import membership
from songswap.web.playlists import saved_lists
from songswap.web.playlists.library import TopState, look_at_top_if_old, top_of
from songswap.web.playlists.renewals import RenewalItem, items_of
from songswap.web.playlists.saved_lists import SavedState

blueprint = Blueprint("playlists", __name__)

SAVES_SHOWN = 6


class PlaylistsState(Timed, frozen=True):
    """All that the page shows of one person."""

    top: TopState
    renewals: tuple[RenewalItem, ...]
    saved: tuple[SavedState, ...]
    may_save: bool
    is_worker_alive: bool


@blueprint.get("/playlists")
@hide
async def page() -> ResponseReturnValue:
    """The page."""
    services = current_services()
    look_at_top_if_old(services, me().id)
    groups = membership.groups_of(services.store, me().id)
    text = await render_template(
        "playlists/playlists.html",
        state=_state(services, me().id),
        groups=groups,
        zone=me().zone,
        has_samples=services.config.features.embed,
    )
    policy = content_policy(services.config, has_samples=True)
    return Response(text, headers={"Content-Security-Policy": policy}, content_type="text/html; charset=utf-8")


@stream(blueprint, "/api/me/playlists/events")
def events(asking: Asking) -> Events:
    """Server-sent events: `state` with a whole PlaylistsState; `gone` when the browser was logged out."""
    mine = f"accounts/{asking.account.id}/"
    return own(asking, lambda person: _state(asking.services, person.id), mine, HEARTBEAT.pattern)


def _state(services: Services, account: str) -> PlaylistsState:
    wanted = reversed((services.store.read(SAVES, account) or Saves()).wanted)
    saved = (saved_lists.state_of(services, account, save_id) for save_id in wanted)
    return PlaylistsState(
        now_ms=services.clock.now_ms(),
        top=top_of(services, account),
        renewals=items_of(services, account),
        saved=tuple(one for one in saved if one)[:SAVES_SHOWN],
        may_save=saved_lists.may_save(services, account),
        is_worker_alive=is_worker_alive(services.store, services.clock.now_ms()),
    )

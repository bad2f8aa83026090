"""The page of playlists: what is heard most, lists to save, and playlists that renew themselves; live."""

from quart import Blueprint, Response, ResponseReturnValue, render_template
from quart_schema import hide

from songswap.documents import HEARTBEAT, SAVES, Saves
from songswap.web.kit.access import me
from songswap.web.kit.event_stream import own
from songswap.web.kit.security_headers import content_policy
from songswap.web.kit.services import Resources, resources
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
    here = resources()
    look_at_top_if_old(here, me().id)
    groups = membership.groups_of(here.store, me().id)
    text = await render_template(
        "playlists.html",
        state=_state(here, me().id),
        groups=groups,
        zone=me().zone,
        has_samples=here.config.features.embed,
    )
    policy = content_policy(here.config, has_samples=True)
    return Response(text, headers={"Content-Security-Policy": policy}, content_type="text/html; charset=utf-8")


@stream(blueprint, "/api/me/playlists/events")
def events(asking: Asking) -> Events:
    """Server-sent events: `state` with a whole PlaylistsState; `gone` when the browser was logged out."""
    mine = f"accounts/{asking.account.id}/"
    return own(asking, lambda person: _state(asking.here, person.id), mine, HEARTBEAT.pattern)


def _state(here: Resources, account: str) -> PlaylistsState:
    wanted = reversed((here.store.read(SAVES, account) or Saves()).wanted)
    saved = (saved_lists.state_of(here, account, save_id) for save_id in wanted)
    return PlaylistsState(
        now_ms=here.clock.now_ms(),
        top=top_of(here, account),
        renewals=items_of(here, account),
        saved=tuple(one for one in saved if one)[:SAVES_SHOWN],
        may_save=saved_lists.may_save(here, account),
        is_worker_alive=is_worker_alive(here.store, here.clock.now_ms()),
    )

"""The group page's live feed: the whole state at first, then again whenever it changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import msgspec
from msgspec.structs import replace
from quart import Blueprint, Response
from quart_schema import hide

from songswap.documents import GROUP
from songswap.store import StoreError, Subscription
from songswap.web import browsers
from songswap.web.guard import cookie, me, my_group
from songswap.web.resources import Resources, resources
from songswap.web.snapshot import state_of
from songswap.web.state import GroupState, Timed

blueprint = Blueprint("events", __name__)

WATCHED = ("groups/", "accounts/", "heartbeat.json")
KEEP_ALIVE_S = 15.0
RETRY_MS = 2_000
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Gone = Literal["logged_out", "not_a_member", "link_replaced"]


@blueprint.get("/api/groups/<group_id>/events")
@hide
async def events(group_id: str) -> Response:
    """Server-sent events: `state` with a whole GroupState; `gone` with a reason when there is nothing more to come."""
    here, shown, group, account = resources(), cookie(), my_group(group_id).id, me().id
    return feed(here, lambda: _look(here, shown, group, account), meanwhile=here.watching.watched(group, account))


def feed(
    here: Resources,
    look: Callable[[], Timed | Gone],
    watched: tuple[str, ...] = WATCHED,
    meanwhile: AbstractContextManager[None] | None = None,
) -> Response:
    """An answer that sends what `look` finds at first and whenever it has changed, until it finds a reason to end.

    It looks again after a change of what is `watched`. `meanwhile` is entered for as long as it is being sent.
    """
    response = Response(_stream(here, look, watched, meanwhile or nullcontext()), headers=HEADERS)
    response.timeout = None
    return response


async def _stream(
    here: Resources,
    look: Callable[[], Timed | Gone],
    watched: tuple[str, ...],
    meanwhile: AbstractContextManager[None],
) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    last: Timed | None = None
    number = 0
    with meanwhile, here.metrics.event_stream(), here.store.changes.subscribe(*watched) as changes:
        while not here.stopping.is_set():
            try:
                state = look()
            except StoreError:
                return  # the page comes back by itself, and is told then
            if isinstance(state, str):
                yield _event("gone", number + 1, {"reason": state})
                return
            if _timeless(state) != last:
                last, number = _timeless(state), max(number + 1, int(state.now_ms))
                yield _event("state", number, state)
            if not await _changed(changes):
                yield b": still here\n\n"


def _timeless(state: Timed) -> Timed:
    """The state but for the moments at which it, and what is within it, was looked at: that alone is no news."""
    fields = {name: getattr(state, name) for name in state.__struct_fields__}
    within = {name: _timeless(value) for name, value in fields.items() if isinstance(value, Timed)}
    return replace(state, now_ms=0.0, **within)


def _look(here: Resources, shown: str, group_id: str, account: str) -> GroupState | Gone:
    """The state, unless the browser was logged out or the person is not in the group any more."""
    if browsers.whose(here.store, shown, here.clock.now_ms()) is None:
        return "logged_out"
    group = here.store.read(GROUP, group_id)
    if group is None or account not in group.members:
        return "not_a_member"
    return state_of(here, group, account)


async def _changed(changes: Subscription) -> bool:
    """Wait for a change; False when none came for so long that the connection wants a sign of life."""
    try:
        await asyncio.wait_for(changes.wait(), KEEP_ALIVE_S)
    except TimeoutError:
        return False
    return True


def _event(name: str, number: int, data: object) -> bytes:
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), number, msgspec.json.encode(data))

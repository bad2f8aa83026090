"""A group's chat beside what is said in it: who is here, who is typing, and what one has not read yet."""

import asyncio
from collections.abc import Collection
from itertools import islice
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint, ResponseReturnValue
from quart_schema import tag_blueprint, validate_response

from songswap.documents import READ_UP_TO
from songswap.model.posts import Place, ReadUpTo
from songswap.model.struct import Struct
from songswap.web.kit.access import me, my_group
from songswap.web.kit.authors import AuthorState, author_state
from songswap.web.kit.broadcast import Event
from songswap.web.kit.json_api import Body, body, no_content
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import viewer_of

blueprint = Blueprint("chat", __name__)
tag_blueprint(blueprint, ["posts"])

TYPING_MS: Final = 6_000.0
"""How long somebody counts as typing; pages say so anew every half of it."""
TOGETHER_S: Final = 0.25
"""Comings and goings within so long are told together."""
MOST_TOLD: Final = 50
MOST_COUNTED: Final = 100


class Presence(Struct, frozen=True):
    """Whose pages show the chat (at most 50 of the `count`), and who is typing."""

    here: tuple[AuthorState, ...]
    count: int
    typing: tuple[AuthorState, ...]


class Read(Body, frozen=True):
    """The id of the last post I have seen."""

    up_to: Annotated[str, Meta(pattern="^[0-9]{1,16}$(?!\n)")]


class Unread(Struct, frozen=True):
    """How much was said in the chat of a group since I looked; 100 stands for that or more."""

    group: str
    name: str
    count: int


class UnreadList(Struct, frozen=True):
    """The groups in which something was said since."""

    items: tuple[Unread, ...]


@blueprint.post("/api/groups/<group_id>/chat/typing")
@no_content
async def type_in_chat(group_id: str) -> ResponseReturnValue:
    """Say that I am typing in the chat, for the next six seconds."""
    services, place = current_services(), Place("chat", my_group(group_id).id)
    services.hub.typing.setdefault(place, {})[me().id] = services.clock.now_ms() + TYPING_MS
    announce(services, place)
    return "", 204


@blueprint.put("/api/groups/<group_id>/chat/read")
@body(Read)
@validate_response(Unread)
async def read_chat(group_id: str, data: Read) -> Unread:
    """Say how far I have read; never back."""
    services, group = current_services(), my_group(group_id)
    known = services.store.read(READ_UP_TO, me().id) or ReadUpTo()
    up_to = min(int(data.up_to), services.books.open(Place("chat", group.id)).last)
    if up_to > known.chats.get(group.id, 0):
        services.store.write(READ_UP_TO, replace(known, chats={**known.chats, group.id: up_to}), me().id)
    hidden = viewer_of(services, me()).hidden
    return Unread(group.id, group.name, unread_in(services, me().id, group.id, hidden))


@blueprint.get("/api/me/unread")
@validate_response(UnreadList)
async def get_unread() -> UnreadList:
    """In which of my groups' chats something was said since I looked."""
    services, viewer = current_services(), viewer_of(current_services(), me())
    counted = (
        Unread(group.id, group.name, unread_in(services, me().id, group.id, viewer.hidden))
        for group in viewer.groups.values()
    )
    return UnreadList(tuple(one for one in counted if one.count))


def unread_in(services: Services, account: str, group: str, hidden: Collection[str]) -> int:
    """How many posts of others in the group's chat `account` has not seen; no more than MOST_COUNTED are counted."""
    up_to = (services.reading.get(account) or ReadUpTo()).chats.get(group, 0)
    count = 0
    for post in islice(services.books.open(Place("chat", group)).newest_first(), 2 * MOST_COUNTED):
        if post.n <= up_to or count >= MOST_COUNTED:
            break
        count += post.by not in {account, *hidden} and post.removed_by is None and post.system is None
    return count


def announce(services: Services, place: Place) -> None:
    """Tell those who show the chat who else does, and who is typing; soon, and once for all that changes meanwhile."""
    if place.kind == "chat" and place not in services.hub.announcing:
        services.hub.announcing.add(place)
        services.errands.send(_announce(services, place))


async def _announce(services: Services, place: Place) -> None:
    try:
        await asyncio.sleep(TOGETHER_S)
    finally:
        services.hub.announcing.discard(place)
    presence = presence_of(services, place)
    names = frozenset({*services.hub.here(place), *services.hub.typing[place]})
    services.hub.publish(Event(place, 0, "presence", msgspec.json.encode(presence), names=names))


def presence_of(services: Services, place: Place, hidden: Collection[str] = ()) -> Presence:
    """Who is in the chat at the moment, but those `hidden`."""
    now_ms = services.clock.now_ms()
    typing = {who: until for who, until in services.hub.typing.get(place, {}).items() if until > now_ms}
    services.hub.typing[place] = typing
    present = [one for one in services.hub.here(place) if one not in hidden]
    return Presence(
        _named(services, present[:MOST_TOLD]), len(present), _named(services, sorted(typing.keys() - set(hidden)))
    )


def stopped_typing(services: Services, place: Place, account: str) -> None:
    """What they typed is there."""
    if services.hub.typing.get(place, {}).pop(account, None) is not None:
        announce(services, place)


def _named(services: Services, accounts: Collection[str]) -> tuple[AuthorState, ...]:
    return tuple(one for account in accounts if (one := author_state(services.directory.get(account))))

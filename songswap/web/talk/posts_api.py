"""Posts on profiles and in groups, and what is said in a group's chat: reading, writing, changing, reacting."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Final

from msgspec import Meta
from quart import Blueprint, request
from quart_schema import tag_blueprint, validate_response

from songswap.model.posts import Post
from songswap.model.struct import Struct
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body, query
from songswap.web.kit.services import Services, current_services
from songswap.web.talk import post_commands
from songswap.web.talk.attachments import Attach, card_of, resolve_later
from songswap.web.talk.chat import stopped_typing
from songswap.web.talk.post_commands import NO_POST, state_of_post
from songswap.web.talk.post_places import Found, find_place
from songswap.web.talk.post_view import PostState, numbers_of

blueprint = Blueprint("posts", __name__)
tag_blueprint(blueprint, ["posts"])

MOST_AT_ONCE: Final = 100
MOST_TEXT: Final = 5_200
"""Of a text before it is cleaned; what is too long then is said with its length."""

Limit = Annotated[int, Meta(ge=1, le=MOST_AT_ONCE)]


class PostList(Struct, frozen=True):
    """Posts, the newest first; `next` is the cursor of older ones. What one may do here besides reading."""

    items: tuple[PostState, ...]
    next: str | None
    may_write: bool
    may_tidy: bool


class AskedPosts(Body, frozen=True):
    """How many, and older than which: `cursor` is the `next` of the answer before."""

    cursor: Annotated[str, Meta(pattern="^[0-9]{1,16}$")] | None = None
    limit: Limit = 30


class NewPost(Body, frozen=True):
    """What to write; `answers` is the id of the post it replies to. Text may be empty if something is attached."""

    text: Annotated[str, Meta(max_length=MOST_TEXT)] = ""
    answers: Annotated[str, Meta(max_length=40)] | None = None
    attach: Attach | None = None


class ChangedText(Body, frozen=True):
    """How the post shall read."""

    text: Annotated[str, Meta(max_length=MOST_TEXT)]


class VersionState(Struct, frozen=True):
    """How a post read until `until_ms`."""

    text: str
    until_ms: float


class PostHistory(Struct, frozen=True):
    """The texts a post had before, the oldest first."""

    items: tuple[VersionState, ...]


@blueprint.get("/api/places/<place>/posts")
@query(AskedPosts)
@validate_response(PostList)
async def list_posts(place: str, data: AskedPosts) -> PostList:
    """What was written in a place: `wall:ACCOUNT` (a profile), `group:GROUP` (a group's posts), `chat:GROUP`."""
    services = current_services()
    return posts_of(services, find_place(services, me(), place), data.cursor, data.limit)


@blueprint.post("/api/places/<place>/posts")
@body(NewPost)
@validate_response(PostState, 201)
async def write_post(place: str, data: NewPost) -> tuple[PostState, int]:
    """Write something. With a header `Idempotency-Key` it is written once, however often it is sent."""
    services, found = current_services(), find_place(current_services(), me(), place)
    card = await card_of(services, me(), data.attach) if data.attach else None
    answers = _numbers(data.answers) if data.answers is not None else None
    post = post_commands.write(services, found, data.text, card=card, answers=answers, key=_key())
    resolve_later(services, me(), found.place, post)
    stopped_typing(services, found.place, me().id)
    return _state(services, found, post), 201


@blueprint.get("/api/places/<place>/posts/<post>")
@validate_response(PostState)
async def get_post(place: str, post: str) -> PostState:
    """A post and its replies."""
    services, found = current_services(), find_place(current_services(), me(), place)
    return _state(services, found, post_commands.post_at(services, found, _numbers(post)))


@blueprint.patch("/api/places/<place>/posts/<post>")
@body(ChangedText)
@validate_response(PostState)
async def edit_post(place: str, post: str, data: ChangedText) -> PostState:
    """Let my post read otherwise; how it read before is kept for me alone."""
    services, found = current_services(), find_place(current_services(), me(), place)
    return _state(services, found, post_commands.edit(services, found, _numbers(post), data.text))


@blueprint.delete("/api/places/<place>/posts/<post>")
@validate_response(PostState)
async def remove_post(place: str, post: str) -> PostState:
    """Remove my post, or anybody's where I look after the place: my profile, a group I am host or co-host of."""
    services, found = current_services(), find_place(current_services(), me(), place)
    return _state(services, found, post_commands.remove(services, found, _numbers(post)))


@blueprint.get("/api/places/<place>/posts/<post>/history")
@validate_response(PostHistory)
async def get_post_history(place: str, post: str) -> PostHistory:
    """How my post read before it was changed or removed; for its author alone."""
    services, found = current_services(), find_place(current_services(), me(), place)
    known = post_commands.post_at(services, found, _numbers(post))
    if known.by != me().id:
        raise ProblemError(403, "not_allowed", "How a post read before is for its author alone.")
    return PostHistory(tuple(VersionState(one.text, one.until_ms) for one in known.versions))


@blueprint.put("/api/places/<place>/posts/<post>/reactions/<emoji>")
@validate_response(PostState)
async def react_to_post(place: str, post: str, emoji: str) -> PostState:
    """React to a post."""
    services, found = current_services(), find_place(current_services(), me(), place)
    return _state(services, found, post_commands.react(services, found, _numbers(post), emoji, is_on=True))


@blueprint.delete("/api/places/<place>/posts/<post>/reactions/<emoji>")
@validate_response(PostState)
async def take_back_reaction(place: str, post: str, emoji: str) -> PostState:
    """Take my reaction back."""
    services, found = current_services(), find_place(current_services(), me(), place)
    return _state(services, found, post_commands.react(services, found, _numbers(post), emoji, is_on=False))


def posts_of(services: Services, found: Found, cursor: str | None, limit: int) -> PostList:
    """The posts in a place older than `cursor`, as the viewer sees them. Raises StoreError."""
    posts = list(islice(shown_in(services, found, int(cursor) if cursor else None), limit + 1))
    return PostList(
        items=tuple(_state(services, found, post) for post in posts[:limit]),
        next=str(posts[limit - 1].n) if len(posts) > limit else None,
        may_write=found.rights.writes,
        may_tidy=found.rights.tidies,
    )


def shown_in(services: Services, found: Found, before: int | None) -> Iterator[Post]:
    """The posts in a place that the viewer is to see, the newest first. Raises StoreError."""
    return (post for post in services.books.open(found.place).newest_first(before) if found.shows(post))


def _state(services: Services, found: Found, post: Post) -> PostState:
    return state_of_post(services, found.place, post, found.viewer.hidden)


def _numbers(text: str) -> tuple[int, int | None]:
    numbers = numbers_of(text)
    if numbers is None:
        raise ProblemError(404, "no_such_post", NO_POST)
    return numbers


def _key() -> str:
    """What the sender calls it. Raises ProblemError (400)."""
    key = request.headers.get("Idempotency-Key", "")
    if key and not (key.isascii() and len(key) <= 64 and key.replace("-", "").replace("_", "").isalnum()):
        raise ProblemError(400, "invalid", "An Idempotency-Key has up to 64 letters, digits, - and _.")
    return key

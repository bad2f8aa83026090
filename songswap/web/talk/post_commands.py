"""Writing in a place: what is sent is checked, kept, and handed to every page that shows it."""

from collections.abc import Collection
from typing import Final

import msgspec

from songswap.core.kit.text import PostError, checked_text
from songswap.core.people.handles import mentioned
from songswap.core.talk import post_places as rules
from songswap.core.talk.posts import LONGEST_MESSAGE, LONGEST_POST, MOST_EDITS, MOST_REPLIES, checked_reaction
from songswap.model.posts import Card, Carded, Edited, Place, Post, Reacted, Removed, Row, SystemKind, Written
from songswap.web.kit import audit_log
from songswap.web.kit.broadcast import Event
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.post_log import author_of
from songswap.web.kit.services import Services
from songswap.web.people.viewer import viewer_of
from songswap.web.talk import notices
from songswap.web.talk.chat import presence_of
from songswap.web.talk.post_places import Found, found_by
from songswap.web.talk.post_view import PostState, id_of, named_in, post_state

NO_POST: Final = "There is no such post here; it may have been removed."
MOST_MENTIONS: Final = 10
"""Of one post: each is told of it at once."""


def write(
    services: Services, found: Found, text: str, *, card: Card | None, answers: tuple[int, int | None] | None, key: str
) -> Post:
    """Keep what the viewer wrote; the same `key` again gives what was kept before. Raises ProblemError.

    `answers` is the number of the post it replies to, and that of the post this one answers.
    """
    if not found.rights.writes:
        raise ProblemError(403, "not_allowed", "You can read here, but not write.")
    book, by = services.books.open(found.place), found.viewer.account
    target = _target(services, found, answers) if answers else None
    root = target.n if target and found.place.kind != "chat" else None
    if key and (sent := book.sent(by, key, root)):
        return sent
    _check_rate(services, by)
    longest = LONGEST_MESSAGE if found.place.kind == "chat" else LONGEST_POST
    clean = "" if card and not text.strip() else _checked(text, longest)
    if root is not None and len(book.replies(root)) >= MOST_REPLIES:
        raise ProblemError(409, "too_many_replies", f"A post has at most {MOST_REPLIES} replies. Write a new one.")
    now_ms = services.clock.now_ms()
    row = Written(
        n=book.number(now_ms),
        at_ms=now_ms,
        by=by,
        text=clean,
        card=card,
        answers=target.n if target else None,
        mentions=_mentions(services, found, clean),
        key=key,
    )
    post = _kept(services, found.place, row, root)
    notices.tell_of_post(services, found, post, target)
    return post


def say(
    services: Services,
    place: Place,
    system: SystemKind,
    text: str,
    *,
    by: str = "",
    key: str = "",
    card: Card | None = None,
) -> None:
    """Write a line that nobody wrote: what happened in a group, or a milestone of `by`; the same `key` only once."""
    book = services.books.open(place)
    if key and book.sent(by, key, None):
        return
    now_ms = services.clock.now_ms()
    _kept(services, place, Written(book.number(now_ms), now_ms, by, text, card, key=key, system=system), None)


def edit(services: Services, found: Found, numbers: tuple[int, int | None], text: str) -> Post:
    """Let the viewer's post read otherwise. Raises ProblemError."""
    post = post_at(services, found, numbers)
    if not rules.may_edit(found.viewer.account, post):
        raise ProblemError(403, "not_allowed", "Only its author can change a post.")
    if len(post.versions) >= MOST_EDITS:
        raise ProblemError(409, "too_many_edits", f"A post can be changed {MOST_EDITS} times. Write a new one.")
    clean = _checked(text, LONGEST_MESSAGE if found.place.kind == "chat" else LONGEST_POST)
    if clean == post.text:
        return post
    _check_rate(services, found.viewer.account)
    now_ms = services.clock.now_ms()
    number = services.books.open(found.place).number(now_ms)
    row = Edited(number, post.n, now_ms, clean, _mentions(services, found, clean))
    changed = _kept(services, found.place, row, numbers[1])
    notices.tell_of_mentions(services, found, post, changed)
    return changed


def remove(services: Services, found: Found, numbers: tuple[int, int | None]) -> Post:
    """Remove a post: one's own, or any where the viewer looks after the place. Once more changes nothing.

    Raises ProblemError.
    """
    post = post_at(services, found, numbers)
    if post.removed_by is not None:
        return post
    if not rules.may_remove(found.viewer.account, post, found.rights):
        raise ProblemError(403, "not_allowed", "Only its author and whoever looks after this place can remove a post.")
    return take_down(services, found.place, post, found.viewer.account)


def take_down(services: Services, place: Place, post: Post, by: str) -> Post:
    """Remove a post as `by`, who has the right to; if it is another's, the audit log tells of it.

    Raises ProblemError (404).
    """
    now_ms = services.clock.now_ms()
    root = post.answers if place.kind != "chat" else None
    removed = _kept(services, place, Removed(services.books.open(place).number(now_ms), post.n, now_ms, by), root)
    if by != post.by:
        group = place.id if place.kind != "wall" else ""
        audit_log.note(
            services, "post_removed", by, whom=post.by, group=group, place=str(place), post=id_of(place, post)
        )
    return removed


def react(services: Services, found: Found, numbers: tuple[int, int | None], emoji: str, *, is_on: bool) -> Post:
    """Put the viewer's reaction to a post, or take it back; once more changes nothing. Raises ProblemError."""
    post, by = post_at(services, found, numbers), found.viewer.account
    try:
        checked_reaction(emoji)
    except PostError as error:
        raise ProblemError(400, error.code, error.message) from error
    if post.removed_by is not None:
        raise ProblemError(404, "no_such_post", NO_POST)
    if not found.rights.writes:
        raise ProblemError(403, "not_allowed", "You can read here, but not react.")
    if (by in post.reactions.get(emoji, ())) == is_on:
        return post
    number = services.books.open(found.place).number(services.clock.now_ms())
    reacted = _kept(services, found.place, Reacted(number, post.n, by, emoji, is_on), numbers[1])
    if is_on:
        notices.tell_of_reaction(services, found, reacted)
    return reacted


def put_card(services: Services, place: Place, post: Post, card: Card) -> None:
    """Show what a post links to, if it is there still."""
    book = services.books.open(place)
    root = post.answers if place.kind != "chat" else None
    _kept(services, place, Carded(book.number(services.clock.now_ms()), post.n, card), root)


def post_at(services: Services, found: Found, numbers: tuple[int, int | None]) -> Post:
    """The post with this number, which answers that with the other. Raises ProblemError (404)."""
    n, root = numbers
    post = services.books.open(found.place).post(n, root)
    on_its_page = post is not None and (found.place.kind == "chat" or post.answers == root)
    if post is None or not on_its_page or not found.shows(post):
        raise ProblemError(404, "no_such_post", NO_POST)
    return post


def state_of_post(services: Services, place: Place, post: Post, hidden: Collection[str] = ()) -> PostState:
    """A post with its replies, without what hidden accounts wrote or did there."""
    replies = services.books.open(place).replies(post.n) if place.kind != "chat" and post.answers is None else []
    return post_state(services.directory, place, post, [one for one in replies if one.by not in hidden], hidden)


def data_for(services: Services, event: Event, hidden: frozenset[str]) -> bytes:
    """What is sent of an event to somebody to whom `hidden` accounts are not shown. Raises StoreError."""
    if hidden.isdisjoint(event.names):
        return event.data
    if event.post is None:
        return msgspec.json.encode(presence_of(services, event.place, hidden))
    return msgspec.json.encode(post_state(services.directory, event.place, event.post, hidden=hidden))


def _kept(services: Services, place: Place, row: Row, root: int | None) -> Post:
    book = services.books.open(place)
    before = book.last
    post = book.append(row, root)
    if post is None:
        raise ProblemError(404, "no_such_post", NO_POST)
    data = msgspec.json.encode(post_state(services.directory, place, post))
    event = Event(place, row.n, "post", data, post.by, post, named_in(post))
    # others see it once it is there for good: what is refused was never said
    book.receipt.then(
        lambda: services.hub.publish(event, before), lambda _: services.books.forget(place, author_of(row))
    )
    return post


def _target(services: Services, found: Found, numbers: tuple[int, int | None]) -> Post:
    """What is replied to. Among posts a reply to a reply goes to the post. Raises ProblemError."""
    post = post_at(services, found, numbers)
    if found.place.kind != "chat" and post.answers is not None:
        post = post_at(services, found, (post.answers, None))
    if post.removed_by is not None:
        raise ProblemError(404, "no_such_post", NO_POST)
    return post


def _mentions(services: Services, found: Found, text: str) -> tuple[str, ...]:
    """The accounts mentioned who may read it: nobody else learns of it."""
    accounts = (services.directory.by_handle(handle) for handle in mentioned(text)[:MOST_MENTIONS])
    return tuple(
        one.id for one in accounts if one and one.id not in found.viewer.apart and _reads(services, found, one.id)
    )


def _reads(services: Services, found: Found, account: str) -> bool:
    if found.group is not None and account in found.group.members:
        return True
    try:
        found_by(services, viewer_of(services, services.directory.get(account)), found.place)
    except ProblemError:
        return False
    return True


def _checked(text: str, longest: int) -> str:
    try:
        return checked_text(text, longest)
    except PostError as error:
        raise ProblemError(400, error.code, error.message) from error


def _check_rate(services: Services, account: str) -> None:
    if not services.writing_pace.allows(account, services.clock.up_ms()):
        raise ProblemError(
            429, "too_fast", "That was a lot to write in a minute. Wait a moment.", headers={"Retry-After": "20"}
        )

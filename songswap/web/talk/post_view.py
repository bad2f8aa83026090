"""Posts as pages and the API show them: the same for everybody who may read them."""

from collections.abc import Collection, Iterable

from songswap.core.talk.posts import REACTIONS
from songswap.model.posts import Card, Place, Post, SystemKind
from songswap.model.struct import Struct
from songswap.web.kit.authors import AuthorState, author_state
from songswap.web.kit.directory import Directory


class ReactionState(Struct, frozen=True):
    """Who reacted with `emoji`."""

    emoji: str
    by: tuple[AuthorState, ...]


class PostState(Struct, frozen=True):
    """A post. `id` names it within its `place`, which is `wall:ACCOUNT`, `group:GROUP` or `chat:GROUP`.

    `by` is null for what nobody wrote (`system` says what it is) and for people who are gone. `answers` is the id of
    the post it replies to. A removed post has no text; `is_removed_by_author` if it was its author who removed it.
    """

    id: str
    place: str
    by: AuthorState | None
    at_ms: float
    text: str
    mentions: tuple[AuthorState, ...]
    card: Card | None
    answers: str | None
    edited_at_ms: float | None
    is_removed: bool
    is_removed_by_author: bool
    system: SystemKind | None
    reactions: tuple[ReactionState, ...]
    replies: tuple["PostState", ...] = ()


def id_of(place: Place, post: Post) -> str:
    """The name of a post: its number, behind that of what it answers where both lie on one page."""
    return f"{post.answers}.{post.n}" if post.answers is not None and place.kind != "chat" else str(post.n)


def numbers_of(text: str) -> tuple[int, int | None] | None:
    """The number of the post with this id, and that of what it answers if it names it; None for no id."""
    first, dot, second = text.partition(".")
    if not (first.isascii() and first.isdigit() and len(first) <= 16) or (dot and not _is_number(second)):
        return None
    return (int(second), int(first)) if dot else (int(first), None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 16


def named_in(post: Post) -> frozenset[str]:
    """The accounts that a post names besides its author: those it mentions, those who reacted."""
    return frozenset({*post.mentions, *(one for who in post.reactions.values() for one in who)})


def post_state(
    directory: Directory, place: Place, post: Post, replies: Iterable[Post] = (), hidden: Collection[str] = ()
) -> PostState:
    """A post, and what answers it; it names none of `hidden`.

    Nothing is shown of what somebody wrote whose account is gone.
    """
    author = author_state(directory.get(post.by)) if post.by else None
    is_gone = post.removed_by is not None or (author is None and (post.system is None or bool(post.by)))
    mentions = (author_state(directory.get(one)) for one in post.mentions if one not in hidden)
    return PostState(
        id=id_of(place, post),
        place=str(place),
        by=author,
        at_ms=post.at_ms,
        text="" if is_gone else post.text,
        mentions=() if is_gone else tuple(one for one in mentions if one),
        card=None if is_gone else post.card,
        answers=None if post.answers is None else str(post.answers),
        edited_at_ms=post.edited_at_ms,
        is_removed=is_gone,
        is_removed_by_author=is_gone and post.removed_by in {None, "", post.by},
        system=post.system,
        reactions=() if is_gone else _reactions(directory, post, hidden),
        replies=tuple(post_state(directory, place, one, hidden=hidden) for one in replies),
    )


def _reactions(directory: Directory, post: Post, hidden: Collection[str]) -> tuple[ReactionState, ...]:
    shown = {emoji: [who for who in post.reactions.get(emoji, ()) if who not in hidden] for emoji in REACTIONS}
    found = (
        ReactionState(emoji, tuple(one for account in who if (one := author_state(directory.get(account)))))
        for emoji, who in shown.items()
    )
    return tuple(reaction for reaction in found if reaction.by)

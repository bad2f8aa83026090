"""What people wrote: rows of a log in, posts as they read by now out; which text may be one."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from songswap.core.kit.text import PostError
from songswap.model.posts import Carded, Edited, Post, Reacted, Removed, Row, Version, Written

LONGEST_POST: Final = 5_000
LONGEST_MESSAGE: Final = 2_000
MOST_REPLIES: Final = 500
"""To one post: they lie on its page, and a page is read whole."""
MOST_EDITS: Final = 20
REACTIONS: Final = ("👍", "❤️", "😂", "🎉", "🔥", "👏", "😮", "😢")
PAGE: Final = 200
"""Posts on a page of a log: small enough to be read in a millisecond, and many enough for few files."""
STALE_ROWS: Final = 200
"""That many rows of a page that say nothing any more are worth writing it anew."""


def checked_reaction(emoji: str) -> str:
    """`emoji`, if it is one of REACTIONS. Raises PostError."""
    if emoji not in REACTIONS:
        raise PostError("no_such_reaction", f"One can react with {' '.join(REACTIONS)}.")
    return emoji


class Page:
    """A page of a log: its posts in the order they were written, as they read by now."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.posts: dict[int, Post] = {}
        self.replies: dict[int, list[int]] = {}
        self.last = 0
        """The highest number of a row."""
        self.changes = 0
        """Rows that may have made others void, since somebody looked."""
        for row in rows:
            self.apply(row)

    def apply(self, row: Row) -> Post | None:
        """Take a row in. The post it is about, as it reads now; None if that is not on this page."""
        self.changes += not isinstance(row, Written)
        self.last = max(self.last, row.n)
        if isinstance(row, Written):
            post = _new(row)
            if row.n not in self.posts and row.answers is not None:
                self.replies.setdefault(row.answers, []).append(row.n)
        elif row.of in self.posts:
            post = _changed(self.posts[row.of], row)
        else:
            return None
        self.posts[post.n] = post
        return post

    def newest_first(self, before: int | None = None) -> Iterator[Post]:
        """The posts older than number `before` (all if None), the newest first."""
        return (self.posts[n] for n in sorted(self.posts, reverse=True) if before is None or n < before)


def compacted(rows: Iterable[Row]) -> list[Row]:
    """The rows without those that later ones made void; a Page of them is the same."""
    every = list(rows)
    last_reaction = {(row.of, row.by, row.emoji): place for place, row in enumerate(every) if isinstance(row, Reacted)}
    last_card = {row.of: place for place, row in enumerate(every) if isinstance(row, Carded)}

    def counts(place: int, row: Row) -> bool:
        if isinstance(row, Reacted):
            return row.is_on and last_reaction[row.of, row.by, row.emoji] == place
        return not isinstance(row, Carded) or last_card[row.of] == place

    return [row for place, row in enumerate(every) if counts(place, row)]


def without_author(rows: Iterable[Row], account: str) -> list[Row]:
    """The rows without what `account` wrote: gaps are left for their posts, so that replies keep their place."""
    every = list(rows)
    theirs = _written_by(every, account)
    return [kept for row in every if (kept := _without(row, account, theirs)) is not None]


def rows_of(rows: Iterable[Row], account: str) -> list[Row]:
    """What `account` wrote: posts, their edits and what became of them, reactions."""
    every = list(rows)
    theirs = _written_by(every, account)

    def is_theirs(row: Row) -> bool:
        if isinstance(row, Written | Reacted):
            return row.by == account
        return row.of in theirs

    return [row for row in every if is_theirs(row)]


def _written_by(rows: list[Row], account: str) -> set[int]:
    return {row.n for row in rows if isinstance(row, Written) and row.by == account}


def _without(row: Row, account: str, theirs: set[int]) -> Row | None:
    match row:
        case Written(by=by) if by == account:
            return Written(row.n, row.at_ms, "", answers=row.answers)
        case Reacted(by=by) if by == account:
            return None
        case Edited(of=of) | Carded(of=of) if of in theirs:
            return None
        case Removed(by=by) if by == account:
            return replace(row, by="")
        case Written() | Edited():
            return replace(row, mentions=tuple(one for one in row.mentions if one != account))
    return row


def _new(row: Written) -> Post:
    is_gap = not row.by and row.system is None
    return Post(
        n=row.n,
        at_ms=row.at_ms,
        by=row.by,
        text=row.text,
        card=row.card,
        answers=row.answers,
        mentions=row.mentions,
        key=row.key,
        system=row.system,
        removed_by="" if is_gap else None,
    )


def _changed(post: Post, row: Edited | Carded | Removed | Reacted) -> Post:
    if isinstance(row, Reacted):
        return replace(post, reactions=_reactions(post, row))
    if post.removed_by is not None:
        return post
    if isinstance(row, Carded):
        return replace(post, card=row.card)
    versions = (*post.versions, Version(post.text, row.at_ms))
    if isinstance(row, Removed):
        return replace(post, text="", card=None, mentions=(), removed_by=row.by, versions=versions)
    return replace(post, text=row.text, mentions=row.mentions, edited_at_ms=row.at_ms, versions=versions)


def _reactions(post: Post, row: Reacted) -> dict[str, tuple[str, ...]]:
    others = tuple(one for one in post.reactions.get(row.emoji, ()) if one != row.by)
    by = (*others, row.by) if row.is_on else others
    left = {emoji: who for emoji, who in post.reactions.items() if emoji != row.emoji}
    return {**left, row.emoji: by} if by else left

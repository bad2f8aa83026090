"""What people write: posts on profiles and in groups, and chat; as rows of a log, and as they read by now."""

from typing import Literal

from songswap.model.struct import Struct

PlaceKind = Literal["wall", "group", "chat"]
"""Where it is written: on somebody's profile; among a group's posts; in a group's chat."""
CardKind = Literal["track", "album", "artist", "playlist", "chart", "night"]
SystemKind = Literal[
    "session_started", "night_ended", "skip_passed", "joined", "left", "favourite", "streak", "renewed"
]  # fmt: skip
"""Lines that nobody wrote: what happened in a group, and milestones of a person."""


class Place(Struct, frozen=True):
    """Where people write; `id` is that of an account (`wall`) or of a group."""

    kind: PlaceKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class ChartRow(Struct, frozen=True):
    """A bar of a chart, and what it stands for."""

    name: str
    value: float


class Card(Struct, frozen=True, omit_defaults=True):
    """What a post carries along: something at Spotify, a chart as it was when it was attached, a night's report."""

    kind: CardKind
    href: str
    title: str
    subtitle: str = ""
    image_url: str | None = None
    rows: tuple[ChartRow, ...] = ()
    unit: str = ""


class Written(Struct, frozen=True, omit_defaults=True, tag="written", tag_field="row"):
    """Somebody wrote something. `n` names it within its place, and grows.

    `answers` is what it replies to; `mentions` are accounts; `key` is what the sender calls it, to send it once.
    `system` is set, and `by` may be empty, for what nobody wrote.
    """

    n: int
    at_ms: float
    by: str
    text: str = ""
    card: Card | None = None
    answers: int | None = None
    mentions: tuple[str, ...] = ()
    key: str = ""
    system: SystemKind | None = None


class Edited(Struct, frozen=True, omit_defaults=True, tag="edited", tag_field="row"):
    """The author put another text for post `of`."""

    n: int
    of: int
    at_ms: float
    text: str
    mentions: tuple[str, ...] = ()


class Carded(Struct, frozen=True, omit_defaults=True, tag="carded", tag_field="row"):
    """What post `of` links to became known."""

    n: int
    of: int
    card: Card


class Removed(Struct, frozen=True, omit_defaults=True, tag="removed", tag_field="row"):
    """Post `of` was deleted by its author, or removed by whoever looks after the place."""

    n: int
    of: int
    at_ms: float
    by: str


class Reacted(Struct, frozen=True, omit_defaults=True, tag="reacted", tag_field="row"):
    """Somebody reacted to post `of`, or took that back."""

    n: int
    of: int
    by: str
    emoji: str
    is_on: bool = True


Row = Written | Edited | Carded | Removed | Reacted


class Version(Struct, frozen=True):
    """A text that was replaced, or removed, at `until_ms`."""

    text: str
    until_ms: float


class Post(Struct, frozen=True):
    """What somebody wrote as it reads by now. `versions` are its texts before, the oldest first: for its author alone.

    `removed_by` is whoever removed it; it has no text then.
    """

    n: int
    at_ms: float
    by: str
    text: str
    card: Card | None = None
    answers: int | None = None
    mentions: tuple[str, ...] = ()
    key: str = ""
    system: SystemKind | None = None
    edited_at_ms: float | None = None
    removed_by: str | None = None
    reactions: dict[str, tuple[str, ...]] = {}
    versions: tuple[Version, ...] = ()


class Wrote(Struct, frozen=True):
    """Somebody has rows on the page `page` of a place: what an export, and forgetting them, has to look at."""

    place: str
    page: int


class Milestones(Struct, frozen=True):
    """What was last told of a person: their favourite, streak in days, and when each renewed playlist was."""

    favourite: str = ""
    streak_days: int = 0
    renewed_ms: dict[str, float] = {}


class ReadUpTo(Struct, frozen=True):
    """The last post of each group's chat that a person has seen, by group."""

    chats: dict[str, int] = {}


class Erasures(Struct, frozen=True):
    """Accounts that are gone, and whose words and reactions in other places are still to be erased."""

    accounts: tuple[str, ...] = ()

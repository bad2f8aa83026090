"""A person's listening history: plays as each source tells them, the names of what was played, and known holes."""

from typing import Annotated, Literal

from msgspec import Meta

from songswap.model.struct import Struct

Source = Literal["export", "seen", "account", "listenbrainz", "lastfm", "recent"]
"""Who tells of a play: Spotify's extended history, the player as a session saw it, Spotify's
account data, ListenBrainz, Last.fm, recently-played."""

Moment = Annotated[int, Meta(ge=0, lt=4_102_444_800_000)]
"""UTC epoch milliseconds before the year 2100."""
Length = Annotated[int, Meta(ge=0, lt=2**31)]
"""Milliseconds, less than 25 days."""

GapReason = Literal["missed", "needs_login", "limited", "paused"]


class Play(
    Struct,
    frozen=True,
    omit_defaults=True,
    gc=False,
    rename={
        "at_ms": "t",
        "track": "id",
        "played_ms": "ms",
        "is_start": "st",
        "reason_end": "why",
        "skipped": "sk",
        "is_private": "pv",
        "reason_start": "why0",
        "shuffle": "sh",
        "is_offline": "off",
        "offline_at_ms": "offt",
        "platform": "pf",
        "country": "cc",
    },
):
    """One play as one source tells it; a row of a log, with short keys as there are many.

    `at_ms` is the end of the play, or its start where the source tells only that (`is_start`: ListenBrainz, Last.fm).
    `track` is Spotify's id, or one of our own where the source knows none (`naming.own_id`). `played_ms` is None where
    the source tells no duration. Reasons, platform and country are in Spotify's words (`trackdone`, `fwdbtn`, …);
    `offline_at_ms` is when an offline device says that it was.
    """

    at_ms: Moment
    track: str
    played_ms: Length | None = None
    is_start: bool = False
    reason_end: str = ""
    skipped: bool | None = None
    is_private: bool = False
    reason_start: str = ""
    shuffle: bool | None = None
    is_offline: bool | None = None
    offline_at_ms: Moment | None = None
    platform: str = ""
    country: str = ""


class TrackName(Struct, frozen=True, omit_defaults=True):
    """What a source tells of a track with the id `id` of its plays. `artist` is the first of `artists`."""

    id: str
    title: str
    artist: str
    album: str = ""
    artists: tuple[str, ...] = ()
    artist_id: str | None = None
    album_id: str | None = None
    duration_ms: Length | None = None
    cover_url: str | None = None


class Gap(Struct, frozen=True):
    """Between the two moments plays may be missing, and why.

    `missed`: more was played than Spotify remembers. `needs_login`, `limited`: nobody could ask in time. `paused`: the
    person did not want it recorded.
    """

    from_ms: Moment
    to_ms: Moment
    why: GapReason


class Polled(Struct, frozen=True):
    """How recording a person's listening stands: what Spotify's recently-played was asked, and when it will be again.

    `polled_at_ms` is the last answer, `newest_ms` the end of the newest play recorded from it. `error` says in words
    why nothing can be recorded now, `why` is that for the gap it may leave; it is tried again at `next_at_ms` (None:
    when the person does something about it). Paused since `paused_at_ms`. Plays up to `forgotten_to_ms` were deleted.
    """

    polled_at_ms: float | None = None
    next_at_ms: float | None = None
    newest_ms: int | None = None
    error: str = ""
    why: GapReason = "missed"
    paused_at_ms: int | None = None
    forgotten_to_ms: int = 0

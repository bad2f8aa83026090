"""What a page says of its player, and whether it is believed: not if it is late, out of order, or of another time."""

from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from songswap.model.music import Device, Kind, Playback, Repeat, Track
from songswap.model.tabs import Tab

MOST_LATE_MS = 5_000.0
"""A report of longer ago tells nothing any more: the page's clock is off, or it slept while it was sent."""
MOST_EARLY_MS = 250.0
"""A report of a moment that is still to come: the page's clock is off by more than a comparison of clocks can err."""
LONGEST_MS = 86_400_000
OVER_THE_END_MS = 2_000.0
"""So far behind a track's end a position may lie: the player has not noticed yet."""

KINDS: Mapping[str, Kind] = {"track": "track", "episode": "episode", "ad": "ad", "local": "local"}
"""By the second word of a uri; anything else is nothing we know."""

Text = Annotated[str, Meta(max_length=300)]
Uri = Annotated[str, Meta(max_length=200, pattern=r"^[a-z]+:[a-z]+:[^\s]+$(?!\n)")]
Address = Annotated[str, Meta(max_length=500, pattern=r"^https?://[^\s]+$(?!\n)")]
PageOf = Callable[[str], str | None]
"""The page of what can be played, by its uri; None for what the source of the music does not have."""
Millis = Annotated[float, Meta(ge=0, le=LONGEST_MS)]


class ReportedTrack(Struct, frozen=True, forbid_unknown_fields=True):
    """A track as the player names it. `linked_uri` is the one that was asked for, where Spotify plays another."""

    uri: Uri
    name: Text
    duration_ms: Millis
    artists: Annotated[tuple[Text, ...], Meta(max_length=20)] = ()
    album: Text = ""
    image_url: Address | None = None
    linked_uri: Uri | None = None


class ReportedState(ReportedTrack, frozen=True, forbid_unknown_fields=True):
    """What plays, and what the player says will follow."""

    position_ms: Millis = 0.0
    is_playing: bool = False
    context_uri: Uri | None = None
    repeat: Repeat = "off"
    volume_percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    next: Annotated[tuple[ReportedTrack, ...], Meta(max_length=2)] = ()


class Failed(Struct, frozen=True, forbid_unknown_fields=True):
    """An order that could not be carried out."""

    n: Annotated[int, Meta(ge=0)]
    message: Text = ""


class Report(Struct, frozen=True, forbid_unknown_fields=True, tag="report"):
    """One report. `at_ms` is when its player was looked at, by the server's clock as the page reckons it."""

    seq: Annotated[int, Meta(ge=0)]
    at_ms: float
    trip_ms: Annotated[float, Meta(ge=0, le=60_000)]
    state: ReportedState | None
    blocked: bool = False
    done: Annotated[int, Meta(ge=0)] = 0
    failed: Failed | None = None


class ClockError(Exception):
    """The page's clock is off: it has to compare it with the server's once more."""


class NonsenseError(Exception):
    """What is reported can't be."""


def taken(tab: Tab, report: Report, now_ms: float, page_of: PageOf) -> Tab:
    """The page after a report; unchanged by one that another has overtaken. Raises ClockError, NonsenseError.

    `page_of` is asked of the source of the music: what it does not know, nobody can be told to play.
    """
    if report.seq <= tab.seq or tab.gone_at_ms is not None:
        return tab
    if not now_ms - MOST_LATE_MS <= report.at_ms <= now_ms + MOST_EARLY_MS:
        raise ClockError
    state = report.state
    if state is not None and state.position_ms > state.duration_ms + OVER_THE_END_MS:
        raise NonsenseError("The position lies behind the end of the track.")
    return replace(
        tab,
        seq=report.seq,
        heard_at_ms=now_ms,
        is_blocked=report.blocked,
        reading=_reading(tab, state, report.at_ms, page_of) if state is not None else None,
        upcoming=tuple(_track(one, page_of) for one in state.next) if state is not None else (),
        trip_ms=report.trip_ms,
        done=max(tab.done, report.done),
        failed=max(tab.failed, report.failed.n if report.failed is not None else 0),
    )


def _reading(tab: Tab, state: ReportedState, at_ms: float, page_of: PageOf) -> Playback:
    track = _track(state, page_of)
    return Playback(
        track=track,
        is_playing=state.is_playing,
        progress_ms=round(state.position_ms),
        measured_at_ms=at_ms,
        kind=track.kind,
        device=Device(tab.device_id, tab.device_name, "Computer", is_active=True, volume_percent=state.volume_percent),
        context_uri=state.context_uri,
        repeat=state.repeat,
    )


def _track(one: ReportedTrack, page_of: PageOf) -> Track:
    uri = one.linked_uri or one.uri
    kind, page = KINDS.get(uri.split(":")[1], "unknown"), page_of(uri)
    if page is None and kind in {"track", "episode"}:
        kind = "unknown"
    return Track(
        uri=uri if page else "",
        name=one.name,
        artists=one.artists,
        album=one.album,
        duration_ms=round(one.duration_ms),
        cover_url=one.image_url,
        url=page,
        kind=kind,
    )


def words_of(error: msgspec.DecodeError) -> str:
    """What is wrong with a message that is none."""
    return f"The message does not fit: {error}."

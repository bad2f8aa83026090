"""Players in people's pages: what their reports tell, and which commands go by the page instead of by Spotify."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from songswap.core.session.latency import LatencyTable, expected_ms
from songswap.core.session.timeline import same_track
from songswap.model.music import Device, PlayerCommand, Track
from songswap.model.session import Command, Failure, Listener, Timeline
from songswap.model.tabs import Here, Tab

QUIET_MS = 25_000.0
"""A page reports at least every 10 s: one that was not heard of for two and a half times as long is no source."""
UNKNOWN_HERE_MS = 80.0
"""From an order to its sound, before anything was learned [assumed: what a page needs to buffer]."""
AHEAD_MS = 60.0
"""What the way from the worker by the store and the server takes, with room; the page's own round trip is added."""
SETTLE_HERE_MS = 300.0
"""So long after an order took effect a report may still tell of the moment before: a page hears of itself at once."""
TOLERANCE_HERE_MS = 80.0
"""Right after an order a player in a page is corrected from here on: looks are free there, and seeks are short."""
TOLD_OF = 2
"""So many tracks to come a page is told of [Web Playback SDK reference]."""
BROWSER = "tab:"
RETURN_MS = 10_000.0
"""A page that said good-bye may be reloading: so long it is waited for."""


LEARNED_AS: Mapping[PlayerCommand, PlayerCommand] = {"resume": "start", "next": "start", "previous": "start"}
"""Told by Spotify, these take as long as a start."""
LEARNED_AS_HERE: Mapping[PlayerCommand, PlayerCommand] = {"previous": "next"}


@dataclass(frozen=True)
class Way:
    """How a device is told something: what, how long that takes to be heard, and how long before it has to leave."""

    kind: PlayerCommand
    latency_ms: float
    ahead_ms: float = 0.0
    is_here: bool = False


def chosen(tab: Tab | None, wanted: str) -> Tab | None:
    """The page somebody wants to listen in (`wanted` is its id, empty for none), if it is the one that reported."""
    return tab if tab is not None and wanted and tab.tab == wanted else None


def is_quiet(tab: Tab, now_ms: float) -> bool:
    """Whether the page was not heard of for so long that it tells nothing any more."""
    return now_ms - tab.heard_at_ms >= QUIET_MS


def known_as(tab: Tab) -> str:
    """By which name trims and latencies of a page are kept, however often it is opened anew."""
    return f"{BROWSER}{tab.browser}"


def here_id(device_id: str) -> str:
    """Under which id is learned how soon a device obeys the page it is in."""
    return f"{device_id}/here"


def learned_under(command: Command) -> str:
    """Under which id is learned how soon the device obeys such a command."""
    return here_id(command.device_id) if command.is_here else command.device_id


def learned_as(command: PlayerCommand, *, is_here: bool) -> PlayerCommand:
    """Among which commands is learned how soon a device obeys this one."""
    return (LEARNED_AS_HERE if is_here else LEARNED_AS).get(command, command)


def here_of(tab: Tab | None, timeline: Timeline | None, now_ms: float) -> Here | None:
    """What a page's player is known by; None for one that is gone, quiet, held back, or not the active device."""
    if tab is None or tab.gone_at_ms is not None or tab.is_blocked or tab.reading is None:
        return None
    if is_quiet(tab, now_ms) or tab.reading.track is None:
        return None
    known = (timeline.track, *timeline.upcoming) if timeline is not None else ()
    uris = tuple(_uri(track, known) for track in (tab.reading.track, *tab.upcoming))
    return Here(uris, tab.reading.is_playing, AHEAD_MS + tab.trip_ms, tab.heard_at_ms + QUIET_MS)


def _uri(track: Track, known: Sequence[Track | None]) -> str:
    """The uri by which the timeline knows this recording: Spotify may play it under another."""
    return next((one.uri for one in known if one is not None and same_track(one, track)), track.uri)


def device_of(tab: Tab | None) -> tuple[Device | None, Failure | None]:
    """The player in the page somebody chose to listen in, or why there is none."""
    if tab is None or tab.gone_at_ms is not None:
        words = "The page you listened in is closed. Open the group’s page and tap “Listen here”, or choose a device."
        return None, Failure("no_device", words)
    if tab.is_blocked:
        words = "The browser lets the page make no sound yet. Tap “Start the sound” there."
        return None, Failure("no_device", words)
    return Device(tab.device_id, tab.device_name, "Computer"), None


def by_spotify(command: Command, table: LatencyTable, now_ms: float) -> Command:
    """The command as Spotify carries it out, the page not having done so."""
    kind: PlayerCommand = command.kind if command.kind in {"seek", "pause"} else "start"
    latency_ms = expected_ms(table, command.device_id, kind)
    effect_at_ms = now_ms + latency_ms
    position_ms = command.position_ms + (effect_at_ms - command.effect_at_ms)
    return replace(
        command, kind=kind, is_here=False, latency_ms=latency_ms, effect_at_ms=effect_at_ms, position_ms=position_ms
    )


def heard(here: Here | None, now_ms: float) -> Here | None:
    """The page's player, if it can be ordered and relied on now."""
    return here if here is not None and now_ms < here.until_ms else None


def way_to(listener: Listener, table: LatencyTable, kind: PlayerCommand, uri: str, now_ms: float) -> Way:
    """How `listener` is told to do `kind`, `uri` being what is to be heard then: by the page, if that can do it."""
    device_id, here = listener.device_id or "", heard(listener.here, now_ms)
    is_on = listener.is_playing  # what it was told last may be newer than its last report
    own = _kind_here(here, kind, uri, is_on=is_on) if here is not None else None
    if here is None or own is None:
        return Way(kind, expected_ms(table, device_id, kind))
    return Way(own, here_latency_ms(table, device_id, own), here.ahead_ms, is_here=True)


def here_latency_ms(table: LatencyTable, device_id: str, kind: PlayerCommand) -> float:
    """From an order to the page to its sound."""
    return expected_ms(table, here_id(device_id), learned_as(kind, is_here=True), UNKNOWN_HERE_MS)


def _kind_here(here: Here, kind: PlayerCommand, uri: str, *, is_on: bool) -> PlayerCommand | None:
    """What the page does about it; None where only Spotify can: starting a given track.

    `is_on`: it was not told to pause. Going on does no harm to a player that plays: it is only moved then.
    """
    if kind == "pause":
        return "pause"
    if uri in here.uris[:1]:
        return "seek" if here.is_playing and is_on else "resume"
    if uri in here.uris[1:2]:
        return "next"
    return None

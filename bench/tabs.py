"""How well two tabs keep time, measured from what leaves the speaker: `python -m bench.tabs [SECONDS]`.

The three processes as people run them, and two real Chromium browsers side by side: Ada hosts in a tab, Bob listens in
one. The embedded Spotify's stand-in for the Web Playback SDK makes the music; both tabs are asked at the same time,
several times a second, what position leaves the speaker and when, by the audio clock. Ada skips, seeks and pauses
meanwhile, by turns with our page and in her Spotify. Written to bench/tabs.txt when it lasts five minutes.
"""

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Page, expect

from songswap.simulator import World
from tests.browser.people import Street, create_group, invite_link
from tests.chromium import AFTER_A_TAP, a_chromium
from tests.processes import Installation, all_running, ask

RESULT = Path(__file__).with_suffix(".txt")
FULL_S = 300.0
SAMPLE_S = 0.2
TOGETHER_MS = 500.0
"""Who is off by less follows [sync.md]."""
LOST_S = 20.0
SONGS = 20
GOAL_MS = 80.0
REPORT = "() => window.music?.report() ?? null"

SCRIPT: tuple[tuple[float, str, str], ...] = (
    (15, "page", "skip"),
    (40, "page", "seek"),
    (60, "page", "pause"),
    (66, "page", "resume"),
    (85, "app", "skip"),
    (110, "app", "seek"),
    (130, "app", "pause"),
    (136, "app", "resume"),
    (160, "page", "skip"),
    (185, "page", "seek"),
    (205, "page", "pause"),
    (211, "page", "resume"),
    (230, "app", "seek"),
    (250, "app", "skip"),
    (275, "page", "seek"),
)
"""When (seconds), where and what Ada does."""


@dataclass(frozen=True)
class Sample:
    """What left a tab's speaker: `position_ms` of `uri` at `at_ms` of the machine's clock."""

    uri: str | None
    is_playing: bool
    position_ms: float
    at_ms: float


@dataclass
class Heard:
    """Samples of both tabs at the same times, with the seconds since the beginning."""

    pairs: list[tuple[float, Sample, Sample]] = field(default_factory=list)

    def skews_ms(self) -> list[float]:
        """Of each moment at which both play the same song, how far Bob is ahead."""
        return [skew_ms for _, ada, bob in self.pairs if (skew_ms := skew(ada, bob)) is not None]

    def apart(self) -> float:
        """Share of the time Ada's tab plays in which Bob's plays something else, or nothing."""
        playing = [(ada, bob) for _, ada, bob in self.pairs if ada.is_playing]
        return sum(skew(ada, bob) is None for ada, bob in playing) / max(1, len(playing))

    def followed_s(self) -> list[float]:
        """For each thing Ada's tab did, how long until Bob's did the same, and kept it for a second."""
        return [self._followed_s(place) for place in self._events()]

    def _events(self) -> list[int]:
        """Places in `pairs` at which Ada's tab plays something else than it would by itself."""
        places = []
        for place in range(1, len(self.pairs)):
            (_, before, _), (_, now, _) = self.pairs[place - 1], self.pairs[place]
            elapsed_ms = now.at_ms - before.at_ms if before.is_playing else 0.0
            jumped = abs(now.position_ms - before.position_ms - elapsed_ms) > TOGETHER_MS
            if (before.uri, before.is_playing) != (now.uri, now.is_playing) or jumped:
                places.append(place)
        return places

    def _followed_s(self, place: int) -> float:
        began_s, since_s = self.pairs[place][0], None
        for at_s, ada, bob in self.pairs[place:]:
            skew_ms = skew(ada, bob)
            is_together = abs(skew_ms) < TOGETHER_MS if skew_ms is not None else not (ada.is_playing or bob.is_playing)
            since_s = (at_s if since_s is None else since_s) if is_together else None
            if since_s is not None and at_s - since_s >= 1.0:
                return since_s - began_s
        return LOST_S


def skew(ada: Sample, bob: Sample) -> float | None:
    """How far Bob is ahead in ms; None unless both play the same song."""
    if not (ada.is_playing and bob.is_playing and ada.uri == bob.uri):
        return None
    return (bob.position_ms - bob.at_ms) - (ada.position_ms - ada.at_ms)


async def player_frame(page: Page) -> Frame:
    """The frame in which Spotify's player makes its sound."""
    while True:
        frame = next((one for one in page.frames if "/sdk/player.html" in one.url), None)
        if frame is not None:
            return frame
        await asyncio.sleep(0.05)


async def sample(frame: Frame) -> Sample:
    """What the tab's speaker says now."""
    told: dict[str, Any] | None = await frame.evaluate(REPORT)
    if told is None:
        return Sample(None, False, 0.0, 0.0)
    return Sample(told["uri"], told["isPlaying"], told["positionMs"], told["atMs"])


def songs() -> list[str]:
    """Enough of the invented music for the whole script, none of which Spotify plays under another id."""
    tracks = World().catalogue.tracks.values()
    return [track.uri for track in tracks if track.plays_as is None][:SONGS]


@asynccontextmanager
async def two_tabs(installation: Installation) -> AsyncIterator[tuple[Page, Page]]:
    """Ada and Bob listen in their tabs to what Ada plays."""
    async with a_chromium(AFTER_A_TAP) as browser:
        street = Street(browser, installation, {})
        ada, bob = await street.person("Ada"), await street.person("Bob")
        await create_group(ada, "Two tabs")
        await bob.goto(await invite_link(ada))
        await bob.get_by_role("button", name="Join the group").click()
        installation.act("ada", "play_uris", uris=songs())
        await ada.get_by_role("button", name="Start session").click()
        for page in (ada, bob):
            await page.get_by_role("button", name="Listen here", exact=True).click()
            await expect(page.get_by_role("region", name="In this tab")).to_contain_text("This tab is your player")
        await asyncio.sleep(10)  # until all that is learned at first is learned
        yield ada, bob
        await street.close()


async def act(installation: Installation, ada: Page, where: str, what: str) -> None:
    """Ada does something, on our page or in her Spotify."""
    truth = installation.truth("ada")
    target_ms = 30_000 if truth["position_ms"] > 60_000 else 90_000
    if where == "app":
        verb = {"skip": "next"}.get(what, what)
        await asyncio.to_thread(installation.act, "ada", verb, **({"position_ms": target_ms} if what == "seek" else {}))
    elif what == "seek":
        await ada.get_by_role("slider", name="Position in the track").fill(str(target_ms))
    else:
        name = {"skip": "Next track", "pause": "Pause", "resume": "Play"}[what]
        await ada.get_by_role("button", name=name, exact=True).click()


async def listen(installation: Installation, ada: Page, bob: Page, seconds: float) -> Heard:
    """Sample both tabs while the script goes on."""
    heard, frames = Heard(), (await player_frame(ada), await player_frame(bob))
    began_s = time.monotonic()
    acts: set[asyncio.Task[None]] = set()
    waiting = [one for one in SCRIPT if one[0] < seconds - 5]
    while (now_s := time.monotonic() - began_s) < seconds:
        if waiting and now_s >= waiting[0][0]:
            _, where, what = waiting.pop(0)
            acts.add(asyncio.create_task(act(installation, ada, where, what)))
        one, other = await asyncio.gather(*(sample(frame) for frame in frames))
        heard.pairs.append((now_s, one, other))
        await asyncio.sleep(SAMPLE_S)
    await asyncio.gather(*acts)
    return heard


def percentile(values: Sequence[float], percent: int) -> float:
    """The percentile of some values."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def text(heard: Heard, calls: Counter[str], seconds: float) -> str:
    """The figures, for people."""
    skews_ms = [abs(one) for one in heard.skews_ms()]
    p50_ms, p95_ms = percentile(skews_ms, 50), percentile(skews_ms, 95)
    worst_ms = max((one for one in skews_ms if one < TOGETHER_MS), default=0.0)
    caught = sum(one >= TOGETHER_MS for one in skews_ms)  # between the host's seek and the listener's
    late_s = heard.followed_s()
    spent = ", ".join(f"{count} {name}" for name, count in sorted(calls.items()))
    lines = [
        f"Two tabs of a real Chromium for {seconds:.0f} s, {len(heard.pairs)} samples of both audio clocks.",
        f"skew p50 / p95: {p50_ms:.0f} / {p95_ms:.0f} ms (goal: p95 {GOAL_MS:.0f} ms); worst {worst_ms:.0f} ms, "
        f"but for {caught} samples between a seek of the host’s and the listener’s",
        f"apart while the host's tab plays: {heard.apart():.2%} of the time",
        f"time to follow, {len(late_s)} times, p50 / worst: {statistics.median(late_s):.1f} / {max(late_s):.1f} s "
        f"(to {SAMPLE_S:.1f} s)",
        f"calls to Spotify meanwhile: {spent or 'none'}",
        f"Measured on {os.cpu_count()} cores, Python {platform.python_version()}.",
    ]
    return "\n".join(lines) + "\n"


async def measure(folder: Path, seconds: float) -> str:
    """Play it, and return the figures."""
    with all_running(folder) as installation:
        async with two_tabs(installation) as (ada, bob):
            before = len(ask(f"{installation.spotify_url}/sim/calls")["items"])
            heard = await listen(installation, ada, bob, seconds)
            rows = ask(f"{installation.spotify_url}/sim/calls")["items"][before:]
    calls = Counter(f"{row['method']} {row['path'].removeprefix('/v1/')}" for row in rows if "/v1/" in row["path"])
    return text(heard, calls, seconds)


def main(arguments: list[str]) -> int:
    """Measure, print, and write down a whole run; returns the exit code."""
    seconds = float(arguments[0]) if arguments else FULL_S
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), seconds))
    print(figures, end="")
    if seconds >= FULL_S:
        RESULT.write_text(figures, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The day's searches at YouTube: how many are left, when there are more, and which songs are next."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from songswap.core.insights.periods import day_of, start_of
from songswap.core.videos.video_match import key_of
from songswap.model.durations import DAY_MS
from songswap.model.struct import Struct
from songswap.model.videos import Search, Song, VideoWish

SEARCHES_A_DAY: Final = 100
"""Every page counts [developers.google.com/youtube/v3/determine_quota_cost, since 2026-06-01]."""
AT_ONCE: Final = 4
PACIFIC: Final = ZoneInfo("America/Los_Angeles")
"""A day at YouTube begins at midnight there."""
MARGIN_MS: Final = 120_000.0
"""Our day begins so long after YouTube's, and what was sent around midnight counts on both: neither its clock nor the
time a call travels may make us overdraw."""
KEPT_MS: Final = 30 * DAY_MS - 3_600_000.0
"""What YouTube told is deleted or asked anew within 30 days [YouTube API Services, Developer Policies III.E.4]."""
NONE_KEPT_MS: Final = 7 * DAY_MS
"""Where YouTube had no video that fits, it may by then."""
WISH_KEPT_MS: Final = 30 * DAY_MS
"""Who has not asked for so long, does not want it any more."""
MOST_WISHES: Final = 10
"""Lists of a person for which videos are looked for; one more takes the place of the oldest."""
_FAILED_KEPT_MS: Final = (600_000.0, 3_600_000.0, 21_600_000.0, DAY_MS)
_BREAK_MS: Final = (60_000.0, 300_000.0, 1_800_000.0, 7_200_000.0, 21_600_000.0)


class SearchBudget(Struct, frozen=True):
    """The searches of a day at YouTube, which ends at `resets_at_ms`. `is_over`: YouTube said so itself."""

    used: int
    left: int
    resets_at_ms: float
    limit: int = SEARCHES_A_DAY
    is_over: bool = False


def day_name(at_ms: float, days_back: int = 0) -> str:
    """The day at YouTube of a moment, or some days before it, as YYYYMMDD."""
    return (_day(at_ms) - timedelta(days=days_back)).strftime("%Y%m%d")


def budget(rows: Iterable[Search], now_ms: float) -> SearchBudget:
    """What is left of the day, by the rows of this day and the one before. Each search counts, answered or not."""
    today = _day(now_ms)
    from_ms = _start_ms(today)
    counted = [row for row in rows if row.at_ms >= from_ms - 2 * MARGIN_MS]
    used = sum(not row.is_over for row in counted)
    is_over = any(row.is_over and row.at_ms >= from_ms for row in counted)
    left = 0 if is_over else max(0, SEARCHES_A_DAY - used)
    return SearchBudget(used, left, _start_ms(today + timedelta(days=1)), is_over=is_over)


def failed_for_ms(tries: int) -> float:
    """How long a song whose search failed for the `tries`-th time is left alone."""
    return _FAILED_KEPT_MS[min(max(tries, 1), len(_FAILED_KEPT_MS)) - 1]


def break_ms(tries: int) -> float:
    """How long YouTube is left alone when nothing of what was asked together got an answer, for the `tries`-th time."""
    return _BREAK_MS[min(max(tries, 1), len(_BREAK_MS)) - 1]


def is_wanted(wish: VideoWish, now_ms: float) -> bool:
    """Whether the wish still counts."""
    return now_ms - wish.at_ms < WISH_KEPT_MS


def missing(lists: Iterable[Sequence[Song]], known: Collection[str]) -> Mapping[str, Song]:
    """The songs to search for by key, the next first: the first of every list, then the second ones, and so on."""
    places = sorted(
        ((place, number, song) for number, songs in enumerate(lists) for place, song in enumerate(songs)),
        key=lambda row: row[:2],
    )
    found: dict[str, Song] = {}
    for _, _, song in places:
        key = key_of(song)
        if key not in known:
            found.setdefault(key, song)
    return found


def _start_ms(day: date) -> float:
    return start_of(day, PACIFIC) + MARGIN_MS


def _day(at_ms: float) -> date:
    return day_of(at_ms - MARGIN_MS, PACIFIC)

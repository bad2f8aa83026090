"""Sessions of listening: plays with no longer pause between them than half an hour."""

from typing import Final

from songswap.columns.figures.answers import Figure, about
from songswap.columns.plays import Plays
from songswap.model.struct import Struct

PAUSE_MS: Final = 1_800_000
"""From the end of a play to the start of the next; after a longer one, another session has begun."""
SESSIONS_TOLD: Final = 10
AT_A_TIME: Final = 2
"""People, as each is read by one thread."""


class ListeningSession(Struct, frozen=True):
    """One session of one person: from the start of its first play to the end of its last."""

    account: str
    from_ms: int
    to_ms: int
    plays: int


class Sessions(Figure, frozen=True, kw_only=True):
    """How many sessions there were; their means, of the time from start to end and of the plays; the longest first."""

    sessions: int
    mean_length_ms: float | None
    mean_plays: float | None
    items: tuple[ListeningSession, ...]


def sessions(plays: Plays) -> Sessions:
    """The sessions of each person. One that reaches over the edge of the period is cut there."""
    rows = plays.rows(_LONGEST.format(begun=_hold_begun(plays)))
    _, _, _, _, count, length_ms, heard = rows[0] if rows else (None, None, None, None, 0, 0, 0)
    return Sessions(
        about=about(plays),
        sessions=count,
        mean_length_ms=round(length_ms / count, 1) if count else None,
        mean_plays=round(heard / count, 2) if count else None,
        items=tuple(ListeningSession(plays.question.accounts[who], *told) for who, *told, _, _, _ in rows),
    )


def _hold_begun(plays: Plays) -> str:
    """Hold the first plays of everybody's sessions, read some people at a time: all at once take 50 MB for ten."""
    everybody = range(len(plays.question.accounts))
    for first in everybody[::AT_A_TIME]:
        some = everybody[first : first + AT_A_TIME]
        begun = " UNION ALL ".join(_BEGUN.format(who=who, heard=plays.in_order(who)) for who in some)
        plays.keep("begun", begun, is_more=first > 0)
    return "begun"


_BEGUN: Final = f"""
SELECT {{who}} AS who, * FROM (
    SELECT started_at_ms, row_number() OVER () AS number, lag(ended_at_ms) OVER () AS before_ms
    FROM (SELECT started_at_ms, ended_at_ms FROM {{heard}} UNION ALL SELECT NULL, NULL)
)
WHERE before_ms IS NULL OR started_at_ms IS NULL OR started_at_ms - before_ms > {PAUSE_MS}
"""
"""The first plays of one person's sessions. The row of nothing at the end is no play: there the last session ends.

The people are read side by side, and each without sorting.
"""

_LONGEST: Final = f"""
WITH whole AS (
    SELECT who, started_at_ms AS from_ms, lead(before_ms) OVER following AS to_ms,
        lead(number) OVER following - number AS plays
    FROM {{begun}} WINDOW following AS (PARTITION BY who ORDER BY number)
    QUALIFY from_ms IS NOT NULL
)
SELECT who, from_ms, to_ms, plays, count(*) OVER (), sum(to_ms - from_ms) OVER (), sum(plays) OVER ()
FROM whole ORDER BY to_ms - from_ms DESC, from_ms, who LIMIT {SESSIONS_TOLD}
"""
"""A session ends with the play before the next one begins."""

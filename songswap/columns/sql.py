"""The counting rules, local time and paths as SQL: `core.insights.counting_rules` and `periods`, for many rows at once.

Only numbers of our own and paths of the store are ever put into SQL, the latter quoted.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from songswap.core.insights.counting_rules import HEARD_30S, HEARD_HALF, LONGEST_HALF_MS, SHORTEST_MS
from songswap.core.insights.periods import Offset
from songswap.model.sharing import CountingRule


def literals(texts: Iterable[str]) -> str:
    """`texts` as SQL strings, with commas between."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


_KNOWN_MS: Final = "coalesce(played_ms, CASE WHEN finished AND duration_ms > 0 THEN duration_ms END)"
_LISTENED_MS: Final = (
    f"coalesce({_KNOWN_MS}, CASE WHEN source IN ({literals(HEARD_30S)}) THEN {SHORTEST_MS} ELSE 0 END)"
)
_HALF: Final = (
    f"CASE WHEN duration_ms > 0 THEN 2 * {{ms}}::BIGINT >= least(duration_ms, {2 * LONGEST_HALF_MS})"
    f" ELSE {{ms}} >= {SHORTEST_MS} END"
)
_VERDICT: Final[dict[CountingRule, str]] = {
    "all": "true",
    "finished": "finished",
    "30s": f"coalesce({_KNOWN_MS} >= {SHORTEST_MS}, CASE WHEN finished OR source IN ({literals(HEARD_30S)})"
    " THEN true END)",
    "half": f"CASE WHEN {_KNOWN_MS} IS NOT NULL THEN {_HALF.format(ms=_KNOWN_MS)}"
    f" WHEN finished OR source IN ({literals(HEARD_HALF)}) THEN true END",
}
_VERDICT_ALL_KNOWN: Final[dict[CountingRule, str]] = {
    **_VERDICT,
    "30s": f"played_ms >= {SHORTEST_MS}",
    "half": _HALF.format(ms="played_ms"),
}

UNKNOWN_MS: Final = f"{_KNOWN_MS} IS NULL"
"""Whether nobody knows how long the play was heard."""


def verdict(rule: CountingRule, *, has_unknown_ms: bool = True) -> str:
    """True where a play counts, NULL where nobody can tell; quicker where no `played_ms` is NULL."""
    return (_VERDICT if has_unknown_ms else _VERDICT_ALL_KNOWN)[rule]


def listened_ms(*, has_unknown_ms: bool = True) -> str:
    """For how long a play was heard, at least."""
    return _LISTENED_MS if has_unknown_ms else "played_ms"


def local_ms(moment: str, pieces: Sequence[Offset]) -> str:
    """`moment`, a UTC time in ms, as milliseconds that the zone's clocks show since their 1970.

    The zone is that of Python's own data, which `core.insights.periods` reckons with, not the database's.
    """
    return f"({moment} + {_offset(moment, pieces)})"


def _offset(moment: str, pieces: Sequence[Offset]) -> str:
    """The piece is looked for by halves: five questions for twenty years of summer time."""
    if len(pieces) == 1:
        return str(pieces[0].offset_ms)
    half = len(pieces) // 2
    earlier, later = _offset(moment, pieces[:half]), _offset(moment, pieces[half:])
    return f"CASE WHEN {moment} < {pieces[half].from_ms} THEN {earlier} ELSE {later} END"

"""Which line a row that can't be read is said to be on."""

import pytest

from songswap.core.history.formats.rows import Rows
from songswap.core.history.formats.spotify import SpotifyReader

GOOD = b'{"ts": "2024-01-01T00:00:00Z", "ms_played": 40000, "spotify_track_uri": null}'


@pytest.mark.parametrize("between", [b"\n", b"\n\n", b",\n"])
def test_each_row_that_cannot_be_read_is_named_by_its_own_line(between: bytes) -> None:
    rows = Rows()
    reader = SpotifyReader(rows)
    lines = [GOOD if number % 3 else b'{"ts": "never", "ms_played": 1}' for number in range(30)]
    reader.feed(between.join(lines))
    reader.end()
    step = between.count(b"\n")
    named = {problem.line for problem in rows.problems}
    assert {1 + number * step for number in range(0, 30, 3)} <= named


def test_a_string_that_nobody_closes_costs_its_own_row() -> None:
    rows = Rows()
    reader = SpotifyReader(rows)
    reader.feed(b'[{"ts": "' + b'\\"' * 50_000 + b"\n" + GOOD + b"]")
    reader.end()
    assert rows.unreadable >= 1

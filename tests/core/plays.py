"""Random listening histories, and the plain, slow way of merging them."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from songswap.core.history.merge import Merged
from songswap.core.history.name_folding import folded, own_id
from songswap.core.history.recordings import SOURCES
from songswap.model.history import Play, Source, TrackName

T0_MS = 1_700_000_000_000

NAMES = [("Björk", "Jóga"), ("björk ", "JÓGA"), ("Björk", "Jóga - Live"), ("Abba", "SOS")]
SPOTIFYS = {
    "joga0000000000000000aa": NAMES[0],
    "joga0000000000000000bb": NAMES[1],
    "live0000000000000000aa": NAMES[2],
    "sos00000000000000000aa": NAMES[3],
}
OWN = {own_id(*name): name for name in NAMES}
UNNAMED = "unnamed000000000000000"
STARTS = frozenset({"listenbrainz", "lastfm"})
IDS: Mapping[Source, Sequence[str]] = {
    source: [*(OWN if source in {*STARTS, "account"} else SPOTIFYS), UNNAMED] for source in SOURCES
}

Rows = dict[Source, list[Play]]

moments = st.one_of(st.integers(0, 200), st.integers(0, 8_000)).map(lambda steps: T0_MS + steps * 1_500)
lengths = st.one_of(st.none(), st.sampled_from([0, 30_000, 150_000]), st.integers(0, 300_000))
durations = st.one_of(st.none(), st.sampled_from([60_000, 140_000, 400_000]))


@st.composite
def plays(draw: st.DrawFn, source: Source) -> Play:
    """A row as `source` could tell it."""
    at_ms = draw(moments)
    return Play(
        at_ms - at_ms % 60_000 if source == "account" else at_ms,
        draw(st.sampled_from(IDS[source])),
        None if source in {*STARTS, "recent"} else draw(lengths),
        is_start=source in STARTS,
        reason_end=draw(st.sampled_from(["", "trackdone", "fwdbtn", "endplay"])),
        skipped=draw(st.sampled_from([None, True, False])),
        is_private=draw(st.booleans()),
    )


histories = st.fixed_dictionaries({}, optional={source: st.lists(plays(source), max_size=12) for source in SOURCES})


@st.composite
def names(draw: st.DrawFn) -> dict[Source, list[TrackName]]:
    """What each source tells of every track but one."""
    return {
        source: [
            TrackName(track, title, artist, draw(st.sampled_from(["", "Homogenic"])), duration_ms=draw(durations))
            for track, (artist, title) in {**SPOTIFYS, **OWN}.items()
            if track in IDS[source]
        ]
        for source in SOURCES
    }


def slow_merge(
    rows: Mapping[Source, Sequence[Play]], told: Mapping[Source, Sequence[TrackName]]
) -> list[list[tuple[Source, Play]]]:
    """Plays, each as the rows that tell of it, best first: every row of a source compared with every play so far."""
    titles = {**SPOTIFYS, **OWN}
    known = durations_of(told)

    def recording(play: Play) -> tuple[str, ...]:
        return tuple(map(folded, titles[play.track])) if play.track in titles else (play.track,)

    def distance_ms(one: tuple[Source, Play], other: tuple[Source, Play]) -> int:
        edge = 0 if one[1].is_start or other[1].is_start else 1
        here, there = (span_of(play, known.get(play.track))[edge] for _, play in (one, other))
        here_last, there_last = (
            moment + 59_999 if source == "account" else moment for (source, _), moment in ((one, here), (other, there))
        )
        return max(0, there - here_last, here - there_last)

    merged: list[list[tuple[Source, Play]]] = []
    for source in SOURCES:
        fresh = [(source, play) for play in unique(rows.get(source, []))]
        while True:
            pairs = [
                (off_ms, row_order(play[0], known), row_order(row, known), play, row)
                for play in merged
                for row in fresh
                if source not in {part[0] for part in play} and recording(play[0][1]) == recording(row[1])
                if (off_ms := distance_ms(play[0], row)) <= window_ms(known.get(play[0][1].track))
            ]
            if not pairs:
                break
            *_, play, row = min(pairs, key=lambda pair: pair[:3])
            play.append(row)
            fresh.remove(row)
        merged += [[row] for row in fresh]
    return merged


def unique(rows: Sequence[Play]) -> list[Play]:
    """Each key once: of rows that differ elsewhere the least in text."""
    by_key: dict[tuple[int, str, int | None], list[Play]] = {}
    for row in rows:
        by_key.setdefault((row.at_ms, row.track, row.played_ms), []).append(row)
    return [min(alike, key=repr) for alike in by_key.values()]


def durations_of(told: Mapping[Source, Sequence[TrackName]]) -> dict[str, int | None]:
    """By id: its own duration by the best source that tells one, else that of the recording's least id that has one."""
    own: dict[str, int] = {}
    for source in SOURCES:
        for name in sorted(told.get(source, []), key=lambda name: (not name.album, name.duration_ms is None)):
            if name.duration_ms:
                own.setdefault(name.id, name.duration_ms)
    titles = {**SPOTIFYS, **OWN}
    alike = {
        track: sorted(other for other in titles if tuple(map(folded, titles[other])) == tuple(map(folded, name)))
        for track, name in titles.items()
    }
    return {
        track: own.get(track) or next((own[other] for other in others if other in own), None)
        for track, others in alike.items()
    }


def span_of(play: Play, duration_ms: int | None) -> tuple[int, int]:
    """When it began and ended."""
    length_ms = play.played_ms if play.played_ms is not None else duration_ms or 0
    return (play.at_ms, play.at_ms + length_ms) if play.is_start else (play.at_ms - length_ms, play.at_ms)


def window_ms(duration_ms: int | None) -> int:
    """How near another source's row has to be."""
    return min(90_000, duration_ms // 2) if duration_ms else 90_000


def row_order(row: tuple[Source, Play], known: Mapping[str, int | None]) -> tuple[int, int, str, int]:
    """Which of two equally near rows comes first."""
    play = row[1]
    end_ms = span_of(play, known.get(play.track))[1]
    return (end_ms, play.at_ms, play.track, -1 if play.played_ms is None else play.played_ms)


def parts(play: Merged) -> list[tuple[Source, Play]]:
    """The rows that tell of a play, best first."""
    return [(play.source, play.play), *play.others]

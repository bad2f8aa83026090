"""What we export, we read again, and it is the same."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from songswap.core.history import name_folding
from songswap.core.history.formats import Rows, exports
from songswap.core.history.formats.songswap import OwnRow
from songswap.core.history.merge import Merged, merge
from songswap.core.history.recordings import names_of, resolve
from songswap.model.history import Gap, Play, Source, TrackName
from tests.core.history.formats.files import counted, read, sizes
from tests.core.plays import Rows as Sources
from tests.core.plays import histories, names

FORMS: tuple[exports.Form, ...] = ("jsonl", "csv", "listenbrainz")
GAP = Gap(1_700_000_000_123, 1_700_000_900_000, "needs_login")


def exported(plays: list[Merged], known: dict[Source, list[TrackName]], form: exports.Form) -> bytes:
    told = names_of(known)

    def name_of(source: Source, track: str) -> TrackName | None:
        return told.get(source, {}).get(track)

    rows = [exports.rows_of(play, name_of) for play in plays]
    if form == "listenbrainz":
        return b"".join(
            exports.listen(play, its, name_of(play.source, play.play.track))
            for play, its in zip(plays, rows, strict=True)
        )
    flat = [row for its in rows for row in its] + [exports.gap_row(GAP)]
    return exports.lines(flat) if form == "jsonl" else exports.header() + exports.table(flat)


def merged(rows: Rows) -> list[Merged]:
    return merge(rows.plays, resolve(rows.names)[0])


@pytest.mark.parametrize("form", FORMS)
@given(histories.filter(lambda rows: any(rows.values())), names(), sizes)
def test_an_export_read_again_is_the_same_history(
    form: exports.Form, rows: Sources, known: dict[Source, list[TrackName]], pieces: list[int]
) -> None:
    played = {source: {play.track for play in its} for source, its in rows.items()}
    known = {source: [name for name in its if name.id in played.get(source, ())] for source, its in known.items()}
    plays = merge(rows, resolve(known)[0])
    again = read(exported(plays, known, form), f"export.{form}", pieces)
    assert again.problems == []
    assert merged(again) == plays
    assert again.gaps == ([] if form == "listenbrainz" else [GAP])


fields = st.builds(
    Play,
    st.integers(0, 4_102_444_799_999),
    st.sampled_from(["a" * 22, "~" + "0" * 20]),
    st.none() | st.integers(0, 2**31 - 1),
    is_start=st.booleans(),
    reason_end=st.sampled_from(["", "trackdone", "=1+1", "'quoted"]),
    skipped=st.none() | st.booleans(),
    is_private=st.booleans(),
    reason_start=st.sampled_from(["", "clickrow"]),
    shuffle=st.none() | st.booleans(),
    is_offline=st.none() | st.booleans(),
    offline_at_ms=st.none() | st.integers(0, 4_102_444_799_999),
    platform=st.sampled_from(["", 'Android, "12"', "-x"]),
    country=st.sampled_from(["", "IS"]),
)
lettered = st.sampled_from(["Jóga", "=SUM(A1)", "'", "'=x", "+1", '"', "a,b;c", "null", "true", "1e3", "\t-"])


@pytest.mark.parametrize("form", FORMS)
@given(fields, lettered, lettered, st.sampled_from(["", "@album"]))
def test_nothing_of_a_play_is_lost_on_the_way(
    form: exports.Form, play: Play, title: str, artist: str, album: str
) -> None:
    name = TrackName(
        play.track, title.strip(), artist.strip(), album, ("A, B", artist.strip()), "b" * 22, "c" * 22, 5, "https://x/y"
    )
    assume(not name_folding.is_own_id(play.track))  # of such an id, names are the whole meaning
    known: dict[Source, list[TrackName]] = {"export": [name]}
    again = read(exported(merge({"export": [play]}, resolve(known)[0]), known, form), f"export.{form}")
    assert (again.plays, again.names) == ({"export": [play]}, known)


def test_no_cell_is_a_formula() -> None:
    known: dict[Source, list[TrackName]] = {"export": [TrackName("a" * 22, "=1+1", "@x", "-1")]}
    content = exported(merge({"export": [Play(0, "a" * 22)]}, resolve(known)[0]), known, "csv").decode()
    (row, _) = csv.DictReader(io.StringIO(content))
    assert (row["title"], row["artist"], row["album"]) == ("'=1+1", "'@x", "'-1")


def test_what_nobody_here_wrote_is_not_believed() -> None:
    evil = OwnRow(
        "export", exports.gap_row(GAP).at, track_id="../../x", title="T", artist="A", cover_url="javascript:alert(1)"
    )
    rows = read(exports.lines([evil]))
    (name,) = rows.names["export"]
    assert (name.id[0], name.cover_url) == ("~", None)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"source":"radio","at":"2024-01-01T00:00:00Z","title":"T"}', "source"),
        (b'{"source":"export","at":"noon","title":"T"}', "at"),
        (b'{"source":"export","at":"1950-01-01T00:00:00Z","title":"T"}', "1970"),
        (b'{"source":"export","at":"2024-01-01T00:00:00Z"}', "names no track"),
        (b'{"source":"gap","at":"2024-01-01T00:00:00Z","reason_end":"missed"}', "gap"),
        (b'{"source":"export","at":"2024-01-01T00:00:00Z","played_ms":-1,"title":"T"}', "played_ms"),
    ],
)
def test_a_line_that_cannot_be_kept_is_told_of(line: bytes, why: str) -> None:
    good = exports.lines([OwnRow("export", exports.gap_row(GAP).at, track_id="a" * 22)])
    rows = read(good + line + b"\n" + good)
    assert counted(rows) == (2, 0, 1)
    assert (rows.problems[0].line, why in rows.problems[0].why) == (2, True)


def test_listenbrainz_is_told_each_play_once() -> None:
    plays: Sources = {"export": [Play(10**12, "a" * 22, 200_000)], "recent": [Play(10**12 + 5, "a" * 22)]}
    known: dict[Source, list[TrackName]] = {"export": [TrackName("a" * 22, "Jóga", "Björk", "Homogenic")]}
    content = exported(merge(plays, resolve(known)[0]), known, "listenbrainz")
    assert content.count(b"\n") == 1
    assert b'"listened_at":999999800,' in content
    assert b'"spotify_id":"https://open.spotify.com/track/aaaaaaaaaaaaaaaaaaaaaa"' in content

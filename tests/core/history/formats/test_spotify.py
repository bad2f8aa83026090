"""Spotify's own files, of every generation, in whatever state they come."""

import json
import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from songswap.core.history.formats import recognised
from songswap.core.history.name_folding import own_id
from songswap.model.history import Play, TrackName
from songswap.model.imports import Problem
from tests.core.history.formats.files import (
    TRACK,
    Json,
    an_account_row,
    an_extended_row,
    an_old_row,
    compact,
    counted,
    indented,
    plays_of,
    read,
    sizes,
    texts,
)

NOON_MS = 1_709_294_400_000
OWN = own_id("Björk", "Jóga")


def test_a_row_of_today_is_kept_with_all_that_matters() -> None:
    rows = read(compact([an_extended_row()]))
    assert plays_of(rows, "export") == [
        Play(
            NOON_MS,
            TRACK,
            200_000,
            reason_end="trackdone",
            skipped=False,
            reason_start="clickrow",
            shuffle=False,
            is_offline=False,
            platform="ios",
            country="IS",
        )
    ]
    assert rows.names == {"export": [TrackName(TRACK, "Jóga", "Björk", "Homogenic")]}


def test_a_row_of_an_old_file_is_kept_as_well() -> None:
    (play,) = plays_of(read(compact([an_old_row(offline=True, incognito_mode=True)]), "endsong_0.json"), "export")
    assert (play.at_ms, play.skipped, play.is_private, play.is_offline) == (NOON_MS, None, True, True)


@pytest.mark.parametrize("told", [1_709_294_200, 1_709_294_200_000])
def test_when_it_was_offline_is_told_in_seconds_or_in_milliseconds(told: int) -> None:
    (play,) = plays_of(read(compact([an_extended_row(offline=True, offline_timestamp=told)])), "export")
    assert play.offline_at_ms == 1_709_294_200_000


def test_address_agent_and_user_name_are_dropped() -> None:
    rows = read(compact([an_old_row(), an_extended_row(ip_addr="203.0.113.7", username="ada")]))
    kept = repr((rows.plays, rows.names))
    assert not any(secret in kept for secret in ("203.0.113.7", "ada", "unknown"))


def test_a_row_of_account_data_is_known_by_its_names() -> None:
    rows = read(indented([an_account_row()]), "StreamingHistory0.json")
    assert plays_of(rows, "account") == [Play(NOON_MS, OWN, 200_000)]
    assert rows.names == {"account": [TrackName(OWN, "Jóga", "Björk")]}


@pytest.mark.parametrize(
    "row",
    [
        an_extended_row(
            master_metadata_track_name=None, spotify_track_uri=None, spotify_episode_uri="spotify:episode:x"
        ),
        an_extended_row(master_metadata_track_name=None, spotify_track_uri=None, audiobook_title="Moby-Dick"),
        an_extended_row(master_metadata_track_name=None, spotify_track_uri="spotify:episode:x"),
        {"endTime": "2024-03-01 12:00", "podcastName": "Show", "episodeName": "One", "msPlayed": 1},
        {"endTime": "2024-03-01 12:00", "authorName": "Melville", "audiobookName": "Moby-Dick", "msPlayed": 1},
    ],
)
def test_podcasts_and_books_are_counted_apart(row: Json) -> None:
    assert counted(read(compact([row, an_extended_row()]))) == (1, 1, 0)


def test_a_local_file_is_known_by_its_names() -> None:
    uri = "spotify:local:Bj%C3%B6rk:Homogenic:J%C3%B3ga:305"
    told = an_extended_row(spotify_track_uri=uri)
    silent = an_extended_row(spotify_track_uri=uri, master_metadata_track_name=None)
    assert [play.track for play in plays_of(read(compact([told, silent])), "export")] == [OWN, OWN]


def test_a_track_without_names_is_kept_by_its_id() -> None:
    row = an_extended_row(master_metadata_track_name=None, master_metadata_album_artist_name=None)
    rows = read(compact([row]))
    assert [play.track for play in plays_of(rows, "export")] == [TRACK]
    assert rows.names == {}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"ms_played": 3}, "neither"),
        (an_extended_row(master_metadata_track_name=None, spotify_track_uri=None), "names no track"),
        (an_extended_row(ts="yesterday"), "ts"),
        (an_extended_row(ts="1969-12-31T23:59:59Z"), "1970"),
        (an_extended_row(ms_played="long"), "ms_played"),
        (an_extended_row(ms_played=2**40), "weeks"),
        (an_extended_row(spotify_track_uri=["a", "list"]), "spotify_track_uri"),
        (an_account_row(endTime="noon"), "noon"),
        (an_account_row(trackName=""), "names no track"),
    ],
)
def test_a_row_that_cannot_be_kept_is_told_of_with_its_line(row: Json, why: str) -> None:
    rows = read(indented([an_extended_row(), row, an_extended_row()]))
    assert counted(rows) == (2, 0, 1)
    (problem,) = rows.problems
    assert problem.line == 2 + len(indented([an_extended_row()]).splitlines()) - 2
    assert why in problem.why


def test_numbers_in_quotes_are_numbers() -> None:
    (play,) = plays_of(read(compact([an_extended_row(ms_played="200000", skipped="true")])), "export")
    assert (play.played_ms, play.skipped) == (200_000, True)


def test_half_a_character_does_not_cost_its_row() -> None:
    content = compact([an_extended_row()]).replace("Jóga".encode(), rb"J\ud83c")
    rows = read(content)
    assert counted(rows) == (1, 0, 0)
    assert rows.names["export"][0].title == "J\ufffd"


def test_letters_of_another_encoding_do_not_cost_their_row() -> None:
    assert counted(read(compact([an_extended_row()]).replace("Jóga".encode(), "Jóga".encode("latin-1")))) == (1, 0, 0)


def test_generations_mixed_in_one_file_are_told_apart_row_by_row() -> None:
    rows = read(compact([an_account_row(), an_extended_row(), an_old_row(ts="2016-03-01T12:00:00Z")]))
    assert [len(plays_of(rows, source)) for source in ("account", "export")] == [1, 2]


@pytest.mark.parametrize(
    "name", ["Streaming_History_Audio_2024_1.json", "endsong_3.json", "StreamingHistory_music_0.json"]
)
@pytest.mark.parametrize("content", [b"[]", b"", b"\n[\n]\n", b"\xef\xbb\xbf[]"])
def test_a_file_without_rows_is_known_by_its_name(name: str, content: bytes) -> None:
    assert counted(read(content, name)) == (0, 0, 0)


# In whatever state


def a_file(titles: list[str]) -> list[Json]:
    return [
        an_extended_row(master_metadata_track_name=title, ms_played=number)
        if number % 3
        else an_account_row(trackName=title, msPlayed=number)
        for number, title in enumerate(titles)
    ]


files = st.lists(texts, min_size=1, max_size=8).map(a_file)


def played(rows: Any) -> list[int]:
    return sorted(play.played_ms for plays in rows.plays.values() for play in plays)


@given(files, sizes, st.sampled_from([compact, indented]), st.booleans())
def test_however_it_is_written_and_cut_into_pieces_the_same_is_read(
    rows: list[Json], pieces: list[int], form: Any, has_mark: bool
) -> None:
    content = b"\xef\xbb\xbf" * has_mark + form(rows)
    whole, cut = read(content), read(content, sizes=pieces)
    assert (cut.plays, cut.names, cut.problems) == (whole.plays, whole.names, whole.problems)
    assert played(whole) == list(range(len(rows)))


@given(files, sizes, st.sampled_from([compact, indented]), st.data())
def test_a_torn_file_loses_at_most_the_row_it_was_torn_in(
    rows: list[Json], pieces: list[int], form: Any, data: st.DataObject
) -> None:
    content = form(rows)
    torn = content[: data.draw(st.integers(1, len(content)))]
    assume(recognised("endsong_1.json", torn))  # a file that ends within its first words is refused as a whole
    found = read(torn, "endsong_1.json", pieces)
    plays, podcasts, unreadable = counted(found)
    assert played(found) == list(range(plays))
    assert (podcasts, unreadable <= 1) == (0, True)
    assert plays + unreadable >= torn.count(b'"ts":') + torn.count(b'"endTime":')


@given(files, files, sizes)
def test_two_halves_of_two_files_in_one_cost_at_most_the_row_between(
    one: list[Json], other: list[Json], pieces: list[int]
) -> None:
    content = compact(one)
    half = content[: len(content) // 2]
    found = read(half + compact(other), sizes=pieces, name="endsong_1.json")
    plays, _, unreadable = counted(found)
    assert unreadable <= 1
    whole = half.count(b'"ts":') + half.count(b'"endTime":') - 1 + len(other)
    assert plays >= whole - 1
    assert plays + unreadable >= whole


@given(files, sizes)
def test_a_doubled_file_gives_every_row_twice(rows: list[Json], pieces: list[int]) -> None:
    assert played(read(compact(rows) * 2, sizes=pieces)) == sorted([*range(len(rows))] * 2)


@given(files, st.randoms(use_true_random=False))
def test_rows_in_another_order_are_the_same_rows(rows: list[Json], chance: random.Random) -> None:
    mixed = chance.sample(rows, len(rows))
    assert played(read(compact(mixed))) == list(range(len(rows)))


def test_a_brace_in_a_title_at_the_edge_of_a_piece_does_no_harm() -> None:
    rows = [an_extended_row(master_metadata_track_name='},{"ts', ms_played=number) for number in range(5)]
    content = compact(rows)
    for size in range(1, len(content), 7):
        assert played(read(content, sizes=[size])) == list(range(5))


def test_lines_are_counted_through_all_pieces() -> None:
    content = indented([an_extended_row()] * 50 + [{"ms_played": 1}])
    (problem,) = read(content, "endsong_1.json", [1_000] * 20).problems
    assert problem == Problem("endsong_1.json", content[: content.rindex(b"{")].count(b"\n") + 1, problem.why)


def test_braces_without_end_are_given_up_quickly() -> None:
    found = read(compact([an_extended_row()])[:-1] + b"," + b"{" * 300_000 + b'"ts":', sizes=[1_000] * 100)
    assert counted(found) == (1, 0, 1)


def test_a_value_no_row_can_have_is_given_up() -> None:
    row = json.dumps(an_extended_row(platform="x" * 300_000))
    found = read(
        f"[{json.dumps(an_extended_row())},{row},{json.dumps(an_extended_row())}]".encode(), sizes=[99_000] * 3
    )
    assert sum(counted(found)) >= 3

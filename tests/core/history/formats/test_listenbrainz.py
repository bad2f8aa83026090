"""Listens of ListenBrainz: a user's export, and what its API gives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.history.name_folding import own_id
from songswap.model.history import Play, TrackName
from tests.core.history.formats.files import (
    TRACK,
    Json,
    a_listen,
    compact,
    counted,
    indented,
    json_lines,
    plays_of,
    read,
    sizes,
)

STARTED_MS = 1_709_294_400_000


def listen_of(**metadata: object) -> Json:
    return a_listen(track_metadata={"artist_name": "Björk", "track_name": "Jóga", **metadata})


def test_a_listen_tells_when_it_began() -> None:
    rows = read(json_lines([a_listen()]), "listens/2024/3.jsonl")
    assert plays_of(rows, "listenbrainz") == [Play(STARTED_MS, TRACK, is_start=True)]
    assert rows.names == {"listenbrainz": [TrackName(TRACK, "Jóga", "Björk", "Homogenic", duration_ms=305_000)]}


def test_a_listen_without_an_id_of_spotifys_is_known_by_its_names() -> None:
    (play,) = plays_of(read(json_lines([listen_of()])), "listenbrainz")
    assert play.track == own_id("Björk", "Jóga")


@pytest.mark.parametrize(
    ("info", "duration_ms", "played_ms"),
    [
        ({"duration": 305}, 305_000, None),
        ({"duration_ms": "305000", "duration_played": 120}, 305_000, 120_000),
        ({"duration_ms": -5, "duration": "long", "duration_played": 10**20}, None, None),
        ({"origin_url": f"https://open.spotify.com/track/{TRACK}?si=1"}, None, None),
        ({}, None, None),
    ],
)
def test_lengths_are_taken_where_they_make_sense(info: Json, duration_ms: int | None, played_ms: int | None) -> None:
    rows = read(json_lines([listen_of(additional_info=info)]))
    assert rows.names["listenbrainz"][0].duration_ms == duration_ms
    assert plays_of(rows, "listenbrainz")[0].played_ms == played_ms
    assert (plays_of(rows, "listenbrainz")[0].track == TRACK) == ("origin_url" in info)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (a_listen(listened_at=None), "listened_at"),
        (a_listen(listened_at="inf"), "listened_at"),
        (a_listen(listened_at=10**18), "2100"),
        (listen_of(track_name=None), "names no track"),
        (listen_of(artist_name=["Björk"]), "can't be read"),
    ],
)
def test_a_listen_that_cannot_be_kept_is_told_of_with_its_line(row: Json, why: str) -> None:
    rows = read(json_lines([a_listen(), row, a_listen()]))
    assert counted(rows) == (2, 0, 1)
    assert (rows.problems[0].line, why in rows.problems[0].why) == (2, True)


@pytest.mark.parametrize("wrapped", [False, True])
@given(st.integers(1, 9), sizes)
def test_however_it_comes_all_listens_are_found(wrapped: bool, count: int, pieces: list[int]) -> None:
    listens = [a_listen(listened_at=1_709_294_400 + number) for number in range(count)]
    forms = [json_lines(listens), compact(listens), indented(listens)]
    if wrapped:
        answer = {"payload": {"count": count, "user_id": "ada", "listens": listens, "latest_listen_ts": 1}}
        forms = [json.dumps(answer).encode(), json.dumps(answer, indent=1).encode()]
    for content in forms:
        assert counted(read(content, sizes=pieces)) == (count, 0, 0)


@given(st.integers(1, 300), sizes)
def test_a_torn_export_loses_its_last_listen_only(cut: int, pieces: list[int]) -> None:
    content = json_lines([a_listen(), a_listen(), a_listen()])
    plays, _, unreadable = counted(read(content[:-cut], sizes=pieces))
    assert (plays, unreadable) in {(2, 1), (3, 0)}

"""What the embedded Spotify sends to those who ask for their data."""

import io
import json
import zipfile
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from songswap.simulator import World, serve
from songswap.simulator import streaming_history as history

NOW_S = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
FIELDS = {
    "ts", "platform", "ms_played", "conn_country", "ip_addr", "master_metadata_track_name",
    "master_metadata_album_artist_name", "master_metadata_album_album_name", "spotify_track_uri", "episode_name",
    "episode_show_name", "spotify_episode_uri", "audiobook_title", "audiobook_uri", "audiobook_chapter_uri",
    "audiobook_chapter_title", "reason_start", "reason_end", "shuffle", "skipped", "offline", "offline_timestamp",
    "incognito_mode",
}  # fmt: skip


def a_world(seed: int = 1) -> World:
    return World(seed, clock=lambda: NOW_S)


def rows_of(person: str, world: World | None = None, until_s: float | None = None) -> list[dict[str, Any]]:
    world = world or a_world()
    recent = list(world.player(person).history)
    return list(history.streaming_history(world.seed, world.people[person], world.catalogue, recent, NOW_S, until_s))


def moment_s(row: dict[str, Any]) -> float:
    return datetime.fromisoformat(row["ts"]).timestamp()


def songs(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["spotify_track_uri"]]


@pytest.fixture(scope="module")
def adas() -> list[dict[str, Any]]:
    return rows_of("ada")


def test_the_same_seed_and_day_have_the_same_years(adas: list[dict[str, Any]]) -> None:
    assert rows_of("ada") == adas
    assert rows_of("ada", a_world(seed=2)) != adas


def test_rows_have_the_fields_of_today_and_no_others(adas: list[dict[str, Any]]) -> None:
    assert {frozenset(row) for row in adas} == {frozenset(FIELDS)}


def test_three_years_are_told_in_order_and_nothing_of_the_future(adas: list[dict[str, Any]]) -> None:
    moments = [moment_s(row) for row in adas]
    assert all(one <= other for one, other in pairwise(moments))
    assert NOW_S - (history.DAYS + 8) * 86_400 < moments[0] < NOW_S - 2.9 * 365 * 86_400
    assert moments[-1] <= NOW_S


def test_what_was_heard_is_in_the_catalogue_under_its_names(adas: list[dict[str, Any]]) -> None:
    catalogue = a_world().catalogue
    for row in songs(adas):
        track = catalogue.item(row["spotify_track_uri"])
        assert row["master_metadata_track_name"] == track.name
        assert row["master_metadata_album_artist_name"] == catalogue.artists[track.artist_ids[0]].name
        assert 0 < row["ms_played"] <= track.duration_ms
        assert (row["ms_played"] == track.duration_ms) == (row["reason_end"] == "trackdone")


def test_the_last_rows_are_what_recently_played_shows(adas: list[dict[str, Any]]) -> None:
    recent = list(a_world().player("ada").history)[-50:]
    told = songs(adas)[-50:]
    assert [row["spotify_track_uri"] for row in told] == [play.uri for play in recent]
    assert all(0 <= play.ended_at_ms / 1000 - moment_s(row) < 1 for row, play in zip(told, recent, strict=True))


def test_there_is_something_to_see(adas: list[dict[str, Any]]) -> None:
    assert len(adas) > 8_000
    assert 0.02 < sum(row["skipped"] for row in adas) / len(adas) < history.SKIPS_MOST
    assert any(row["episode_name"] for row in adas)
    assert any(row["incognito_mode"] for row in adas)
    days = {row["ts"][:10] for row in adas}
    assert 700 < len(days) < history.DAYS  # some days, and holidays, are silent


def test_tastes_differ_and_overlap(adas: list[dict[str, Any]]) -> None:
    def favourites(rows: list[dict[str, Any]]) -> set[str]:
        names = [row["master_metadata_album_artist_name"] for row in songs(rows)]
        return set(sorted(set(names), key=names.count)[-20:])

    ada, bob = favourites(adas), favourites(rows_of("bob"))
    assert 3 < len(ada & bob) < 17


def test_a_request_of_some_days_ago_ends_there(adas: list[dict[str, Any]]) -> None:
    until_s = NOW_S - 10 * 86_400
    assert rows_of("ada", until_s=until_s) == [row for row in adas if moment_s(row) <= until_s]


def test_the_files_of_the_zip_hold_every_row(adas: list[dict[str, Any]]) -> None:
    with zipfile.ZipFile(io.BytesIO(history.zipped(iter([*adas, *adas])))) as archive:
        names = archive.namelist()
        told = [row for name in names for row in json.loads(archive.read(name))]
    assert told == [*adas, *adas]
    assert names[0].startswith("Spotify Extended Streaming History/Streaming_History_Audio_2023-")
    assert len(names) == -(-2 * len(adas) // history.ROWS_IN_FILE)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/player/ada/my_spotify_data.zip", 200),
        ("/player/ada/my_spotify_data.zip?until=2026-11-09", 200),
        ("/player/ada/my_spotify_data.zip?until=yesterday", 400),
        ("/player/nobody/my_spotify_data.zip", 404),
    ],
)
async def test_people_download_it_from_their_player(path: str, status: int) -> None:
    async with serve(a_world()) as url, aiohttp.ClientSession() as http, http.get(url + path) as answer:
        assert answer.status == status
        if status == 200:
            assert zipfile.ZipFile(io.BytesIO(await answer.read())).testzip() is None


async def test_genres_are_there_to_be_loaded_except_some() -> None:
    world = a_world()
    async with serve(world) as url, aiohttp.ClientSession() as http, http.get(f"{url}/sim/genres.csv") as answer:
        lines = (await answer.text()).splitlines()
    assert lines[0] == "artist,genres"
    assert 0 < len(lines) - 1 < len(world.catalogue.artists)


async def test_what_was_shown_as_recent_is_part_of_what_is_sent() -> None:
    async with serve(a_world()) as url, aiohttp.ClientSession() as session:
        async with session.get(f"{url}/sim/players/ada/plays?days=60&until=2026-11-10") as answer:
            plays = (await answer.json())["items"]
        async with session.get(f"{url}/sim/players/ada/plays?days=60&until=yesterday") as answer:
            assert answer.status == 400
        async with session.get(f"{url}/sim/players/nobody/plays?days=60&until=2026-11-10") as answer:
            assert answer.status == 404
    sent = {(row["ts"], row["spotify_track_uri"]): row for row in rows_of("ada")}
    rows = [sent[f"{play['played_at'][:19]}Z", play["track"]["uri"]] for play in plays]
    assert len(rows) > 100
    assert all(row["ms_played"] > 30_000 and not row["incognito_mode"] for row in rows)
    assert "2026-09-01" < rows[0]["ts"] < rows[-1]["ts"] < "2026-11-11"

"""Files of listening history as others write them, and what is read out of them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from songswap.core.history.formats import Rows, recognised
from songswap.model.history import Play, Source

Json = dict[str, Any]

TRACK = "6gZVQvQZOFpzIy3HblJ20F"


def read(content: bytes, name: str = "file.json", sizes: Sequence[int] = ()) -> Rows:
    """What the file holds, read in pieces of these sizes and then in one."""
    found = recognised(name, content)
    assert found is not None, f"{name} is not recognised"
    rows = Rows()
    rows.file = name
    reader = found.reader(rows)
    for size in sizes:
        reader.feed(content[:size])
        content = content[size:]
    reader.feed(content)
    reader.end()
    return rows


def plays_of(rows: Rows, source: Source) -> list[Play]:
    return rows.plays.get(source, [])


def counted(rows: Rows) -> tuple[int, int, int]:
    """Plays, podcasts, rows that can't be read."""
    assert rows.unreadable == len(rows.problems)
    return sum(map(len, rows.plays.values())), rows.podcasts, rows.unreadable


def an_extended_row(**fields: Any) -> Json:
    """A row of the present generation."""
    row = {
        "ts": "2024-03-01T12:00:00Z",
        "platform": "ios",
        "ms_played": 200_000,
        "conn_country": "IS",
        "ip_addr": "203.0.113.7",
        "master_metadata_track_name": "Jóga",
        "master_metadata_album_artist_name": "Björk",
        "master_metadata_album_album_name": "Homogenic",
        "spotify_track_uri": f"spotify:track:{TRACK}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": 1_709_294_200,
        "incognito_mode": False,
    }
    return row | fields


def an_old_row(**fields: Any) -> Json:
    """A row of an `endsong` file, with what such files tell beside."""
    row = an_extended_row(username="ada", user_agent_decrypted="unknown", city=None, region=None, metro_code=None)
    for newer in ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title", "ip_addr"):
        del row[newer]
    return row | {"ip_addr_decrypted": "203.0.113.7", "skipped": None, "offline_timestamp": 1_709_294_200_123} | fields


def an_account_row(**fields: Any) -> Json:
    return {"endTime": "2024-03-01 12:00", "artistName": "Björk", "trackName": "Jóga", "msPlayed": 200_000} | fields


def a_listen(**fields: Any) -> Json:
    """A line of a ListenBrainz export."""
    metadata = {
        "artist_name": "Björk",
        "track_name": "Jóga",
        "release_name": "Homogenic",
        "additional_info": {"duration_ms": 305_000, "spotify_id": f"https://open.spotify.com/track/{TRACK}"},
        "mbid_mapping": {"recording_mbid": "2f8b3a1c", "artists": [{"artist_credit_name": "Björk"}]},
    }
    return {"listened_at": 1_709_294_400, "user_name": "ada", "track_metadata": metadata} | fields


def a_scrobble(**fields: Any) -> Json:
    """A track of a page of Last.fm's API."""
    return {
        "artist": {"mbid": "", "#text": "Björk"},
        "streamable": "0",
        "image": [{"size": "small", "#text": ""}],
        "mbid": "",
        "album": {"mbid": "", "#text": "Homogenic"},
        "name": "Jóga",
        "url": "https://www.last.fm/music/Bj%C3%B6rk/_/J%C3%B3ga",
        "date": {"uts": "1709294400", "#text": "01 Mar 2024, 12:00"},
    } | fields


def a_page(scrobbles: Sequence[Json]) -> Json:
    return {"recenttracks": {"track": scrobbles, "@attr": {"user": "ada", "page": "1", "total": str(len(scrobbles))}}}


def compact(rows: Iterable[Json]) -> bytes:
    return json.dumps(list(rows), ensure_ascii=False, separators=(",", ":")).encode()


def indented(rows: Iterable[Json]) -> bytes:
    return json.dumps(list(rows), indent=2).encode()


def json_lines(rows: Iterable[Json]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


sizes = st.lists(st.integers(1, 1_500), max_size=12)
texts = st.one_of(st.text(min_size=1, max_size=8), st.sampled_from(['},{"', "\\", '"', "[{", "}\n{", "…"]))

"""Reports of nights, their tracks as a table, and saving one as a playlist."""

import csv
import io
from typing import Any

import pytest
from msgspec.structs import replace

from songswap.documents import CONSENT, DIARY, SAVED, SAVES, SavedLists, Saves
from songswap.model.music import Track
from songswap.model.nights import Happening
from songswap.model.playlists import Saved
from tests.web.site import Browser, Site, content, group_of, page, refusal

SONG = Track("spotify:track:a", "=HYPERLINK(1)", ("Ünï", "Two, Three"), "@home", 181_000, url="https://open/a")
LOCAL = Track("spotify:local:b", "Mine", kind="local")
CALLS = {"player": 40, "accounts": 2}


async def a_night(site: Site, host: Browser, group_id: str, *tracks: Track, stop: bool = True) -> str:
    """A session that played these, as the worker tells it; returns its id."""
    running = await content(await host.put(f"/api/groups/{group_id}/session", {"state": "running"}))
    session_id: str = running["session"]["id"]
    now_ms = site.clock.now_ms()
    rows = [
        Happening("started", now_ms, host.account),
        Happening("joined", now_ms, host.account),
        *(Happening("track", now_ms + 1_000 * at, track=one, play=at) for at, one in enumerate(tracks)),
        Happening("requested", now_ms, host.account, play=0),
        Happening("skew", now_ms + 2_000, host.account, skew_ms=-120.0),
        Happening("correction", now_ms + 2_000, host.account),
        Happening("calls", now_ms + 3_000, calls=CALLS),
    ]
    for row in [*rows, *([Happening("ended", now_ms + 60_000)] if stop else [])]:
        site.worker.append(DIARY, row, group_id, session_id)
    site.clock.advance(minutes=2)
    if stop:
        await host.put(f"/api/groups/{group_id}/session", {"state": "stopped"})
    return session_id


def url_of(group_id: str, session_id: str) -> str:
    return f"/api/groups/{group_id}/nights/{session_id}"


async def test_report_tells_the_night(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    session_id = await a_night(site, host, group_id, SONG, LOCAL)
    night = await host.json(url_of(group_id, session_id))
    assert [one["track"]["name"] for one in night["tracks"]] == [SONG.name, LOCAL.name]
    assert [one["requested_by"] for one in night["tracks"]] == ["Ada", None]
    assert (night["length_ms"], night["is_running"], night["corrections"]) == (60_000, False, 1)
    assert (night["calls"], night["calls_spent"], night["playlist"]) == (CALLS, 42, None)
    assert night["listeners"] == [
        {"name": "Ada", "skew_p50_ms": 120.0, "skew_p95_ms": 120.0, "verified": 1, "corrections": 1}
    ]


async def test_nights_are_listed_newest_first(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    first = await a_night(site, host, group_id, SONG)
    second = await a_night(site, host, group_id, SONG, LOCAL, stop=False)
    items = (await host.json(f"/api/groups/{group_id}/nights"))["items"]
    assert [(one["id"], one["tracks"], one["is_running"]) for one in items] == [(second, 2, True), (first, 1, False)]
    text = await page(await host.get(f"/groups/{group_id}/nights"))
    assert "2 tracks" in text
    assert "Running" in text


async def test_group_without_a_night_says_so(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    assert (await host.json(f"/api/groups/{group_id}/nights"))["items"] == []
    assert "No session has run here yet" in await page(await host.get(f"/groups/{group_id}/nights"))
    assert (await host.json(f"/api/groups/{group_id}"))["tonight"] is None


async def test_state_of_the_group_carries_tonight(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    session_id = await a_night(site, host, group_id, SONG, stop=False)
    tonight = (await host.json(f"/api/groups/{group_id}"))["tonight"]
    assert (tonight["id"], tonight["skew_p95_ms"], tonight["calls_spent"]) == (session_id, 120.0, 42)
    (ada,) = tonight["listeners"]
    assert (ada["name"], ada["skews_ms"], ada["corrections"]) == ("Ada", [-120.0], 1)
    row = Happening("skew", site.clock.now_ms(), host.account, skew_ms=50.0)
    site.worker.append(DIARY, row, group_id, session_id)
    (ada,) = (await host.json(f"/api/groups/{group_id}"))["tonight"]["listeners"]
    assert ada["skews_ms"] == [-120.0, 50.0]


async def test_tracks_as_a_table_hold_no_formula(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    session_id = await a_night(site, host, group_id, SONG, LOCAL)
    response = await host.get(f"{url_of(group_id, session_id)}?format=csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    header, first, second = csv.reader(io.StringIO(await response.get_data(as_text=True)))
    assert header == ["heard_at", "title", "artists", "album", "length_s", "requested_by", "url"]
    assert first[1:] == ["'=HYPERLINK(1)", "Ünï, Two, Three", "'@home", "181", "Ada", "https://open/a"]
    assert second[1] == "Mine"


@pytest.mark.parametrize("path", ["nights", "nights/{}", "nights/{}?format=csv"])
async def test_only_members_see_nights(site: Site, path: str) -> None:
    host, stranger = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host)
    path = path.format(await a_night(site, host, group_id, SONG))
    assert (await stranger.get(f"/api/groups/{group_id}/{path}")).status_code == 404
    assert (await stranger.get(f"/groups/{group_id}/{path}")).status_code == 404
    assert (await site.browser().get(f"/api/groups/{group_id}/{path}")).status_code == 401


async def test_only_members_save_nights(site: Site) -> None:
    host, stranger = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host)
    url = url_of(group_id, await a_night(site, host, group_id, SONG))
    assert await refusal(await stranger.post(f"{url}/playlist", {"name": "x"}), 404) == "not_a_member"


@pytest.mark.parametrize("session_id", ["nope", "..", "a%2fb", "x" * 65])
async def test_unknown_night_is_not_found(site: Site, session_id: str) -> None:
    host = await site.log_in("ada")
    url = url_of(await group_of(host), session_id)
    assert (await host.get(url)).status_code == 404
    assert (await host.post(f"{url}/playlist", {"name": "x"})).status_code == 404


async def test_unknown_format_is_refused(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    url = url_of(group_id, await a_night(site, host, group_id, SONG))
    assert await refusal(await host.get(f"{url}?format=xml"), 400) == "invalid"


def note(site: Site, browser: Browser, session_id: str, **saved: Any) -> None:
    """What the worker notes of the playlist."""
    site.worker.write(SAVED, SavedLists({session_id: Saved(**saved)}), browser.account)


async def test_saving_notes_the_wish_and_tells_how_it_goes(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    session_id = await a_night(site, host, group_id, SONG, LOCAL, SONG)
    url = url_of(group_id, session_id)
    asked = await content(await host.post(f"{url}/playlist", {"name": "  Our   night "}), 202)
    told = {name: asked[name] for name in ("state", "name", "url", "error", "tracks")}
    assert told == {"state": "waiting", "name": "Our night", "url": None, "error": "", "tracks": 1}
    saves = site.store.read(SAVES, host.account) or Saves()
    assert (saves.wanted[session_id].uris, saves.wanted[session_id].rev) == ((SONG.uri,), 1)
    note(site, host, session_id, rev=1, state="done", playlist_id="p", url="https://open/p")
    assert (await host.json(url))["playlist"]["state"] == "done"
    text = await host.text(f"/groups/{group_id}/nights/{session_id}")
    assert 'href="https://open/p"' in text


async def test_saving_twice_is_one_wish_and_a_failed_one_is_tried_again(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    session_id = await a_night(site, host, group_id, SONG)
    url = f"{url_of(group_id, session_id)}/playlist"

    async def revision_after_asking() -> int:
        await content(await host.post(url, {"name": "x"}), 202)
        return (site.store.read(SAVES, host.account) or Saves()).wanted[session_id].rev

    assert await revision_after_asking() == 1
    assert await revision_after_asking() == 1
    note(site, host, session_id, rev=1, state="working", playlist_id="p")
    assert await revision_after_asking() == 1
    note(site, host, session_id, rev=1, state="failed", error="No.")
    assert (await host.json(url_of(group_id, session_id)))["playlist"]["error"] == "No."
    assert await revision_after_asking() == 2
    note(site, host, session_id, rev=2, state="done", playlist_id="p")
    assert await revision_after_asking() == 2


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\u0000b"])
async def test_unfit_name_is_refused(site: Site, name: str) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    url = url_of(group_id, await a_night(site, host, group_id, SONG))
    assert (await host.post(f"{url}/playlist", {"name": name})).status_code == 400


async def test_running_night_and_one_without_music_are_not_saved(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    silent = await a_night(site, host, group_id, LOCAL)
    response = await host.post(f"{url_of(group_id, silent)}/playlist", {"name": "x"})
    assert await refusal(response, 409) == "nothing_to_save"
    running = await a_night(site, host, group_id, SONG, stop=False)
    response = await host.post(f"{url_of(group_id, running)}/playlist", {"name": "x"})
    assert await refusal(response, 409) == "still_running"


async def test_log_in_without_the_right_is_asked_to_log_in_again(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    session_id = await a_night(site, host, group_id, SONG)
    consent = site.store.read(CONSENT, host.account)
    assert consent
    site.store.write(CONSENT, replace(consent, scopes=consent.scopes[:2]), host.account)
    response = await host.post(f"{url_of(group_id, session_id)}/playlist", {"name": "x"})
    assert await refusal(response, 403) == "missing_scope"
    text = await host.text(f"/groups/{group_id}/nights/{session_id}")
    assert f"/login?next=/groups/{group_id}/nights/{session_id}" in text


async def test_somebody_who_is_gone_is_somebody(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    session_id = await a_night(site, host, group_id, SONG)
    site.worker.append(DIARY, Happening("joined", site.clock.now_ms(), guest.account), group_id, session_id)
    await guest.delete("/api/me")
    night = await host.json(url_of(group_id, session_id))
    assert [one["name"] for one in night["listeners"]] == ["Ada", "Somebody"]

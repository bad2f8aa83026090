"""Lists to look at and to save, and playlists that renew themselves, over the API and on the page."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from songswap.documents import CHANGES, CONSENT, RENEWALS, RENEWED, SAVES, TOP, Renewals, RenewalsSeen, Saves
from songswap.model.music import Track
from songswap.model.playlists import Entry, ListChange, Renewed, TopSeen
from songswap.simulator import World
from songswap.web.people.accounts import consent_of
from tests.columns.shelves import Shelved, Stored, shelve
from tests.web.friends import AIKO, Friends, play
from tests.web.site import Browser, Site, content, open_site, page, refusal

MOST = {"kind": "most_played", "period": "all"}
DAILY = {"name": "Mine", "source": MOST, "at": "05:00"}


async def added(browser: Browser, **fields: object) -> Any:
    return await content(await browser.post("/api/me/renewals", {**DAILY, **fields}), 201)


async def preview(browser: Browser, **source: object) -> Any:
    return await content(await browser.post("/api/me/lists/preview", {"source": source}))


# Lists


async def test_the_most_played_are_those_of_the_figures(friends: Friends) -> None:
    most = await preview(friends.ada, **MOST, limit=5)
    assert most["title"] == "The 5 most played of all time"
    assert [(one["uri"], one["title"], one["artist"]) for one in most["items"]] == [
        (f"spotify:track:{'a' * 22}", "One", "Aiko")
    ]
    assert most["left_out"] == 0


async def test_tracks_without_an_id_are_left_out_and_counted(friends: Friends) -> None:
    most = await preview(friends.ada, **MOST, rule="all")
    assert len(most["items"]) == 1
    assert most["left_out"] == 1


async def test_what_was_not_heard_for_a_year_and_what_is_new(friends: Friends) -> None:
    assert (await preview(friends.ada, kind="not_heard"))["items"] == []
    new = await preview(friends.ada, kind="new", period="year")
    assert [one["title"] for one in new["items"]] == ["One"]
    assert new["title"] == "25 heard for the first time, this year"


async def test_a_groups_list_is_of_those_who_share_with_it(friends: Friends) -> None:
    scope = f"group:{friends.group}"
    assert (await preview(friends.bob, **MOST, scope=scope))["items"] != []
    assert await refusal(await friends.cleo.post("/api/me/lists/preview", {"source": {**MOST, "scope": scope}}), 404)


async def test_this_week_begins_when_the_persons_week_does(friends: Friends) -> None:
    rows = (play("2026-11-15T10:00"),)  # a Sunday; it is Friday now
    shelve(friends.site.store.root, Stored({friends.ada.account: Shelved(rows, (AIKO,))}))
    assert (await preview(friends.ada, kind="most_played", period="week"))["items"] == []
    await friends.share(friends.ada, week_start="sunday")
    assert len((await preview(friends.ada, kind="most_played", period="week"))["items"]) == 1


async def test_a_group_one_has_left_is_not_named_any_more(friends: Friends) -> None:
    group = {"kind": "most_played", "scope": f"group:{friends.group}"}
    assert (await added(friends.bob, source=group))["title"] == "The 25 most played in Friday night of all time"
    await friends.ada.delete(f"/api/groups/{friends.group}/members/{friends.bob.account}")
    (item,) = (await friends.bob.json("/api/me/renewals"))["items"]
    assert item["title"] == "The 25 most played in a group you are not in of all time"


async def test_spotifys_top_is_what_was_seen_of_it(site: Site) -> None:
    ada = await site.log_in("ada")
    wanted = {"source": {"kind": "spotify_top", "range": "long_term", "limit": 1}}
    assert await refusal(await ada.post("/api/me/lists/preview", wanted), 409) == "not_looked"
    songs = tuple(Track(f"spotify:track:{one}", one.upper(), ("Björk",)) for one in "ab")
    site.worker.write(TOP, TopSeen(1, 5.0, {"long_term": songs}), ada.account)
    found = await content(await ada.post("/api/me/lists/preview", wanted))
    assert [one["title"] for one in found["items"]] == ["A"]


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"kind": "all of it"},
        {**MOST, "limit": 0},
        {**MOST, "limit": -1},
        {**MOST, "limit": 101},
        {**MOST, "limit": 1e300},
        {**MOST, "scope": "everybody"},
        {**MOST, "scope": "account:x"},
        {**MOST, "scope": 7},
        {**MOST, "period": "yesterday"},
        {**MOST, "by": "chance"},
        {**MOST, "range": "eternity"},
        {**MOST, "extra": 1},
    ],
)
async def test_a_source_that_is_none_is_named(site: Site, source: dict[str, object]) -> None:
    ada = await site.log_in("ada")
    for path, body in (("/api/me/lists/preview", {}), ("/api/me/renewals", {"name": "Mine"})):
        assert await refusal(await ada.post(path, {**body, "source": source}), 400) == "invalid"
    assert ada.account
    assert site.store.read(RENEWALS, ada.account) is None


async def test_a_list_is_saved_once_as_it_is(friends: Friends) -> None:
    saved = await content(await friends.ada.post("/api/me/lists", {"name": " My  list ", "source": MOST}), 202)
    assert (saved["state"], saved["name"], saved["tracks"]) == ("waiting", "My list", 1)
    (wish,) = (friends.site.store.read(SAVES, friends.ada.account) or Saves()).wanted.values()
    assert wish.uris == (f"spotify:track:{'a' * 22}",)
    assert (await friends.ada.json(f"/api/me/saves/{saved['id']}"))["state"] == "waiting"
    assert await refusal(await friends.bob.get(f"/api/me/saves/{saved['id']}"), 404) == "not_found"
    nothing = {"name": "Mine", "source": {"kind": "not_heard"}}
    assert await refusal(await friends.ada.post("/api/me/lists", nothing), 409) == "nothing_to_save"


# Renewals


async def test_a_renewal_is_a_wish_that_the_worker_serves(friends: Friends) -> None:
    made = await added(friends.ada)
    assert (made["state"], made["at"], made["is_on"], made["error"]) == ("new", "05:00", True, "")
    wanted = (friends.site.store.read(RENEWALS, friends.ada.account) or Renewals()).wanted
    assert (wanted[made["id"]].at_minute, wanted[made["id"]].source.limit) == (300, 25)
    seen = Renewed(
        1, state="kept", playlist_id="p", url="https://u", entries=(Entry("spotify:track:a", "A"),), next_at_ms=9e15
    )
    friends.site.worker.write(RENEWED, RenewalsSeen({made["id"]: seen}), friends.ada.account)
    (item,) = (await friends.ada.json("/api/me/renewals"))["items"]
    assert (item["state"], item["url"], item["tracks"]) == ("kept", "https://u", 1)
    assert (await friends.bob.json("/api/me/renewals"))["items"] == []


async def test_what_is_changed_is_done_and_the_rest_stays(friends: Friends) -> None:
    made = await added(friends.ada)
    url = f"/api/me/renewals/{made['id']}"
    changed = await content(await friends.ada.put(url, {"at": "23:59", "is_on": False}))
    assert (changed["at"], changed["is_on"], changed["name"]) == ("23:59", False, "Mine")
    store, account = friends.site.store, friends.ada.account
    before = (store.read(RENEWALS, account) or Renewals()).wanted[made["id"]]
    await content(await friends.ada.put(url, {"at": "23:59"}))
    assert (store.read(RENEWALS, account) or Renewals()).wanted[made["id"]] == before
    await content(await friends.ada.post(f"{url}/run", {"anew": True}), 202)
    after = (store.read(RENEWALS, account) or Renewals()).wanted[made["id"]]
    assert (after.run_rev, after.make_rev, after.is_on) == (1, 1, True)
    assert (await friends.ada.delete(url)).status_code == 204
    assert await refusal(await friends.ada.put(url, {}), 404) == "not_found"


@pytest.mark.parametrize(
    "wish",
    [
        {"at": "24:00"},
        {"at": "5:00 "},
        {"at": "05:60"},
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"name": ""},
        {"name": "\u202e"},
        {"name": "x" * 101},
        {"extra": 1},
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_and_nothing_kept(site: Site, wish: dict[str, object]) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await ada.post("/api/me/renewals", {**DAILY, **wish}), 400)
    assert site.store.read(RENEWALS, ada.account) is None


async def test_a_log_in_of_before_and_too_many_are_said(site: Site) -> None:
    ada = await site.log_in("ada")
    for _ in range(20):
        await added(ada)
    assert await refusal(await ada.post("/api/me/renewals", DAILY), 409) == "too_many"
    bob = await site.log_in("bob")
    consent = consent_of(site.store, bob.account)
    assert consent is not None
    site.store.write(CONSENT, replace(consent, scopes=("user-read-playback-state",)), bob.account)
    assert await refusal(await bob.post("/api/me/renewals", DAILY), 403) == "missing_scope"


async def test_changes_are_told_newest_first_page_by_page(site: Site) -> None:
    ada = await site.log_in("ada")
    made = await added(ada)
    for number in range(40):
        song = Entry(f"spotify:track:{number}", str(number))
        site.worker.append(CHANGES, ListChange(number, added=(song,)), ada.account, made["id"])
    url = f"/api/me/renewals/{made['id']}/changes"
    first = await ada.json(url)
    second = await ada.json(f"{url}?cursor={first['next']}")
    assert [one["at_ms"] for one in (*first["items"], *second["items"])] == list(range(39, -1, -1))
    assert second["next"] is None
    assert await refusal(await ada.get(f"{url}?cursor=-1"), 400)
    bob = await site.log_in("bob")
    assert await refusal(await bob.get(url), 404) == "not_found"


async def test_the_page_asks_for_what_is_old_and_shows_what_there_is(site: Site) -> None:
    ada = await site.log_in("ada")
    text = await page(await ada.get("/playlists"))
    assert "They renew themselves" in text
    assert (await ada.json("/api/me/top"))["is_looking"]


async def test_samples_may_be_framed_where_the_operator_allows_them(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "store", world, embed=True) as allowed:
        ada = await allowed.log_in("ada")
        response = await ada.get("/playlists")
        assert response.headers["Content-Security-Policy"].endswith("frame-src https://open.spotify.com")
        assert 'id="sample"' in await response.get_data(as_text=True)


async def test_samples_are_not_there_otherwise(site: Site) -> None:
    ada = await site.log_in("ada")
    response = await ada.get("/playlists")
    assert "frame-src" not in response.headers["Content-Security-Policy"]
    assert 'id="sample"' not in await response.get_data(as_text=True)


async def test_everything_is_in_the_export(site: Site) -> None:
    ada = await site.log_in("ada")
    made = await added(ada, name="In the export")
    site.worker.append(CHANGES, ListChange(7, added=(Entry("spotify:track:a", "A"),)), ada.account, made["id"])
    export = await ada.json("/api/me/export")
    assert export["renewals"]["wanted"][made["id"]]["name"] == "In the export"
    assert [one["at_ms"] for one in export["renewal_changes"][made["id"]]] == [7]

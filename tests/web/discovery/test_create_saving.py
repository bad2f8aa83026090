"""Lists become playlists: wishes for the worker, new ones or the end of one of mine, and what is refused."""

from typing import Any

import pytest
from msgspec.structs import replace

from songswap.documents import CONSENT, PLAYLISTS, SAVED, SAVES, SavedLists, Saves
from songswap.model.playlists import OwnPlaylist, PlaylistsSeen, Saved
from songswap.spotify.oauth import MAKE_PUBLIC_PLAYLISTS
from tests.web.site import Browser, Site, content, refusal

URIS = [f"spotify:track:{number:022d}" for number in range(3)]


def playlist(name: str, **more: Any) -> OwnPlaylist:
    return OwnPlaylist(name.lower(), f"spotify:playlist:{name.lower()}", name, **more)


def see(site: Site, browser: Browser, *playlists: OwnPlaylist) -> None:
    """The worker has looked at somebody's playlists."""
    site.worker.write(PLAYLISTS, PlaylistsSeen(0, 1.0, playlists), browser.account)


def wanted(site: Site, browser: Browser) -> Saves:
    return site.store.read(SAVES, browser.account) or Saves()


async def save(browser: Browser, status: int = 202, **wish: Any) -> Any:
    return await content(await browser.post("/api/create/playlist", {"uris": URIS, **wish}), status)


async def test_list_is_wished_for_as_a_new_playlist_and_its_state_told(site: Site) -> None:
    ada = await site.log_in("ada")
    told = await save(ada, name="  My   evening ")
    assert (told["state"], told["name"], told["tracks"]) == ("waiting", "My evening", 3)
    ((save_id, wish),) = wanted(site, ada).wanted.items()
    assert (save_id, wish.name, list(wish.uris), wish.target) == (told["id"], "My evening", URIS, None)
    site.worker.write(SAVED, SavedLists({save_id: Saved(1, "done", "p", "https://open.spotify.com/x")}), ada.account)
    told = await ada.json(f"/api/me/saves/{save_id}")
    assert (told["state"], told["url"]) == ("done", "https://open.spotify.com/x")
    bob = await site.log_in("bob")
    assert await refusal(await bob.get(f"/api/me/saves/{save_id}"), 404) == "not_found"


async def test_list_goes_to_the_end_of_a_playlist_of_mine(site: Site) -> None:
    ada = await site.log_in("ada")
    see(site, ada, playlist("Evening", is_mine=True), playlist("Theirs", owner_name="Bob"))
    told = await save(ada, target="evening", name="is not needed")
    assert told["name"] == "Evening"
    assert [wish.target for wish in wanted(site, ada).wanted.values()] == ["evening"]
    answer = await ada.post("/api/create/playlist", {"uris": URIS, "target": "theirs"})
    assert await refusal(answer, 403) == "not_yours"
    answer = await ada.post("/api/create/playlist", {"uris": URIS, "target": "nowhere"})
    assert await refusal(answer, 404) == "no_such_playlist"
    assert len(wanted(site, ada).wanted) == 1


async def test_public_playlist_needs_the_right_to_change_such(site: Site) -> None:
    ada = await site.log_in("ada")
    see(site, ada, playlist("Evening", is_mine=True, is_public=True))
    await save(ada, target="evening")
    consent = site.store.read(CONSENT, ada.account)
    assert consent
    scopes = tuple(one for one in consent.scopes if one != MAKE_PUBLIC_PLAYLISTS)
    site.store.write(CONSENT, replace(consent, scopes=scopes), ada.account)
    answer = await ada.post("/api/create/playlist", {"uris": URIS, "target": "evening"})
    assert await refusal(answer, 403) == "missing_scope"


async def test_attempt_that_failed_goes_on_and_makes_no_second_playlist(site: Site) -> None:
    ada = await site.log_in("ada")
    first = await save(ada, name="One")
    site.worker.write(SAVED, SavedLists({first["id"]: Saved(1, "failed", "p", error="No.")}), ada.account)
    again = await save(ada, name="One", again=first["id"])
    assert again["id"] == first["id"]
    ((_, wish),) = wanted(site, ada).wanted.items()
    assert wish.rev == 2
    answer = await ada.post("/api/create/playlist", {"uris": URIS, "name": "One", "again": "unknown"})
    assert await refusal(answer, 404) == "not_found"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"uris": [], "name": "x"}, "nothing_to_save"),
        ({"uris": URIS * 34, "name": "x"}, "invalid"),
        ({"uris": URIS, "name": " "}, "bad_name"),
        ({"uris": URIS, "name": "a\x07b"}, "bad_name"),
        ({"uris": URIS, "name": "x" * 101}, "invalid"),
        ({"uris": ["spotify:episode:" + "a" * 22], "name": "x"}, "invalid"),
        ({"uris": ["spotify:track:short"], "name": "x"}, "invalid"),
        ({"name": "x"}, "invalid"),
    ],
)
async def test_what_is_no_list_is_refused_and_nothing_is_wished_for(
    site: Site, wish: dict[str, Any], code: str
) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await ada.post("/api/create/playlist", wish), 400) == code
    assert wanted(site, ada) == Saves()

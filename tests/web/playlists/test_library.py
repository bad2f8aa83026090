"""One's playlists and top tracks over the API."""

from songswap.documents import LOOKS, PLAYLISTS, TOP, Looks
from songswap.model.library import Artist
from songswap.model.music import Track
from songswap.model.playlists import OwnPlaylist, PlaylistsSeen, TopSeen
from tests.web.site import Site, content

MINE = OwnPlaylist("p1", "spotify:playlist:p1", "Evening", "Ada", is_mine=True, tracks=40)
SONG = Track("spotify:track:a", "Jóga", ("Björk",), "Homogenic", 305_000)


async def test_nothing_is_known_until_somebody_looks(site: Site) -> None:
    ada = await site.log_in("ada")
    playlists, top = await ada.json("/api/me/playlists"), await ada.json("/api/me/top")
    assert (playlists["items"], playlists["at_ms"], playlists["is_looking"]) == ([], None, False)
    assert (top["tracks"], top["at_ms"], top["is_looking"]) == ({}, None, False)
    assert site.store.read(LOOKS, ada.account) is None


async def test_a_look_is_a_wish_that_the_worker_answers(site: Site) -> None:
    ada = await site.log_in("ada")
    assert (await content(await ada.post("/api/me/playlists/look"), 202))["is_looking"]
    assert (await content(await ada.post("/api/me/top/look"), 202))["is_looking"]
    assert site.store.read(LOOKS, ada.account) == Looks(1, 1)
    site.worker.write(PLAYLISTS, PlaylistsSeen(1, 5.0, (MINE,)), ada.account)
    artist = Artist("b", "spotify:artist:b", "Björk")
    site.worker.write(TOP, TopSeen(1, 6.0, {"short_term": (SONG,)}, {"short_term": (artist,)}), ada.account)
    playlists, top = await ada.json("/api/me/playlists"), await ada.json("/api/me/top")
    assert playlists["items"][0]["name"] == "Evening"
    assert top["tracks"]["short_term"][0]["name"] == "Jóga"
    assert top["artists"]["short_term"][0]["name"] == "Björk"
    assert (playlists["is_looking"], top["is_looking"]) == (False, False)

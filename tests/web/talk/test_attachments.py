import asyncio
from typing import Any

import pytest

from songswap.simulator.faults import Fault
from songswap.web.talk.attachments import card_in
from tests.web.friends import make_friends
from tests.web.site import Browser, Site, content, group_of, refusal
from tests.web.streams import live


async def carded(site: Site, browser: Browser, text: str, **body: Any) -> Any:
    """What a post with this text carries along, once that is known."""
    place = f"chat:{await group_of(browser)}"
    async with live(browser, place) as stream:
        await stream.data("posts")
        await content(await browser.post(f"/api/places/{place}/posts", {"text": text, **body}), 201)
        while (post := await stream.data("post"))["card"] is None or not post["card"]["title"]:
            pass
        return post["card"]


async def test_a_pasted_link_becomes_a_card_for_one_call_however_often_it_is_pasted(site: Site) -> None:
    ada = await site.log_in("ada")
    track = next(iter(site.world.catalogue.tracks.values()))
    link = f"https://open.spotify.com/intl-de/track/{track.id}?si=abc"
    before = len(site.world.calls)
    for text in (f"hear this: {link}", f"again spotify:track:{track.id}"):
        card = await carded(site, ada, text)
        assert (card["kind"], card["title"]) == ("track", track.name)
        assert card["href"] == f"https://open.spotify.com/track/{track.id}"
        assert card["image_url"]
    assert len(site.world.calls) == before + 1


async def test_albums_artists_and_playlists_have_cards_too(site: Site) -> None:
    ada = await site.log_in("ada")
    album = next(iter(site.world.catalogue.albums.values()))
    artist = next(iter(site.world.catalogue.artists.values()))
    playlist = next(iter(site.world.playlists.values()))
    for kind, there in (("album", album), ("artist", artist), ("playlist", playlist)):
        card = await carded(site, ada, "", attach={"link": f"https://open.spotify.com/{kind}/{there.id}"})
        assert (card["kind"], card["title"]) == (kind, there.name)


async def test_a_link_that_can_not_be_looked_up_stays_a_link(site: Site) -> None:
    ada = await site.log_in("ada")
    site.world.faults.add(Fault(kind="status", status=503, path="/v1/tracks/*", times=5))
    place = f"chat:{await group_of(ada)}"
    text = "https://open.spotify.com/track/" + "a" * 22
    await content(await ada.post(f"/api/places/{place}/posts", {"text": text}), 201)
    await asyncio.sleep(0.1)
    assert (await ada.json(f"/api/places/{place}/posts"))["items"][0]["card"] is None


@pytest.mark.parametrize(
    "text",
    [
        "https://open.spotify.com.evil.example/track/" + "a" * 22,
        "https://open.spotify.com/track/../../x",
        "http://open.spotify.com/track/" + "a" * 22,
        "https://open.spotify.com/track/" + "a" * 23,
        "spotify:user:ada",
        "",
    ],
)
async def test_what_only_looks_like_a_link_to_spotify_is_none(site: Site, text: str) -> None:
    assert card_in(site.services, text) is None


async def test_a_chart_of_one_s_own_listening_is_attached_as_it_is_now(site: Site) -> None:
    friends = await make_friends(site)
    place = f"group:{friends.group}"
    body = {"attach": {"chart": {"kind": "artists", "days": None}}}
    post = await content(await friends.ada.post(f"/api/places/{place}/posts", body), 201)
    assert post["card"]["title"] == "Top artists, all time"
    assert post["card"]["rows"] == [{"name": "Aiko", "value": 2.0}]  # neither the private play nor the skipped one
    assert (await friends.bob.json(f"/api/places/{place}/posts"))["items"][0]["card"] == post["card"]
    lately = {"attach": {"chart": {"kind": "tracks", "days": 7}}}
    assert await refusal(await friends.ada.post(f"/api/places/{place}/posts", lately), 409) == "nothing_heard"

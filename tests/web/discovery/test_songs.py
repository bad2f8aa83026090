"""Songs like one, by the API and its pages; refusals in words."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from songswap.catalogue.loading import reset
from songswap.web.discovery.song_query import AskedSimilar, AskedSongs, wanted_of, weights_of
from songswap.web.kit.errors import ProblemError
from tests.web.lists import a_track, artist_of, load_catalogue
from tests.web.site import Browser, Site, content, page, refusal

NOBODY = "0" * 22


@pytest.fixture
async def ada(site: Site) -> Browser:
    load_catalogue(site)
    return await site.log_in("ada")


def url(site: Site, what: str = "") -> str:
    return f"/api/songs/{a_track(site).id}{what}"


async def test_songs_are_looked_up_by_words_artist_genre_and_ranges_page_by_page(site: Site, ada: Browser) -> None:
    artist = artist_of(site, a_track(site)).name
    found = await ada.json(f"/api/songs?{urlencode({'artist': artist})}&limit=3")
    assert found["total"] > 3
    assert {one["artists"][0] for one in found["items"]} == {artist}
    more = await ada.json(f"/api/songs?{urlencode({'artist': artist})}&limit=3&cursor={found['next']}")
    assert not {one["id"] for one in found["items"]} & {one["id"] for one in more["items"]}
    fast = await ada.json("/api/songs?ranges=tempo:150..,energy:..0.5")
    assert fast["total"] > 0
    assert all(one["features"]["tempo"] >= 150 and one["features"]["energy"] <= 0.5 for one in fast["items"])
    assert (await ada.json("/api/songs?q=zzzzzz"))["items"] == []


async def test_the_nearest_come_with_reasons_as_many_as_asked_for(site: Site, ada: Browser) -> None:
    found = await ada.json(url(site, "/similar?k=7"))
    assert found["song"]["title"] == a_track(site).name
    assert len(found["items"]) == 7
    distances = [one["distance"] for one in found["items"]]
    assert distances == sorted(distances)
    assert all(one["alike"] or one["differs"] for one in found["items"])
    others = await ada.json(url(site, "/similar?k=50&without_artist=true"))
    assert found["song"]["artists"][0] not in {one["song"]["artists"][0] for one in others["items"]}


async def test_only_the_features_asked_for_count_and_as_much_as_asked(site: Site, ada: Browser) -> None:
    found = await ada.json(url(site, "/similar?k=5&features=tempo"))
    tempo = found["song"]["features"]["tempo"]
    assert all(abs(one["song"]["features"]["tempo"] - tempo) < 3 for one in found["items"])
    assert {name for name, weight in found["weights"].items() if weight} == {"tempo"}
    weighted = await ada.json(url(site, "/similar?k=5&weights=tempo:10,energy:0"))
    assert (weighted["weights"]["tempo"], weighted["weights"]["energy"], weighted["weights"]["valence"]) == (10, 0, 1)


async def test_the_radar_chart_has_the_song_and_the_mean_of_those_like_it(site: Site, ada: Browser) -> None:
    chart = await ada.json(url(site, "/radar?k=10"))
    mine, mean = chart["figure"]["data"]
    assert (mine["type"], mine["name"], mean["name"]) == ("scatterpolar", a_track(site).name, "Mean of 10")
    assert all(0 <= value <= 1 for value in (*mine["r"], *mean["r"]))
    similar = await ada.json(url(site, "/similar?k=10"))
    energies = [one["song"]["features"]["energy"] for one in similar["items"]]
    assert mean["r"][0] == pytest.approx(sum(energies) / 10, abs=1e-3)
    assert chart["rows"][0][0] == "Energy"


@pytest.mark.parametrize("k", ["0", "-1", "1000000", "101", "many", "1.5", ""])
async def test_no_or_too_many_songs_are_refused_with_what_may_be(site: Site, ada: Browser, k: str) -> None:
    for what in ("similar", "radar"):
        assert await refusal(await ada.get(url(site, f"/{what}?k={k}")), 400) == "invalid"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("features=loudness", "no attribute “loudness”"),
        ("weights=energy:11", "from 0 to 10"),
        ("weights=energy", "as in energy:2"),
        ("weights=energy:-1", "as in energy:2"),
        ("weights=energy:nan", "as in energy:2"),
        ("features=energy&weights=energy:0", "counts for anything"),
        ("more=1", "unknown field `more`"),
    ],
)
async def test_wishes_that_make_no_sense_are_named(site: Site, ada: Browser, asked: str, words: str) -> None:
    error = (await content(await ada.get(url(site, f"/similar?{asked}")), 400))["error"]
    assert words in error["message"]


@pytest.mark.parametrize(
    "asked", ["ranges=energy", "ranges=energy:1..0", "ranges=energy:1.2.3..", "cursor=x", "limit=0"]
)
async def test_filters_that_make_no_sense_are_refused(ada: Browser, asked: str) -> None:
    assert await refusal(await ada.get(f"/api/songs?{asked}"), 400) == "invalid"


TEXTS = st.text("energytmpo:.,0123456789- ", max_size=40)


@given(TEXTS, TEXTS, TEXTS)
def test_any_wish_is_understood_or_refused_in_words(features: str, weights: str, ranges: str) -> None:
    for ask in (
        lambda: weights_of(AskedSimilar(features=features, weights=weights), ("energy", "tempo")),
        lambda: wanted_of(AskedSongs(ranges=ranges)),
    ):
        try:
            ask()
        except ProblemError as problem:
            assert problem.status == 400  # noqa: PT017
            assert problem.message.startswith("The address does not fit: ")  # noqa: PT017


async def test_a_track_without_features_says_so_and_offers_the_nearest_by_name(site: Site, ada: Browser) -> None:
    track, artist = a_track(site), artist_of(site, a_track(site)).name
    for what in ("", "/similar", "/radar"):
        assert await refusal(await ada.get(f"/api/songs/{NOBODY}{what}"), 404) == "no_features"
    found = await ada.json(f"/api/songs/{NOBODY}/similar?{urlencode({'title': track.name[:-1], 'artist': artist})}")
    assert found["song"] is None
    assert track.name in {one["title"] for one in found["offers"]}
    known = await ada.json(f"/api/songs/{NOBODY}/similar?{urlencode({'title': track.name, 'artist': artist})}")
    assert (known["song"]["title"], known["by_name"]) == (track.name, True)
    text = await page(await ada.get(f"/songs/{NOBODY}?{urlencode({'title': track.name[:-1], 'artist': artist})}"), 404)
    assert "No audio features of this track" in text
    assert escape(track.name) in text


async def test_without_a_catalogue_everything_says_so(site: Site, ada: Browser) -> None:
    reset(site.store.root)
    for address in ("/api/songs?q=one", url(site), url(site, "/similar"), url(site, "/radar")):
        assert await refusal(await ada.get(address), 409) == "no_catalogue"
    for address in ("/songs", "/songs?q=one", f"/songs/{a_track(site).id}"):
        assert "There is no catalogue of audio features here yet" in await page(await ada.get(address))


async def test_pages_find_songs_and_show_one(site: Site, ada: Browser) -> None:
    track = a_track(site)
    assert escape(track.name) in await page(await ada.get(f"/songs?{urlencode({'q': track.name})}"))
    assert "No song of the catalogue is called so" in await page(await ada.get("/songs?q=zzzz"))
    response = await ada.get(f"/songs/{track.id}")
    assert "'unsafe-inline'" in response.headers["Content-Security-Policy"].split("style-src")[1].split(";")[0]
    assert escape(track.name) in await page(response)

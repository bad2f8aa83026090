"""Lists made of seeds by the API: seeds while one types, previews from each source, refusals in words."""

from dataclasses import replace as change
from typing import Any

import pytest

from songswap.catalogue.loading import reset
from songswap.core.history.name_folding import artist_hash, recording_hash
from songswap.core.history.recordings import Named
from songswap.documents import SHARING
from songswap.model.sharing import Sharing
from songswap.simulator import Fault
from tests.columns.shelves import Shelved, Stored, named, shelve
from tests.web.friends import ms, play
from tests.web.lists import a_track, artist_of, load_catalogue, preview, seed, uris
from tests.web.site import Browser, Site, content, page, refusal

ID = "0" * 22


@pytest.fixture
def catalogued(site: Site) -> Site:
    load_catalogue(site)
    return site


def calls(site: Site, path: str = "/v1/") -> int:
    return sum(call.path.startswith(path) for call in site.world.calls)


def with_features(site: Site, **features: bool) -> None:
    site.services.config = change(site.config, features=change(site.config.features, **features))


# What can be chosen


async def test_choices_tell_sources_attributes_and_why_something_is_missing(site: Site) -> None:
    ada = await site.log_in("ada")
    told = await ada.json("/api/create")
    assert [(one["name"], bool(one["missing"])) for one in told["sources"]] == [
        ("catalogue", True),
        ("histories", False),
        ("reccobeats", True),
        ("spotify", True),
    ]
    assert "catalogue load FILE" in told["sources"][0]["missing"]
    assert told["catalogue"] is None
    load_catalogue(site)
    told = await ada.json("/api/create")
    assert told["sources"][0]["missing"] == ""
    assert told["catalogue"]["songs"] > 800
    assert all(one["is_in_catalogue"] for one in told["attributes"])
    assert told["attributes"][0]["name"] == "energy"
    assert {one["scope"] for one in told["scopes"]} == {"me", "everybody"}


async def test_page_shows_what_can_be_chosen(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    text = await page(await ada.get("/create"))
    assert "Danceability" in text
    assert "Our histories" in text
    assert "switched off here" in text


# Seeds


async def test_seeds_come_out_of_the_catalogue_without_a_call(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    track = a_track(catalogued)
    before = calls(catalogued)
    for words in (track.name, f"{track.name} {artist_of(catalogued, track).name.upper()}"):
        found = (await content(await ada.get("/api/create/seeds", query_string={"q": words})))["items"]
        assert any(one["uri"] == track.uri and one["found_in"] == "catalogue" for one in found)
        assert len(found) <= 10
    artist = artist_of(catalogued, track).name
    found = (await content(await ada.get("/api/create/seeds", query_string={"q": artist})))["items"]
    assert found[0]["kind"] == "artist"
    assert found[0]["name"] == artist
    assert (await content(await ada.get("/api/create/seeds", query_string={"q": "xyzzy"})))["items"] == []
    assert calls(catalogued) == before


async def test_seeds_come_from_spotify_where_the_catalogue_has_none_and_cost_one_call(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    artist = artist_of(site, a_track(site))
    for browser in (ada, bob):
        found = (await content(await browser.get("/api/create/seeds", query_string={"q": artist.name})))["items"]
        assert {"kind": "artist", "name": artist.name, "uri": artist.uri}.items() <= found[1].items()
        assert {one["found_in"] for one in found} == {"spotify"}
        assert len(found) <= 10
    assert calls(site, "/v1/search") == 1


async def test_spotify_is_asked_for_ids_of_artists_if_it_shall_recommend(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    artist = artist_of(catalogued, a_track(catalogued))
    asked = {"q": artist.name, "source": "spotify"}
    found = (await content(await ada.get("/api/create/seeds", query_string=asked)))["items"]
    assert artist.uri in [one["uri"] for one in found]
    assert calls(catalogued, "/v1/search") == 1


@pytest.mark.parametrize("asked", [{}, {"q": "a"}, {"q": "x" * 101}, {"q": "abc", "source": "nowhere"}])
async def test_searches_for_seeds_that_make_no_sense_are_refused(site: Site, asked: dict[str, str]) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await ada.get("/api/create/seeds", query_string=asked), 400) == "invalid"


# The catalogue


async def test_list_is_like_its_seeds_with_reasons_and_without_them(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    one, other = a_track(catalogued, 5), a_track(catalogued, 300)
    before = calls(catalogued)
    found = await preview(ada, seed(catalogued, one), seed(catalogued, other), length=20)
    assert len(uris(found)) == len(set(uris(found))) == 20
    assert {one.uri, other.uri}.isdisjoint(uris(found))
    liked = {item["reasons"][0] for item in found["items"]}
    assert liked <= {f"like {one.name}", f"like {other.name}"}
    names = {(item["name"], item["artists"][0]) for item in found["items"]}
    assert len(names) == 20
    assert found["items"][0]["url"].startswith("https://open.spotify.com/track/")
    assert calls(catalogued) == before


async def test_same_number_gives_the_same_list_and_another_another(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    wish = seed(catalogued, a_track(catalogued, 5))
    first = await preview(ada, wish)
    assert await preview(ada, wish, number=first["number"]) == first
    other = await preview(ada, wish, number=(first["number"] + 1) % 1_000_000)
    assert uris(other) != uris(first)
    load_catalogue(catalogued)
    assert await preview(ada, wish, number=first["number"]) == first


async def test_targets_lead_the_list_and_are_told_of(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    wish = seed(catalogued, a_track(catalogued, 5))
    means = []
    for energy in (0.2, 0.9):
        found = await preview(ada, wish, attributes={"energy": energy}, number=1)
        assert all(reason.startswith("energy ") for item in found["items"] for reason in item["reasons"][1:])
        means.append(sum(item["values"]["energy"] for item in found["items"]) / len(found["items"]))
    assert means[0] < 0.4
    assert means[1] > 0.7


async def test_attributes_no_song_has_together_are_said(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    contrary = {"energy": 1, "acousticness": 1, "instrumentalness": 1, "speechiness": 1, "tempo": 300}
    found = await preview(ada, seed(catalogued, a_track(catalogued)), attributes=contrary)
    assert any("Hardly any song has all of what you asked for" in note for note in found["notes"])


async def test_seeds_are_in_the_list_if_asked_for(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    track = a_track(catalogued, 5)
    artist = {"kind": "artist", "name": artist_of(catalogued, track).name}
    found = await preview(ada, seed(catalogued, track), with_seeds=True, length=10)
    assert uris(found)[0] == track.uri
    assert found["items"][0]["reasons"] == ["your seed"]
    assert len(uris(found)) == 10
    assert all(artist["name"] != item["artists"][0] for item in (await preview(ada, artist))["items"])
    mine = await preview(ada, artist, with_seeds=True, length=100)
    assert any(artist["name"] == item["artists"][0] for item in mine["items"])


async def test_seed_is_known_by_its_uri_alone_or_its_names_alone(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    whole = seed(catalogued, a_track(catalogued, 5))
    lists = [
        await preview(ada, {"kind": "track", **part}, number=7)
        for part in ({"uri": whole["uri"]}, {"name": whole["name"], "artist": whole["artist"]}, whole)
    ]
    assert lists[0] == lists[1] == lists[2]


async def test_seeds_the_catalogue_does_not_know_are_said(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    unknown = {"kind": "track", "uri": f"spotify:track:{ID}", "name": "Unheard", "artist": "Nobody"}
    answer = await ada.post("/api/create/preview", {"seeds": [unknown]})
    assert await refusal(answer, 404) == "unknown_seeds"
    assert "Unheard" in await answer.get_data(as_text=True)
    found = await preview(ada, unknown, seed(catalogued, a_track(catalogued)))
    assert found["notes"] == ["The catalogue has no audio features of Unheard: the list is made without."]


async def test_list_that_can_not_be_filled_says_how_many_there_are(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    path = catalogued.store.root.parent / "few.csv"
    lines = (catalogued.store.root.parent / "features.csv").read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:6]), encoding="utf-8")
    from songswap.catalogue.loading import Loading

    Loading(catalogued.store.root).run(path, now_ms=1.0)
    found = await preview(ada, seed(catalogued, a_track(catalogued)))
    assert len(found["items"]) == 4
    assert found["notes"] == ["4 songs instead of 30: there are no more that fit."]


# Bad input

SEED = {"kind": "track", "uri": f"spotify:track:{ID}"}


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"seeds": []}, "Choose at least one song or artist"),
        ({"seeds": [{**SEED, "name": str(number)} for number in range(6)]}, "Five seeds are the most; these are 6."),
        ({"seeds": [SEED], "length": 0}, "A list has from 1 to 100 songs, not 0."),
        ({"seeds": [SEED], "length": 1_000_000}, "not 1000000"),
        ({"seeds": [SEED], "length": -1}, "not -1"),
        ({"seeds": [SEED], "number": -1}, "The number of a choice is from 0 to 999999."),
        ({"seeds": [SEED], "attributes": {"energy": 2}}, "energy is from 0 to 1, not 2."),
        ({"seeds": [SEED], "attributes": {"loudness": 0}}, "There is no attribute “loudness”"),
        ({"seeds": [{"kind": "track", "name": "x"}]}, "A song as a seed needs"),
        ({"seeds": [{"kind": "artist"}]}, "An artist as a seed needs a name"),
        ({"seeds": [{"kind": "artist", "name": "x", "uri": SEED["uri"]}]}, "has to be an artist’s"),
        ({"seeds": [{"kind": "track", "uri": "spotify:track:short"}]}, "does not fit"),
        ({"seeds": [{"kind": "album", "uri": SEED["uri"]}]}, "does not fit"),
        ({"seeds": [SEED], "source": "radio"}, "does not fit"),
        ({"seeds": [SEED], "colour": "blue"}, "does not fit"),
        ({}, "does not fit"),
    ],
)
async def test_wish_that_makes_no_sense_is_refused_in_words(site: Site, wish: dict[str, Any], said: str) -> None:
    ada = await site.log_in("ada")
    before = calls(site)
    answer = await ada.post("/api/create/preview", wish)
    assert await refusal(answer, 400) == "invalid"
    assert said in (await content(answer, 400))["error"]["message"]
    assert calls(site) == before


@pytest.mark.parametrize("source", ["catalogue", "reccobeats", "spotify"])
async def test_source_that_can_not_serve_says_why(site: Site, source: str) -> None:
    ada = await site.log_in("ada")
    answer = await ada.post("/api/create/preview", {"seeds": [SEED], "source": source})
    assert await refusal(answer, 409) == "source_unavailable"


async def test_catalogue_reset_meanwhile_is_said(catalogued: Site) -> None:
    ada = await catalogued.log_in("ada")
    await preview(ada, seed(catalogued, a_track(catalogued)))
    reset(catalogued.store.root)
    answer = await ada.post("/api/create/preview", {"seeds": [SEED]})
    assert await refusal(answer, 409) == "source_unavailable"


# Histories


def heard(*names: Named, at: str) -> Shelved:
    """Somebody heard all these, one after the other from then on."""
    rows = [play(f"{at}:{10 + number}", one.artist_name, one.title, one.album_name) for number, one in enumerate(names)]
    return Shelved(tuple(rows), names)


def songs(*titles: str) -> list[Named]:
    return [named(f"By {title}", title, track_id=f"{number:022d}") for number, title in enumerate(titles, 1)]


async def two_who_heard(site: Site) -> tuple[Browser, Browser]:
    """Ada and Bob have heard One and Two near each other, Bob Three as well; long after that Four."""
    site.clock.advance(seconds=(ms("2026-11-20T19:00") - site.clock.now_ms()) / 1000)
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    one, two, three, four = songs("One", "Two", "Three", "Four")
    bobs = heard(one, two, three, at="2026-03-02T12")
    later = heard(four, at="2026-03-02T18")
    people = {
        ada.account: heard(one, two, at="2026-02-01T10"),
        bob.account: Shelved((*bobs.rows, *later.rows), (*bobs.names, *later.names)),
    }
    shelve(site.store.root, Stored(people))
    return ada, bob


ONE = {"kind": "track", "name": "One", "artist": "By One", "uri": f"spotify:track:{1:022d}"}


async def test_histories_offer_what_was_heard_around_the_seeds_of_those_who_share(site: Site) -> None:
    ada, bob = await two_who_heard(site)
    found = await preview(ada, ONE, source="histories")
    assert [item["name"] for item in found["items"]] == ["Two"]
    assert found["items"][0]["reasons"] == ["you play it", "once, around your seeds"]
    site.store.write(SHARING, Sharing(everybody=True), bob.account)
    found = await preview(ada, ONE, source="histories", number=1)
    reasons = {item["name"]: item["reasons"] for item in found["items"]}
    assert reasons == {
        "Two": ["you and Bob play it", "2 of 2 times around your seeds"],
        "Three": ["Bob plays it", "once, around your seeds"],
    }
    by_artist = {"kind": "artist", "name": "by one"}
    assert {item["name"] for item in (await preview(ada, by_artist, source="histories"))["items"]} == {"Two", "Three"}
    found = await preview(ada, ONE, source="histories", with_seeds=True)
    assert found["items"][0]["uri"] == ONE["uri"]
    found = await preview(ada, ONE, source="histories", scope="me")
    assert [item["name"] for item in found["items"]] == ["Two"]


async def test_seeds_nobody_has_heard_are_said(site: Site) -> None:
    ada, _ = await two_who_heard(site)
    answer = await ada.post("/api/create/preview", {"seeds": [{**ONE, "name": "Zero"}], "source": "histories"})
    assert await refusal(answer, 404) == "unknown_seeds"


async def test_songs_of_unknown_sound_are_left_out_if_attributes_are_asked_for(site: Site) -> None:
    ada, _ = await two_who_heard(site)
    answer = await ada.post(
        "/api/create/preview", {"seeds": [ONE], "source": "histories", "attributes": {"energy": 0.5}}
    )
    assert await refusal(answer, 404) == "nothing_found"
    assert "switch the attributes off" in await answer.get_data(as_text=True)


async def test_histories_of_people_who_do_not_share_are_not_there(site: Site) -> None:
    ada, bob = await two_who_heard(site)
    wish = {"seeds": [ONE], "source": "histories", "scope": f"account:{bob.account}"}
    assert await refusal(await ada.post("/api/create/preview", wish), 404) == "not_shared"


# ReccoBeats


async def test_reccobeats_is_asked_once_for_a_list_and_its_repetitions(catalogued: Site) -> None:
    with_features(catalogued, reccobeats=True)
    ada = await catalogued.log_in("ada")
    track = a_track(catalogued, 5)
    found = await preview(ada, seed(catalogued, track), source="reccobeats", attributes={"energy": 0.8}, number=3)
    assert len(found["items"]) == 30
    assert track.uri not in uris(found)
    assert found["items"][0]["reasons"] == [f"ReccoBeats suggests it for {track.name}"]
    again = await preview(ada, seed(catalogued, track), source="reccobeats", attributes={"energy": 0.8}, number=4)
    assert uris(again) != uris(found)
    assert calls(catalogued, "/reccobeats") == 1


async def test_reccobeats_takes_artists_by_their_best_known_song(catalogued: Site) -> None:
    with_features(catalogued, reccobeats=True)
    ada = await catalogued.log_in("ada")
    artist = artist_of(catalogued, a_track(catalogued))
    found = await preview(ada, {"kind": "artist", "name": artist.name}, source="reccobeats")
    assert all(item["artists"][0] != artist.name for item in found["items"])
    nobody = {"kind": "artist", "name": "Nobody"}
    found = await preview(ada, nobody, seed(catalogued, a_track(catalogued)), source="reccobeats")
    assert found["notes"] == ["ReccoBeats takes songs only: the list is made without Nobody."]
    answer = await ada.post("/api/create/preview", {"seeds": [nobody], "source": "reccobeats"})
    assert await refusal(answer, 404) == "unknown_seeds"


async def test_reccobeats_break_is_kept_and_told(catalogued: Site) -> None:
    with_features(catalogued, reccobeats=True)
    ada = await catalogued.log_in("ada")
    catalogued.world.faults.add(Fault(status=429, retry_after=30, path="/reccobeats/*", times=1))
    wish = {"seeds": [seed(catalogued, a_track(catalogued))], "source": "reccobeats"}
    for _ in range(2):
        answer = await ada.post("/api/create/preview", wish)
        assert await refusal(answer, 429) == "limited"
        assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert calls(catalogued, "/reccobeats") == 1
    catalogued.clock.advance(seconds=31)
    await content(await ada.post("/api/create/preview", wish))


@pytest.mark.parametrize("fault", [{"status": 500}, {"kind": "garbage"}, {"kind": "drop"}, {"status": 302}])
async def test_reccobeats_silence_is_said(catalogued: Site, fault: dict[str, Any]) -> None:
    with_features(catalogued, reccobeats=True)
    ada = await catalogued.log_in("ada")
    catalogued.world.faults.add(Fault(path="/reccobeats/*", **fault))
    wish = {"seeds": [seed(catalogued, a_track(catalogued))], "source": "reccobeats"}
    assert await refusal(await ada.post("/api/create/preview", wish), 503) == "source_unavailable"


# Spotify's own


async def test_spotify_recommends_to_old_apps_with_one_call_for_all_numbers(catalogued: Site) -> None:
    with_features(catalogued, recommendations=True)
    ada = await catalogued.log_in("ada")
    catalogued.world.apps["client-one"].is_old = True
    track = a_track(catalogued, 5)
    artist = artist_of(catalogued, a_track(catalogued, 300))
    seeds = (seed(catalogued, track), {"kind": "artist", "name": artist.name, "uri": artist.uri})
    found = await preview(ada, *seeds, source="spotify", attributes={"energy": 0.8, "popularity": 50}, number=1)
    assert len(found["items"]) == 30
    assert found["items"][0]["cover_url"]
    assert found["items"][0]["reasons"] == [f"Spotify suggests it for {track.name} and {artist.name}"]
    await preview(ada, *seeds, source="spotify", attributes={"energy": 0.8, "popularity": 50}, number=2)
    assert calls(catalogued, "/v1/recommendations") == 1


async def test_app_too_young_for_recommendations_is_told_so(catalogued: Site) -> None:
    with_features(catalogued, recommendations=True)
    ada = await catalogued.log_in("ada")
    answer = await ada.post(
        "/api/create/preview", {"seeds": [seed(catalogued, a_track(catalogued))], "source": "spotify"}
    )
    assert await refusal(answer, 409) == "source_unavailable"
    assert "27 November 2024" in await answer.get_data(as_text=True)
    by_name = {"kind": "artist", "name": "Nobody"}
    answer = await ada.post("/api/create/preview", {"seeds": [by_name], "source": "spotify"})
    assert await refusal(answer, 404) == "unknown_seeds"


def test_hashes_of_the_histories_are_those_of_the_catalogue() -> None:
    assert recording_hash("By One", "One") == play("2026-03-02T12:00", "By One", "One").track
    assert artist_hash("by one") == artist_hash("By One")

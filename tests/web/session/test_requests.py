from typing import Any

import pytest

from songswap.documents import GROUP, HANDED, NIGHT, REQUESTS, SESSION_WISH
from songswap.model.music import Track
from songswap.model.nights import Handed, HandedRequest, Requests, SongRequest
from songswap.model.session import Listener, Night, Timeline
from songswap.simulator import Fault
from tests.web.site import Browser, Site, content, group_of, refusal

Party = tuple[str, Browser, Browser, Browser]


@pytest.fixture
async def party(site: Site) -> Party:
    """Ada hosts, Bob and Cleo listen, a session runs."""
    ada, bob, cleo = [await site.log_in(name) for name in ("ada", "bob", "cleo")]
    group_id = await group_of(ada, bob, cleo)
    await content(await ada.put(f"/api/groups/{group_id}/session", {"state": "running"}))
    return group_id, ada, bob, cleo


def uris(site: Site) -> list[str]:
    return [track.uri for track in site.world.catalogue.tracks.values()]


def session_id(site: Site, group_id: str) -> str:
    session = site.store.read(SESSION_WISH, group_id)
    assert session
    return session.session_id


def play(site: Site, group_id: str, uri: str = "spotify:track:now", plays: int = 1) -> None:
    """Have the worker see that a song plays, and that everybody hears it."""
    group = site.store.read(GROUP, group_id)
    assert group
    timeline = Timeline(1, Track(uri, "Now"), 0.0, site.clock.now_ms(), is_playing=True, plays=plays)
    listeners = {one: Listener(one, join_rev=1, status="in_sync") for one in group.members if one != group.host}
    night = Night(session_id(site, group_id), group.host, timeline=timeline, listeners=listeners)
    site.worker.write(NIGHT, night, group_id)


async def ask(browser: Browser, group_id: str, uri: str) -> Any:
    return await content(await browser.post(f"/api/groups/{group_id}/requests", {"uri": uri}), 201)


async def shown(browser: Browser, group_id: str) -> Any:
    return (await browser.json(f"/api/groups/{group_id}"))["requests"]


async def names(browser: Browser, group_id: str) -> list[str]:
    return [one["name"] for one in (await shown(browser, group_id))["waiting"]]


async def test_requests_are_shown_in_turn_with_who_wished(site: Site, party: Party) -> None:
    group_id, _, bob, cleo = party
    first, second, third, *_ = uris(site)
    asked = await ask(bob, group_id, first)
    assert (asked["name"], asked["track"]["uri"], asked["may_remove"]) == ("Bob", first, True)
    await ask(bob, group_id, second)
    await ask(cleo, group_id, third)
    assert await names(cleo, group_id) == ["Bob", "Cleo", "Bob"]
    assert [one["may_remove"] for one in (await shown(cleo, group_id))["waiting"]] == [False, True, False]


async def test_without_a_session_nothing_can_be_wished_for(site: Site) -> None:
    ada = await site.log_in("ada")
    group_id = await group_of(ada)
    path = f"/api/groups/{group_id}"
    assert await refusal(await ada.post(f"{path}/requests", {"uri": uris(site)[0]}), 409) == "no_session"
    assert await refusal(await ada.put(f"{path}/requests", {"ids": []}), 409) == "no_session"
    assert await refusal(await ada.post(f"{path}/votes", {"play": "x.1"}), 409) == "no_session"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"uri": "spotify:track:short"},
        {"uri": "spotify:track:" + "0" * 22 + "\n"},
        {"uri": "spotify:episode:" + "0" * 22},
        {"uri": "spotify:local:a:b:c:1"},
        {"uri": "https://open.spotify.com/track/" + "0" * 22},
        {"uri": 3},
        {"uri": "spotify:track:" + "0" * 22, "by": "somebody"},
    ],
)
async def test_what_is_no_song_is_refused(party: Party, body: dict[str, object]) -> None:
    group_id, _, bob, _ = party
    assert await refusal(await bob.post(f"/api/groups/{group_id}/requests", body), 400) == "invalid"


async def test_song_that_spotify_does_not_have_is_refused(party: Party) -> None:
    group_id, _, bob, _ = party
    response = await bob.post(f"/api/groups/{group_id}/requests", {"uri": "spotify:track:" + "0" * 22})
    assert await refusal(response, 404) == "not_on_spotify"
    assert await names(bob, group_id) == []


async def test_duplicates_and_too_many_are_refused(site: Site, party: Party) -> None:
    group_id, _, bob, cleo = party
    playing, *songs = uris(site)
    play(site, group_id, playing)
    for uri in songs[:3]:
        await ask(bob, group_id, uri)
    response = await bob.post(f"/api/groups/{group_id}/requests", {"uri": songs[3]})
    assert await refusal(response, 409) == "too_many_requests"
    for uri in (songs[0], playing):
        response = await cleo.post(f"/api/groups/{group_id}/requests", {"uri": uri})
        assert await refusal(response, 409) == "duplicate_request"


async def test_outsiders_see_and_change_nothing(site: Site, party: Party) -> None:
    group_id, *_ = party
    edda = await site.log_in("edda")
    uri = uris(site)[0]
    for response in [
        await edda.post(f"/api/groups/{group_id}/requests", {"uri": uri}),
        await edda.delete(f"/api/groups/{group_id}/requests/x"),
        await edda.put(f"/api/groups/{group_id}/requests", {"ids": []}),
        await edda.put(f"/api/groups/{group_id}/request-settings", {"is_calm": True, "limit_each": 1}),
        await edda.post(f"/api/groups/{group_id}/votes", {"play": "x"}),
    ]:
        assert response.status_code == 404


async def test_own_requests_are_taken_back_and_hosts_veto(site: Site, party: Party) -> None:
    group_id, ada, bob, cleo = party
    one, two = [await ask(bob, group_id, uri) for uri in uris(site)[:2]]
    path = f"/api/groups/{group_id}/requests"
    assert await refusal(await cleo.delete(f"{path}/{one['id']}"), 403) == "not_allowed"
    assert (await bob.delete(f"{path}/{one['id']}")).status_code == 204
    assert await refusal(await bob.delete(f"{path}/{one['id']}"), 404) == "no_such_request"
    assert (await ada.delete(f"{path}/{two['id']}")).status_code == 204
    assert await names(ada, group_id) == []


async def test_hosts_reorder_and_the_later_of_two_is_told(site: Site, party: Party) -> None:
    group_id, ada, bob, cleo = party
    ids = [(await ask(who, group_id, uri))["id"] for who, uri in zip((bob, cleo), uris(site), strict=False)]
    path = f"/api/groups/{group_id}/requests"
    assert await refusal(await cleo.put(path, {"ids": ids}), 403) == "not_allowed"
    state = await content(await ada.put(path, {"ids": ids[::-1]}))
    assert [one["id"] for one in state["requests"]["waiting"]] == ids[::-1]
    await bob.delete(f"{path}/{ids[0]}")
    assert await refusal(await ada.put(path, {"ids": ids}), 409) == "list_changed"


async def test_calm_mode_and_limit_are_the_hosts_choice(site: Site, party: Party) -> None:
    group_id, ada, bob, _ = party
    path = f"/api/groups/{group_id}/request-settings"
    calm = {"is_calm": True, "limit_each": 1}
    assert await refusal(await bob.put(path, calm), 403) == "not_allowed"
    state = await content(await ada.put(path, calm))
    assert state["requests"]["settings"]["is_calm"] is True
    response = await bob.post(f"/api/groups/{group_id}/requests", {"uri": uris(site)[0]})
    assert await refusal(response, 403) == "calm"
    await ask(ada, group_id, uris(site)[0])


@pytest.mark.parametrize(
    "settings",
    [{}, {"limit_each": 0}, {"limit_each": 21}, {"is_calm": "yes"}, {"fallback": 3}, {"colour": "red"}],
)
async def test_settings_that_make_no_sense_are_refused(party: Party, settings: dict[str, object]) -> None:
    group_id, ada, *_ = party
    body = {"is_calm": False, "limit_each": 3, **settings} if settings else {}
    assert await refusal(await ada.put(f"/api/groups/{group_id}/request-settings", body), 400) == "invalid"


async def test_fallback_is_given_by_link_or_uri_and_named(site: Site, party: Party) -> None:
    group_id, ada, *_ = party
    playlist = next(one for one in site.world.playlists.values() if one.owner_id == "ada")
    path = f"/api/groups/{group_id}/request-settings"
    for text in (playlist.uri, f"https://open.spotify.com/playlist/{playlist.id}?si=abc", playlist.uri):
        body = {"is_calm": False, "limit_each": 3, "fallback": text}
        settings = (await content(await ada.put(path, body)))["requests"]["settings"]
        assert (settings["fallback_uri"], settings["fallback_name"]) == (playlist.uri, playlist.name)
    assert len([call for call in site.world.calls if "/playlists/" in call.path]) == 1
    state = await content(await ada.put(path, {"is_calm": False, "limit_each": 3}))
    assert state["requests"]["settings"]["fallback_uri"] is None


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("my favourites", 400, "bad_playlist"),
        ("https://evil.example/playlist/" + "0" * 22, 400, "bad_playlist"),
        ("spotify:album:" + "0" * 22, 400, "bad_playlist"),
        ("spotify:playlist:" + "0" * 22, 404, "not_on_spotify"),
    ],
)
async def test_fallback_that_is_none_is_refused(party: Party, text: str, status: int, code: str) -> None:
    group_id, ada, *_ = party
    body = {"is_calm": False, "limit_each": 3, "fallback": text}
    assert await refusal(await ada.put(f"/api/groups/{group_id}/request-settings", body), status) == code


async def test_half_of_the_listeners_skip_once(site: Site, party: Party) -> None:
    group_id, _, bob, cleo = party
    play(site, group_id)
    votes = (await shown(bob, group_id))["votes"]
    assert (votes["count"], votes["needed"], votes["is_mine"]) == (0, 2, False)
    for _ in range(2):
        state = await content(await bob.post(f"/api/groups/{group_id}/votes", {"play": votes["play"]}))
    assert state["requests"]["votes"] == {**votes, "count": 1, "is_mine": True}
    for _ in range(2):
        state = await content(await cleo.post(f"/api/groups/{group_id}/votes", {"play": votes["play"]}))
    assert state["requests"]["votes"]["is_passed"] is True
    session = site.store.read(SESSION_WISH, group_id)
    assert session
    assert [(action.action, action.by) for action in session.actions] == [("next", cleo.account)]


async def test_vote_for_a_song_that_is_over_is_refused(site: Site, party: Party) -> None:
    group_id, _, bob, _ = party
    play(site, group_id)
    over = (await shown(bob, group_id))["votes"]["play"]
    play(site, group_id, plays=2)
    response = await bob.post(f"/api/groups/{group_id}/votes", {"play": over})
    assert await refusal(response, 409) == "already_over"


@pytest.mark.parametrize("body", [{}, {"play": 1}, {"play": "x" * 65}, {"play": "x", "by": "bob"}])
async def test_votes_that_make_no_sense_are_refused(party: Party, body: dict[str, object]) -> None:
    group_id, _, bob, _ = party
    assert await refusal(await bob.post(f"/api/groups/{group_id}/votes", body), 400) == "invalid"


async def test_whoever_stepped_out_does_not_vote(site: Site, party: Party) -> None:
    group_id, _, bob, _ = party
    play(site, group_id)
    votes = (await shown(bob, group_id))["votes"]
    await bob.put(f"/api/groups/{group_id}/listening", {"listening": False})
    response = await bob.post(f"/api/groups/{group_id}/votes", {"play": votes["play"]})
    assert await refusal(response, 409) == "not_listening"
    assert (await shown(bob, group_id))["votes"]["needed"] == 1


async def test_what_was_handed_over_comes_next_and_waits_no_more(site: Site, party: Party) -> None:
    group_id, _, bob, cleo = party
    await ask(bob, group_id, uris(site)[0])
    play(site, group_id)
    requests = site.store.read(REQUESTS, group_id) or Requests()
    item = HandedRequest(requests.waiting[0], 1, is_sent=True)
    site.worker.write(HANDED, Handed(session_id(site, group_id), (item,)), group_id)
    state = await shown(bob, group_id)
    assert state["waiting"] == []
    assert (state["coming"]["name"], state["coming"]["may_remove"]) == ("Bob", False)
    response = await cleo.post(f"/api/groups/{group_id}/requests", {"uri": uris(site)[0]})
    assert await refusal(response, 409) == "duplicate_request"
    await ask(cleo, group_id, uris(site)[1])
    assert [one.by for one in (site.store.read(REQUESTS, group_id) or Requests()).waiting] == [cleo.account]


async def test_problem_with_a_song_is_said_to_all(site: Site, party: Party) -> None:
    group_id, _, bob, cleo = party
    request = SongRequest("x", bob.account, Track(uris(site)[0], "Song"), 0.0)
    item = HandedRequest(request, 1, problem="Spotify can't play Song here.")
    site.worker.write(HANDED, Handed(session_id(site, group_id), (item,)), group_id)
    assert (await shown(cleo, group_id))["problem"] == "Spotify can't play Song here."


async def test_new_session_begins_without_requests(site: Site, party: Party) -> None:
    group_id, ada, bob, _ = party
    await ask(bob, group_id, uris(site)[0])
    await ada.put(f"/api/groups/{group_id}/request-settings", {"is_calm": False, "limit_each": 5})
    for state in ("stopped", "running"):
        await ada.put(f"/api/groups/{group_id}/session", {"state": state})
        after = await shown(ada, group_id)
        assert (after["waiting"], after["settings"]["limit_each"]) == ([], 5)


async def test_limit_of_spotify_is_said_with_its_end(site: Site, party: Party) -> None:
    group_id, _, bob, _ = party
    site.world.faults.add(Fault(status=429, retry_after=30, path="/v1/tracks/*"))
    response = await bob.post(f"/api/groups/{group_id}/requests", {"uri": uris(site)[0]})
    assert response.headers["Retry-After"]
    assert await refusal(response, 429) == "limited"

import pytest

from songswap.documents import SESSION_WISH, WISH, SessionWish, Wish
from tests.web.site import Browser, Site, content, group_of, refusal


def _session(site: Site, group_id: str) -> SessionWish:
    session = site.store.read(SESSION_WISH, group_id)
    assert session
    return session


def _wish(site: Site, browser: Browser) -> Wish:
    return site.store.read(WISH, browser.account) or Wish()


async def _start(host: Browser, group_id: str) -> None:
    assert (await content(await host.put(f"/api/groups/{group_id}/session", {"state": "running"})))["session"][
        "state"
    ] == "running"


async def test_starting_makes_everybody_listen(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    await _start(host, group_id)
    session = _session(site, group_id)
    assert (session.state, session.since_ms, session.actions) == ("running", site.clock.now_ms(), ())
    for browser in (host, guest):
        wish = _wish(site, browser)
        assert (wish.listening_in, wish.join_rev) == (group_id, 1)


async def test_starting_takes_the_host_but_nobody_else_out_of_another_session(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    elsewhere = await group_of(guest, host)
    await _start(guest, elsewhere)
    group_id = await group_of(host, guest)
    await _start(host, group_id)
    assert _wish(site, host).listening_in == group_id
    assert _wish(site, guest).listening_in == elsewhere


async def test_session_that_was_stopped_holds_nobody_back(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    before = await group_of(guest, host)
    await _start(guest, before)
    await guest.put(f"/api/groups/{before}/session", {"state": "stopped"})
    group_id = await group_of(host, guest)
    await _start(host, group_id)
    assert _wish(site, guest).listening_in == group_id


async def test_starting_twice_is_one_session(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await _start(host, group_id)
    first = _session(site, group_id)
    await _start(host, group_id)
    assert _session(site, group_id) == first


async def test_starting_again_is_a_new_session_without_old_clicks(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await _start(host, group_id)
    await host.post(f"/api/groups/{group_id}/playback", {"action": "next"})
    first = _session(site, group_id)
    await host.put(f"/api/groups/{group_id}/session", {"state": "stopped"})
    await _start(host, group_id)
    second = _session(site, group_id)
    assert first.session_id != second.session_id
    assert second.actions == ()


async def test_clicks_are_numbered_and_kept_in_order(site: Site) -> None:
    host, co_host = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, co_host)
    await host.patch(f"/api/groups/{group_id}/members/{co_host.account}", {"role": "co-host"})
    await _start(co_host, group_id)
    bodies = [
        {"action": "play", "uri": "spotify:track:MbMAarG9QqXOxOyIjcj1MV", "position_ms": 0},
        {"action": "seek", "position_ms": 63_000},
        {"action": "pause"},
    ]
    for rev, body in enumerate(bodies, start=1):
        assert await content(await co_host.post(f"/api/groups/{group_id}/playback", body), 202) == {"rev": rev}
    actions = _session(site, group_id).actions
    assert [(action.rev, action.action, action.position_ms) for action in actions] == [
        (1, "play", 0),
        (2, "seek", 63_000),
        (3, "pause", None),
    ]
    assert {action.by for action in actions} == {co_host.account}


async def test_fifty_clicks_are_kept_and_numbers_go_on(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await _start(host, group_id)
    for _ in range(60):
        answer = await content(await host.post(f"/api/groups/{group_id}/playback", {"action": "next"}), 202)
    actions = _session(site, group_id).actions
    assert answer["rev"] == actions[-1].rev == 60
    assert len(actions) == 50


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "dance"},
        {"action": "seek"},
        {"action": "seek", "position_ms": -1},
        {"action": "seek", "position_ms": "1"},
        {"action": "seek", "position_ms": 10**9},
        {"action": "seek", "position_ms": 1.5},
        {"action": "pause", "position_ms": 1},
        {"action": "next", "uri": "spotify:track:a"},
        {"action": "play", "uri": "https://open.spotify.com/track/a"},
        {"action": "play", "uri": "spotify:album:a"},
        {"action": "play", "uri": "spotify:track:a\n"},
        {"action": "play", "volume": 3},
    ],
)
async def test_clicks_that_make_no_sense_are_refused(site: Site, body: dict[str, object]) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await _start(host, group_id)
    assert await refusal(await host.post(f"/api/groups/{group_id}/playback", body), 400) == "invalid"
    assert _session(site, group_id).actions == ()


async def test_nothing_is_driven_while_no_session_runs(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    assert await refusal(await host.post(f"/api/groups/{group_id}/playback", {"action": "play"}), 409) == "no_session"
    assert await refusal(await host.put(f"/api/groups/{group_id}/listening", {"listening": True}), 409) == "no_session"


async def test_listeners_neither_start_nor_drive(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    assert await refusal(await guest.put(f"/api/groups/{group_id}/session", {"state": "running"}), 403) == "not_allowed"
    await _start(host, group_id)
    assert await refusal(await guest.post(f"/api/groups/{group_id}/playback", {"action": "next"}), 403) == "not_allowed"
    assert await refusal(await guest.put(f"/api/groups/{group_id}/session", {"state": "stopped"}), 403) == "not_allowed"


@pytest.mark.parametrize("body", [{"state": "paused"}, {"state": None}, {}, {"state": "running", "loud": True}])
async def test_sessions_run_or_are_stopped(site: Site, body: dict[str, object]) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    assert await refusal(await host.put(f"/api/groups/{group_id}/session", body), 400) == "invalid"


async def test_stepping_out_and_rejoining(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    await _start(host, group_id)
    out = await content(await guest.put(f"/api/groups/{group_id}/listening", {"listening": False}))
    assert not out["me"]["is_listening"]
    assert _wish(site, guest).listening_in is None
    back = await content(await guest.put(f"/api/groups/{group_id}/listening", {"listening": True}))
    assert back["me"]["is_listening"]
    assert _wish(site, guest).join_rev == 2


async def test_host_does_not_step_out_of_what_everybody_hears(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await _start(host, group_id)
    response = await host.put(f"/api/groups/{group_id}/listening", {"listening": False})
    assert await refusal(response, 409) == "host_listens"


async def test_moving_to_another_session_is_one_request(site: Site) -> None:
    host, other, guest = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    first, second = await group_of(host, guest, name="First"), await group_of(other, guest, name="Second")
    await _start(host, first)
    await _start(other, second)
    there = await guest.json(f"/api/groups/{second}")
    assert there["me"]["elsewhere"] == {"group": first, "name": "First"}
    moved = await content(await guest.put(f"/api/groups/{second}/listening", {"listening": True}))
    assert moved["me"]["elsewhere"] is None
    assert _wish(site, guest).listening_in == second


async def test_stepping_out_of_one_session_leaves_the_other_alone(site: Site) -> None:
    host, other, guest = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    first, second = await group_of(host, guest), await group_of(other, guest)
    await _start(host, first)
    await _start(other, second)
    await guest.put(f"/api/groups/{second}/listening", {"listening": False})
    assert _wish(site, guest).listening_in == first


async def test_new_host_of_a_running_session_listens(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    await _start(host, group_id)
    await guest.put(f"/api/groups/{group_id}/listening", {"listening": False})
    await host.patch(f"/api/groups/{group_id}/members/{guest.account}", {"role": "host"})
    assert _wish(site, guest).listening_in == group_id

"""The control desk: scripting, faults, truth; and its refusals."""

from typing import Any

import pytest

from songswap.simulator import Profile, World

from .conftest import Api, HandClock


async def test_player_does_what_the_person_would(api: Api, world: World, songs: list[str]) -> None:
    for body in (
        {"action": "play_uris", "uris": songs[:5], "position_ms": 3_000},
        {"action": "set_shuffle", "on": True},
        {"action": "set_repeat", "repeat": "context"},
        {"action": "add_to_queue", "uri": songs[9]},
        {"action": "set_volume", "percent": 5},
        {"action": "set_private_session", "on": True},
        {"action": "next"},
        {"action": "seek", "position_ms": 12.5},
        {"action": "pause"},
    ):
        reply = await api.raw("POST", "/sim/players/ada", json=body)
        assert reply.status == 200
    assert reply.body == {
        "device_id": world.person("ada").devices[0].id,
        "uri": songs[9],
        "position_ms": 12.5,
        "is_playing": False,
    }
    state = world.player("ada").state()
    assert (state.shuffle, state.repeat) == (True, "context")
    assert world.person("ada").private_session


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "action"),
        ({"action": "dance"}, "dance"),
        ({"action": "truth"}, "truth"),
        ({"action": "seek"}, "position_ms"),
        ({"action": "seek", "position_ms": "1"}, "position_ms"),
        ({"action": "seek", "position_ms": True}, "position_ms"),
        ({"action": "pause", "softly": True}, "softly"),
        ({"action": "play_uris", "uris": []}, "uris"),
        ({"action": "set_repeat", "repeat": "once"}, "once"),
        ({"action": "play_context", "uri": "{album}", "offset_uri_or_index": 99}, "99"),
    ],
)
async def test_odd_action_is_400_and_named(api: Api, world: World, body: dict[str, Any], named: str) -> None:
    if "uri" in body:
        body = {**body, "uri": next(iter(world.catalogue.albums.values())).uri}
    reply = await api.raw("POST", "/sim/players/ada", json=body)
    assert reply.status == 400
    assert named in reply.message


@pytest.mark.parametrize("text", ["{", "[]", '"pause"', "\x00"])
async def test_body_that_is_no_json_object_is_400(api: Api, text: str) -> None:
    assert (await api.raw("POST", "/sim/players/ada", data=text)).status == 400


async def test_unknown_person_device_or_song_is_404(api: Api) -> None:
    assert (await api.raw("GET", "/sim/players/nobody")).status == 404
    assert (await api.raw("POST", "/sim/players/nobody", json={"action": "pause"})).status == 404
    for body in ({"action": "transfer", "device_id": "x"}, {"action": "play_context", "uri": "spotify:album:x"}):
        assert (await api.raw("POST", "/sim/players/ada", json=body)).status == 404


async def test_truth_tells_all_players_and_the_time(
    api: Api, world: World, hand_clock: HandClock, songs: list[str]
) -> None:
    world.player("bob").play_uris(songs[:1])
    hand_clock.turn(2)
    body = (await api.raw("GET", "/sim/truth")).body
    assert body["now_s"] == hand_clock()
    assert body["players"].keys() == world.people.keys()
    assert body["players"]["bob"]["position_ms"] == pytest.approx(2_000)


async def test_truth_of_a_moment_that_is_over_is_what_was_heard_then(
    api: Api, world: World, hand_clock: HandClock, songs: list[str]
) -> None:
    began_s = hand_clock()
    world.player("bob").play_uris(songs[:1])
    hand_clock.turn(2)
    world.player("bob").pause()
    hand_clock.turn(5)
    body = (await api.raw("GET", f"/sim/truth?at_s={began_s + 1}")).body
    assert body["now_s"] == began_s + 1
    assert body["players"]["bob"]["position_ms"] == pytest.approx(1_000)
    assert body["players"]["bob"]["is_playing"]


@pytest.mark.parametrize("at_s", ["soon", "", "nan", "-1", "99999999999"])
async def test_truth_of_the_future_or_of_no_moment_is_400(api: Api, at_s: str) -> None:
    reply = await api.raw("GET", f"/sim/truth?at_s={at_s}")
    assert reply.status == 400
    assert "at_s" in reply.message


async def test_calls_are_listed_but_those_to_the_desk_are_not(api: Api) -> None:
    await api.get("/me")
    body = (await api.raw("GET", "/sim/calls")).body
    assert [(call["person"], call["path"], call["status"]) for call in body["items"]] == [("ada", "/v1/me", 200)]
    assert body["while_blocked"] == 0


async def test_faults_come_and_go_over_http(api: Api) -> None:
    added = await api.raw("POST", "/sim/faults", json={"status": 500, "path": "/v1/me"})
    assert added.status == 201
    assert (await api.get("/me")).status == 500
    assert (await api.raw("DELETE", "/sim/faults")).status == 204
    assert (await api.get("/me")).status == 200


@pytest.mark.parametrize(("body", "named"), [({"colour": 1}, "colour"), ({"kind": "flood"}, "flood"), ({}, "status")])
async def test_odd_fault_is_400_and_named(api: Api, body: dict[str, Any], named: str) -> None:
    reply = await api.raw("POST", "/sim/faults", json=body)
    assert reply.status == 400
    assert named in reply.message


async def test_profile_is_switched_by_name_and_by_delay(api: Api, world: World) -> None:
    assert (await api.raw("POST", "/sim/profile", json={"name": "slow"})).status == 200
    assert world.profile == Profile.slow()
    await api.raw("POST", "/sim/profile", json={"name": "instant", "latency_ms": 5, "rtt_ms": [0, 1]})
    assert world.profile == Profile(latency_ms=5, rtt_ms=(0, 1))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"name": "warp"}, "warp"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"rtt_ms": 5}, "rtt_ms"),
        ({"rtt_ms": [1, 2, 3]}, "rtt_ms"),
        ({"speed": 1}, "speed"),
    ],
)
async def test_odd_profile_is_400_and_named(api: Api, world: World, body: dict[str, Any], named: str) -> None:
    reply = await api.raw("POST", "/sim/profile", json=body)
    assert reply.status == 400
    assert named in reply.message
    assert world.profile == Profile.instant()


async def test_pages_are_there_without_a_log_in(api: Api, world: World, songs: list[str]) -> None:
    world.player("ada").play_uris(songs[:3])
    for path in ("/", *(f"/player/{person}" for person in world.people)):
        reply = await api.raw("GET", path)
        assert reply.status == 200
        assert "script-src 'self'" in reply.headers["Content-Security-Policy"]
        assert "<script>" not in reply.text
        assert " style=" not in reply.text
    assert (await api.raw("GET", "/player/nobody")).status == 404


@pytest.mark.parametrize("path", ["/static/style.css", "/static/player.js", "/static/people.js", "/static/icon.svg"])
async def test_static_files_are_served(api: Api, path: str) -> None:
    assert (await api.raw("GET", path)).status == 200


@pytest.mark.parametrize("path", ["/covers/nope.svg", f"/covers/{'a' * 22}.svg?size=7", "/static/../app.py"])
async def test_what_is_not_there_is_404(api: Api, path: str) -> None:
    assert (await api.raw("GET", path)).status == 404

"""Faults on request."""

import time

import aiohttp
import pytest

from songswap.simulator import Fault, World

from .conftest import Api, HandClock


async def test_status_fault_meets_only_whom_it_names_and_only_so_often(api: Api, world: World) -> None:
    world.faults.add(Fault(status=500, path="/v1/me", person="bob", times=2))
    assert (await api.get("/me")).status == 200
    assert (await api.get("/me/player/devices", person="bob")).status == 200
    assert [(await api.get("/me", person="bob")).status for _ in range(3)] == [500, 500, 200]


async def test_status_fault_carries_what_it_was_given(api: Api, world: World) -> None:
    world.faults.add(Fault(status=429, retry_after=41, message="slow down", reason="QUOTA_EXCEEDED", times=1))
    reply = await api.get("/me")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "41")
    assert (reply.message, reply.reason) == ("slow down", "QUOTA_EXCEEDED")
    world.faults.add(Fault(status=502, body="<html>bad gateway</html>", headers={"X-Cache": "MISS"}))
    reply = await api.get("/me")
    assert (reply.status, reply.text, reply.headers["X-Cache"]) == (502, "<html>bad gateway</html>", "MISS")


async def test_fault_is_in_force_for_a_while(api: Api, world: World, hand_clock: HandClock) -> None:
    world.faults.add(Fault(status=503, after_s=10, until_s=20))
    statuses = []
    for _ in range(3):
        statuses.append((await api.get("/me")).status)
        hand_clock.turn(10)
    assert statuses == [200, 503, 200]


async def test_path_may_hold_a_star_and_method_narrows(api: Api, world: World) -> None:
    world.faults.add(Fault(status=500, path="/v1/me/player*", method="GET"))
    assert (await api.get("/me/player/devices")).status == 500
    assert (await api.put("/me/player/pause")).status == 404
    assert (await api.get("/me")).status == 200


async def test_probability_is_a_share(api: Api, world: World) -> None:
    world.limits.rate_per_30s = None
    world.faults.add(Fault(status=500, probability=0.5))
    failed = [(await api.get("/me")).status for _ in range(100)].count(500)
    assert 30 < failed < 70


async def test_garbage_empty_and_false_errors(api: Api, world: World) -> None:
    answers = {}
    for kind in ("garbage", "empty", "false_401", "false_403"):
        world.faults.add(Fault(kind=kind, times=1))  # type: ignore[arg-type]
        answers[kind] = await api.get("/me")
    assert (answers["garbage"].status, answers["garbage"].body) == (200, None)
    assert (answers["empty"].status, answers["empty"].text) == (200, "")
    assert (answers["false_401"].status, answers["false_401"].message) == (401, "Access token missing")
    assert (answers["false_403"].status, answers["false_403"].reason) == (403, "PREMIUM_REQUIRED")


async def test_dropped_connection_is_no_answer_at_all(api: Api, world: World) -> None:
    world.faults.add(Fault(kind="drop", times=1))
    with pytest.raises(aiohttp.ClientError):
        await api.post("/me/player/next")
    assert world.calls[-1].status == 0


@pytest.mark.parametrize("executed", [True, False])
async def test_lost_answer_may_hide_a_command_that_was_executed(
    api: Api, world: World, songs: list[str], executed: bool
) -> None:
    world.player("ada").play_uris(songs[:2])
    world.faults.add(Fault(status=502, executed=executed))
    assert (await api.put("/me/player/pause")).status == 502
    assert world.player("ada").truth().is_playing is not executed


async def test_slow_answer_is_right_in_the_end(api: Api, world: World) -> None:
    world.faults.add(Fault(kind="slow", delay_s=0.2, times=1))
    began = time.monotonic()
    assert (await api.get("/me")).status == 200
    assert time.monotonic() - began >= 0.2


async def test_token_endpoint_fails_too(api: Api, world: World) -> None:
    world.faults.add(Fault(status=503, path="/api/token", times=1))
    form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "hush"}
    assert (await api.raw("POST", "/api/token", data=form)).status == 503
    assert (await api.raw("POST", "/api/token", data=form)).status == 200


async def test_faults_can_be_taken_back(api: Api, world: World) -> None:
    one, other = world.faults.add(Fault(status=500)), world.faults.add(Fault(status=503))
    world.faults.remove(one)
    assert list(world.faults) == [other]
    world.faults.clear()
    assert (await api.get("/me")).status == 200


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "flood"}, "flood"),
        ({}, "status"),
        ({"status": 99}, "99"),
        ({"kind": "drop", "probability": 2}, "probability"),
    ],
)
def test_impossible_fault_is_refused(fields: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Fault(**fields)  # type: ignore[arg-type]

"""What every call has to pass: token, scope, seat, limits, length."""

import asyncio
from urllib.parse import urlsplit

import pytest

from songswap.simulator import World
from songswap.simulator.api.closed import CLOSED_METHODS, CLOSED_PATHS
from songswap.simulator.api.gate import ENDPOINTS, NOT_REGISTERED, OWNER_NEEDS_PREMIUM
from songswap.simulator.oauth import SCOPES

from .conftest import Api, HandClock

SCOPED = [endpoint for endpoint in ENDPOINTS if endpoint.scopes]


async def test_no_token_is_401(api: Api) -> None:
    reply = await api.get("/me", headers={})
    assert (reply.status, reply.message) == (401, "No token provided")


async def test_forged_token_is_401(api: Api) -> None:
    token = api.token("ada")
    for forged in ("x", token[:-2] + "zz", "é.é", token.replace(".", "")):
        reply = await api.get("/me", headers={"Authorization": f"Bearer {forged}"})
        assert (reply.status, reply.message) == (401, "Invalid access token")


async def test_other_authorization_is_400(api: Api) -> None:
    reply = await api.get("/me", headers={"Authorization": "Basic abc"})
    assert (reply.status, reply.message) == (400, "Only valid bearer authentication supported")


async def test_token_of_another_world_is_401(api: Api, hand_clock: HandClock) -> None:
    other = World(seed=2, clock=hand_clock)
    other.register_app("app", None, [])
    token = other.issue_tokens("ada", "app", "user-read-private")["access_token"]
    assert (await api.get("/me", headers={"Authorization": f"Bearer {token}"})).status == 401


async def test_token_survives_a_restart(api: Api, world: World, hand_clock: HandClock) -> None:
    earlier = World(seed=1, clock=hand_clock)
    earlier.register_app("app", "hush", [])
    token = earlier.issue_tokens("ada", "app", "user-read-private")["access_token"]
    assert (await api.get("/me", headers={"Authorization": f"Bearer {token}"})).status == 200


async def test_token_expires_after_an_hour(api: Api, hand_clock: HandClock) -> None:
    api.token("ada")
    hand_clock.turn(3_599)
    assert (await api.get("/me")).status == 200
    hand_clock.turn(1)
    reply = await api.get("/me")
    assert (reply.status, reply.message) == (401, "The access token expired")


@pytest.mark.parametrize("endpoint", SCOPED, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
async def test_missing_scope_is_403(api: Api, endpoint: object) -> None:
    method, path, scopes = endpoint.method, endpoint.path, endpoint.scopes  # type: ignore[attr-defined]
    for missing in scopes:
        reply = await api.call(method, path.replace("{id}", "x" * 22), scopes=sorted(set(SCOPES) - {missing}))
        assert (reply.status, reply.message) == (403, "Insufficient client scope")


async def test_sixth_person_may_log_in_but_not_call(api: Api) -> None:
    for person in ("ada", "bob", "cleo", "dario", "edda"):
        assert (await api.get("/me", person=person)).status == 200
    reply = await api.get("/me", person="finn")
    assert (reply.status, reply.message) == (403, NOT_REGISTERED)


async def test_allowlist_decides_over_order_of_arrival(api: Api, world: World) -> None:
    world.register_app("app", "hush", [], allowlist=["finn"])
    assert (await api.get("/me", person="ada")).status == 403
    assert (await api.get("/me", person="finn")).status == 200


def test_app_has_five_seats(world: World) -> None:
    with pytest.raises(ValueError, match="5 seats: 6 people are too many"):
        world.register_app("big", None, [], allowlist=list(world.people)[:6])


async def test_owner_without_premium_stops_the_whole_app(api: Api, world: World) -> None:
    world.app("app").owner_premium = False
    assert (await api.get("/me")).message == OWNER_NEEDS_PREMIUM


async def test_premium_lost_in_the_evening_stops_commands_only(api: Api, world: World, songs: list[str]) -> None:
    world.player("ada").play_uris(songs[:2])
    world.person("ada").premium = False
    assert (await api.get("/me/player")).status == 200
    assert (await api.put("/me/player/pause")).reason == "PREMIUM_REQUIRED"


async def test_command_without_length_is_411(api: Api) -> None:
    host = urlsplit(api.base_url)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    head = f"PUT /v1/me/player/pause HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token('ada')}\r\n\r\n"
    writer.write(head.encode())
    status_line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert status_line.startswith(b"HTTP/1.1 411")


CLOSED = [("GET", path) for path in CLOSED_PATHS] + list(CLOSED_METHODS) + [("POST", "/users/{id}/playlists")]


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_closed_endpoint_is_403(api: Api, method: str, path: str) -> None:
    reply = await api.call(method, path.replace("{id}", "x" * 22))
    assert (reply.status, reply.message) == (403, "Forbidden")


@pytest.mark.parametrize("path", ["/nonsense", "/me/nonsense", "/", "/me/player/queue/more"])
async def test_unknown_path_is_404(api: Api, path: str) -> None:
    assert (await api.get(path)).status == 404


async def test_too_many_calls_in_thirty_seconds_are_429(api: Api, world: World, hand_clock: HandClock) -> None:
    world.limits.rate_per_30s = 3
    for _ in range(3):
        assert (await api.get("/me")).status == 200
        hand_clock.turn(2)
    refused = await api.get("/me")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "24")
    assert refused.body == {"error": {"status": 429, "message": "API rate limit exceeded"}}
    hand_clock.turn(24)
    assert (await api.get("/me")).status == 200
    assert world.calls_while_blocked == 1


async def test_each_app_has_a_rate_limit_of_its_own(api: Api, world: World) -> None:
    world.limits.rate_per_30s = 1
    world.register_app("other", None, [])
    await api.get("/me")
    assert (await api.get("/me")).status == 429
    token = world.issue_tokens("ada", "other", "")["access_token"]
    assert (await api.get("/me", headers={"Authorization": f"Bearer {token}"})).status == 200


async def test_spent_quota_closes_one_family_for_long(api: Api, world: World, hand_clock: HandClock) -> None:
    world.limits.quota_per_24h = {"search": 1}
    assert (await api.get("/search?q=a&type=track")).status == 200
    hand_clock.turn(3_600)
    token = world.issue_tokens("ada", "app", "")["access_token"]
    refused = await api.get("/search?q=a&type=track", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status, refused.reason, refused.headers["Retry-After"]) == (429, "QUOTA_EXCEEDED", "82800")
    assert (await api.get("/me", headers={"Authorization": f"Bearer {token}"})).status == 200


async def test_client_credentials_search_but_are_nobody(api: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "hush"}
    token = (await api.raw("POST", "/api/token", data=form)).body["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await api.get("/search?q=a&type=track", headers=headers)).status == 200
    assert (await api.get("/me", headers=headers)).status == 401
    assert (await api.get("/me/player", headers=headers)).status == 401


async def test_every_call_is_written_down(api: Api, world: World, hand_clock: HandClock) -> None:
    track_id = next(iter(world.catalogue.tracks))
    await api.get(f"/tracks/{track_id}")
    await api.get("/me", headers={})
    await api.get("/nonsense", person="bob")
    assert world.calls == [
        (hand_clock(), "ada", "GET", "/v1/tracks/{id}", 200),
        (hand_clock(), None, "GET", "/v1/me", 401),
        (hand_clock(), "bob", "GET", "/v1/nonsense", 404),
    ]

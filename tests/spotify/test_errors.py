"""Every error a caller can meet, provoked at the embedded Spotify."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from songswap.model.music_source import Bearer
from songswap.simulator import Fault, World
from songswap.spotify import errors
from songswap.spotify.client import Client

pytestmark = pytest.mark.virtual_time

LogIn = Callable[..., Bearer]


def calls_to(world: World, path: str) -> list[int]:
    return [call.status for call in world.calls if call.path == path]


async def test_expired_token_is_unauthorized_once_it_was_refused_twice(
    client: Client, world: World, ada: Bearer
) -> None:
    world.expire_tokens("ada")
    with pytest.raises(errors.UnauthorizedError) as raised:
        await client.playback(ada)
    assert raised.value.status == 401
    assert calls_to(world, "/v1/me/player") == [401, 401]


@pytest.mark.parametrize("kind", ["false_401", "false_403"])
async def test_passing_refusal_of_a_good_token_is_not_noticed(
    client: Client, world: World, ada: Bearer, kind: Any
) -> None:
    world.faults.add(Fault(kind, times=1))
    assert await client.playback(ada) is None
    assert [call.status for call in world.calls] == [int(kind[-3:]), 204]


@pytest.mark.parametrize("kind", ["false_401", "false_403"])
async def test_refused_command_is_left_to_its_sender_who_knows_what_is_right_by_then(
    client: Client, world: World, ada: Bearer, kind: Any
) -> None:
    world.faults.add(Fault(kind, times=1))
    track = next(iter(world.catalogue.tracks.values()))
    with pytest.raises((errors.UnauthorizedError, errors.NotPremiumError)):
        await client.play(ada, device_id=world.person("ada").devices[0].id, uris=[track.uri])
    assert [call.status for call in world.calls] == [int(kind[-3:])]


async def test_free_account_is_told_that_only_premium_is_controlled(
    client: Client, world: World, log_in: LogIn
) -> None:
    with pytest.raises(errors.NotPremiumError, match="Premium"):
        await client.pause(log_in("finn"))
    assert calls_to(world, "/v1/me/player/pause") == [403]


async def test_stranger_has_no_seat(client: Client, world: World, log_in: LogIn) -> None:
    with pytest.raises(errors.NoSeatError, match="not registered"):
        await client.me(log_in("ada", client_id="other"))
    assert len(world.calls) == 1


async def test_no_seat_is_known_by_plain_text_too(client: Client, world: World, ada: Bearer) -> None:
    text = "Check settings on developer.spotify.com/dashboard, the user may not be registered."
    world.faults.add(Fault(status=403, body=text))
    with pytest.raises(errors.NoSeatError):
        await client.me(ada)


async def test_app_of_an_owner_without_premium_is_switched_off(client: Client, world: World, ada: Bearer) -> None:
    world.app("client").owner_premium = False
    with pytest.raises(errors.OwnerNotPremiumError):
        await client.me(ada)


async def test_right_not_given_is_a_missing_scope(client: Client, log_in: LogIn) -> None:
    with pytest.raises(errors.MissingScopeError):
        await client.recently_played(log_in("ada", scopes="user-read-playback-state"))


async def test_pausing_what_is_paused_is_a_restriction(client: Client, world: World, ada: Bearer) -> None:
    track = next(iter(world.catalogue.tracks.values()))
    device_id = world.person("ada").devices[0].id
    await client.play(ada, device_id=device_id, uris=[track.uri])
    await client.pause(ada, device_id=device_id)
    with pytest.raises(errors.ForbiddenError) as raised:
        await client.pause(ada, device_id=device_id)
    assert raised.value.is_restriction
    assert raised.value.reason == "UNKNOWN"


async def test_device_that_takes_no_commands_is_forbidden_but_no_restriction(
    client: Client, world: World, log_in: LogIn
) -> None:
    with pytest.raises(errors.ForbiddenError) as raised:
        await client.next(log_in("gus"), device_id=world.person("gus").devices[0].id)
    assert not raised.value.is_restriction
    assert raised.value.reason == "DEVICE_NOT_CONTROLLABLE"


async def test_command_without_a_player_finds_no_active_device(client: Client, log_in: LogIn) -> None:
    with pytest.raises(errors.NoActiveDeviceError, match="Open Spotify"):
        await client.pause(log_in("hana"))


async def test_device_switched_off_is_not_found(client: Client, world: World, log_in: LogIn) -> None:
    with pytest.raises(errors.DeviceNotFoundError):
        await client.transfer(log_in("hana"), world.person("hana").devices[0].id, play=True)


async def test_artist_that_does_not_exist_is_not_found(client: Client, ada: Bearer) -> None:
    with pytest.raises(errors.NotFoundError) as raised:
        await client.artist(ada, "0000000000000000000000")
    assert raised.value.message.startswith("GET /v1/artists/0000000000000000000000: 404 ")


async def test_uri_nobody_knows_is_a_bad_request(client: Client, world: World, ada: Bearer) -> None:
    with pytest.raises(errors.BadRequestError):
        await client.play(ada, device_id=world.person("ada").devices[0].id, uris=["spotify:track:nothing"])


async def test_rate_limit_holds_every_call_of_the_app_until_it_is_over(
    client: Client, world: World, ada: Bearer, sleep_until: Callable[[float], Awaitable[None]]
) -> None:
    world.limits.rate_per_30s = 1
    await client.me(ada)
    with pytest.raises(errors.RateLimitedError) as raised:
        await client.playback(ada)
    for _ in range(3):
        with pytest.raises(errors.RateLimitedError):
            await client.me(ada)
    assert [call.status for call in world.calls] == [200, 429]
    await sleep_until(raised.value.until_ms)
    await client.me(ada)
    assert world.calls_while_blocked == 1


async def test_used_up_quota_holds_its_family_alone(
    client: Client, world: World, log_in: LogIn, sleep_until: Callable[[float], Awaitable[None]]
) -> None:
    ada = log_in("ada")
    world.limits.quota_per_24h = {"player": 2}
    await client.playback(ada)
    await client.devices(ada)
    with pytest.raises(errors.QuotaExceededError) as raised:
        await client.playback(ada)
    assert raised.value.family == "player"
    with pytest.raises(errors.QuotaExceededError):
        await client.pause(ada)
    await client.artist(ada, next(iter(world.catalogue.artists)))
    await sleep_until(raised.value.until_ms)
    await client.playback(log_in("ada"))
    assert world.calls_while_blocked == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=500), errors.UnavailableError),
        (Fault(status=503), errors.UnavailableError),
        (Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}), errors.UnavailableError),
        (Fault(status=408), errors.UnavailableError),
        (Fault(kind="garbage"), errors.UnavailableError),
        (Fault(kind="empty"), errors.UnavailableError),
        (Fault(kind="drop"), errors.UnavailableError),
        (Fault(kind="slow", delay_s=60), errors.TooSlowError),
        (Fault(status=418), errors.BadRequestError),
    ],
)
async def test_broken_answer_to_a_read_names_the_endpoint(
    client: Client, world: World, ada: Bearer, fault: Fault, kind: type[errors.SpotifyError]
) -> None:
    world.faults.add(fault)
    with pytest.raises(errors.SpotifyError) as raised:
        await client.playback(ada)
    assert type(raised.value) is kind
    assert raised.value.message.startswith("GET /v1/me/player: ")


@pytest.mark.parametrize("fault", [Fault(status=502, times=1), Fault(kind="drop", times=1)])
async def test_read_that_failed_once_is_made_again(client: Client, world: World, ada: Bearer, fault: Fault) -> None:
    world.faults.add(fault)
    assert (await client.me(ada)).display_name == "Ada"
    assert len(world.calls) == 2


@pytest.mark.parametrize(
    "fault", [Fault(status=502), Fault(kind="drop"), Fault(kind="slow", delay_s=60), Fault(status=500)]
)
async def test_command_without_an_answer_is_not_given_again(
    client: Client, world: World, ada: Bearer, fault: Fault
) -> None:
    await client.me(ada)  # so that the connection is an old one, on which aiohttp would send a PUT again by itself
    world.faults.add(fault)
    with pytest.raises(errors.UnavailableError):
        await client.pause(ada)
    with pytest.raises(errors.UnavailableError):
        await client.next(ada)
    await asyncio.sleep(120)  # slow calls are written down when they end
    assert [call.method for call in world.calls] == ["GET", "PUT", "POST"]


@pytest.mark.parametrize("kind", ["garbage", "empty"])
async def test_what_a_command_answers_does_not_matter_once_it_was_accepted(
    client: Client, world: World, ada: Bearer, kind: Any
) -> None:
    world.faults.add(Fault(kind))
    await client.pause(ada)


def test_every_error_speaks_plain_words() -> None:
    words = [kind.words for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(text.endswith(".") and len(text) > 20 for text in words)
    assert len(set(words)) >= len(words) - 1  # only a plain 403 says no more than the base

import asyncio

import msgspec
import pytest

from songswap.documents import ACCOUNT_SEEN, CONSENT, TOKEN
from songswap.simulator import Fault
from tests.evening import Evening

pytestmark = pytest.mark.virtual_time

HOUR_S = 3_600


def token_calls(evening: Evening) -> int:
    return sum(call.path == "/api/token" for call in evening.world.calls)


async def look(evening: Evening, person: str, rev: int) -> None:
    """Have the worker use a person's account once."""
    evening.wish(person, look_rev=rev)
    await asyncio.sleep(5)


async def test_token_is_renewed_before_it_expires_and_only_when_needed(evening: Evening) -> None:
    await asyncio.sleep(5)
    assert token_calls(evening) == 0
    await asyncio.sleep(HOUR_S - 30)
    await look(evening, "bob", 2)
    assert token_calls(evening) == 1
    assert not [call for call in evening.world.calls if call.status == 401]
    await look(evening, "bob", 3)
    assert token_calls(evening) == 1


async def test_old_refresh_token_is_kept_when_none_is_sent(evening: Evening) -> None:
    for hour in range(1, 4):
        await asyncio.sleep(HOUR_S + 10)
        await look(evening, "bob", hour + 1)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert (seen.standing, seen.error) == ("ok", "")
    token = evening.store.read(TOKEN, "bob")
    assert token is not None
    assert token.refresh_token is None


async def test_new_refresh_token_is_stored_and_used(evening: Evening) -> None:
    evening.world.grants.rotate_refresh_tokens = True
    for hour in range(1, 4):
        await asyncio.sleep(HOUR_S + 10)
        await look(evening, "bob", hour + 1)
    token = evening.store.read(TOKEN, "bob")
    consent = evening.store.read(CONSENT, "bob")
    assert token is not None
    assert consent is not None
    assert token.refresh_token is not None
    assert evening.vault.unseal(token.refresh_token) != evening.vault.unseal(consent.refresh_token)


async def test_two_calls_at_once_renew_the_token_once(evening: Evening) -> None:
    await asyncio.sleep(HOUR_S)
    evening.start_session()
    await look(evening, "ada", 2)
    assert token_calls(evening) == 1


async def test_invalid_grant_is_said_and_never_tried_again(evening: Evening) -> None:
    await asyncio.sleep(2)
    evening.world.revoke("bob")
    await look(evening, "bob", 2)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert seen.standing == "needs_login"
    assert "log in" in seen.message.lower()
    calls = len(evening.world.calls)
    for rev in range(3, 8):
        await look(evening, "bob", rev)
    assert len(evening.world.calls) == calls


async def test_new_login_makes_the_account_usable_again(evening: Evening) -> None:
    evening.world.revoke("bob")
    await look(evening, "bob", 2)
    evening.log_in("bob")
    await look(evening, "bob", 3)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert (seen.standing, seen.error, bool(seen.devices)) == ("ok", "", True)


async def test_failing_accounts_host_logs_nobody_out(evening: Evening) -> None:
    await asyncio.sleep(HOUR_S + 10)
    evening.world.faults.add(Fault(status=503, path="/api/token", until_s=4))
    await look(evening, "bob", 2)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert (seen.standing, bool(seen.error)) == ("ok", True)
    await look(evening, "bob", 3)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert seen.error == ""


async def test_free_account_is_only_called_so_when_asked_twice(evening: Evening) -> None:
    evening.world.faults.add(Fault(kind="false_403", person="bob", times=1))
    await look(evening, "bob", 2)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert seen.standing == "ok"


async def test_account_without_a_seat_is_told_what_the_operator_must_do(evening: Evening) -> None:
    evening.world.faults.add(Fault(status=403, person="bob", message="the user may not be registered."))
    await look(evening, "bob", 2)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert seen.standing == "no_seat"
    assert "User Management" in seen.message


async def test_tokens_that_can_not_be_unsealed_need_a_new_login(evening: Evening) -> None:
    consent = evening.store.read(CONSENT, "bob")
    assert consent is not None
    strange = msgspec.structs.replace(consent, id="strange", access_token="not sealed", refresh_token="nor this")
    evening.store.write(CONSENT, strange, "bob")
    await look(evening, "bob", 2)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert seen.standing == "needs_login"


async def test_app_taken_out_of_the_configuration_needs_a_new_login(evening: Evening) -> None:
    consent = evening.store.read(CONSENT, "bob")
    assert consent is not None
    evening.store.write(CONSENT, msgspec.structs.replace(consent, app="gone"), "bob")
    await asyncio.sleep(HOUR_S)
    await look(evening, "bob", 2)
    seen = evening.store.read(ACCOUNT_SEEN, "bob")
    assert seen is not None
    assert seen.standing == "needs_login"

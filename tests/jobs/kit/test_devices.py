import asyncio

import pytest

from songswap.documents import ACCOUNT_SEEN, AccountSeen
from songswap.simulator import Fault
from tests.evening import Evening

pytestmark = pytest.mark.virtual_time


def seen(evening: Evening, person: str) -> AccountSeen:
    known = evening.store.read(ACCOUNT_SEEN, person)
    assert known is not None
    return known


async def test_devices_are_looked_for_when_asked_and_only_then(evening: Evening) -> None:
    await asyncio.sleep(3)
    first = seen(evening, "bob")
    assert {device.id for device in first.devices} == {d.id for d in evening.world.person("bob").devices}
    calls = len(evening.world.calls)
    await asyncio.sleep(600)
    assert len(evening.world.calls) == calls
    evening.wish("bob", look_rev=2)
    await asyncio.sleep(3)
    assert seen(evening, "bob").look_rev == 2
    assert len(evening.world.calls) == calls + 1


async def test_failed_look_keeps_what_was_known_and_says_why(evening: Evening) -> None:
    await asyncio.sleep(3)
    evening.world.faults.add(Fault(status=429, retry_after=120, person="bob", times=1))
    evening.wish("bob", look_rev=2)
    await asyncio.sleep(3)
    after = seen(evening, "bob")
    assert (bool(after.devices), bool(after.error), after.look_rev) == (True, True, 2)
    assert after.until_ms is not None
    assert after.until_ms > evening.clock.now_ms()


async def test_restricted_device_is_known_without_an_id(evening: Evening) -> None:
    evening.form_group("ada", "gus")
    await asyncio.sleep(3)
    (device,) = seen(evening, "gus").devices
    assert (device.id, device.is_restricted, device.can_be_told) == (None, True, False)


async def test_nobody_home_is_an_empty_list(evening: Evening) -> None:
    evening.form_group("ada", "hana")
    await asyncio.sleep(3)
    assert (seen(evening, "hana").devices, seen(evening, "hana").error) == ((), "")

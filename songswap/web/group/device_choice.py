"""Which device somebody may listen on."""

import contextlib

from songswap.documents import ACCOUNT_SEEN, AccountSeen
from songswap.model.music import Device
from songswap.store import StoreError
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.device_refresh import look
from songswap.web.people.membership import wish_of

DEVICES_OLD_MS = 60_000.0
"""A list of devices older than this is asked for again when somebody opens a page that shows it."""


def usable_device(services: Services, account: str, device_id: str) -> Device:
    """The device of `account` with this id, if it takes commands. Raises ProblemError (404, 409)."""
    seen = services.store.read(ACCOUNT_SEEN, account) or AccountSeen("")
    device = next((device for device in seen.devices if device.id == device_id), None)
    if device is None:
        raise ProblemError(404, "no_such_device", "Spotify does not report this device any more. Look again.")
    if not device.can_be_told:
        raise ProblemError(409, "restricted_device", "Spotify lets nobody control this device from outside.")
    return device


def look_if_old(services: Services, account: str) -> None:
    """Ask for a look unless there was one lately, or one is being asked for already."""
    seen = services.store.read(ACCOUNT_SEEN, account) or AccountSeen("")
    is_fresh = seen.devices_at_ms is not None and services.clock.now_ms() - seen.devices_at_ms < DEVICES_OLD_MS
    if not is_fresh and wish_of(services.store, account).look_rev <= seen.look_rev:
        with contextlib.suppress(StoreError):  # a page is shown all the same
            look(services, account)

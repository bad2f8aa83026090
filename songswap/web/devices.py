"""Which device somebody listens on: chosen from those Spotify reports."""

import contextlib
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.documents import ACCOUNT_SEEN, WISH, AccountSeen
from songswap.model import Device
from songswap.store import StoreError
from songswap.web.api import Body, body
from songswap.web.errors import ProblemError
from songswap.web.guard import me
from songswap.web.membership import wish_of
from songswap.web.resources import Resources, resources
from songswap.web.snapshot import person_of
from songswap.web.state import DevicesState
from songswap.web.view import devices_of

blueprint = Blueprint("devices", __name__)
tag_blueprint(blueprint, ["me"])

OLD_MS = 60_000.0
"""A list of devices older than this is asked for again when somebody opens a page that shows it."""


class Choice(Body, frozen=True):
    """The device to listen on."""

    device_id: Annotated[str, Meta(min_length=1, max_length=200)]


@blueprint.put("/api/me/device")
@body(Choice)
@validate_response(DevicesState)
async def choose_device(data: Choice) -> DevicesState:
    """Choose the device to listen on; who listened in a page does so no more."""
    here = resources()
    device = usable_device(here, me().id, data.device_id)
    wish = wish_of(here.store, me().id)
    here.store.write(WISH, replace(wish, device_id=device.id, device_name=device.name, tab=""), me().id)
    return devices_of(person_of(here.store, me()))


@blueprint.post("/api/me/devices/look")
@validate_response(DevicesState, 202)
async def look_for_devices() -> tuple[DevicesState, int]:
    """Have Spotify asked which devices there are; the answer arrives in the group's events and in `/api/me`."""
    here = resources()
    look(here, me().id)
    return devices_of(person_of(here.store, me())), 202


def usable_device(here: Resources, account: str, device_id: str) -> Device:
    """The device of `account` with this id, if it takes commands. Raises ProblemError (404, 409)."""
    seen = here.store.read(ACCOUNT_SEEN, account) or AccountSeen("")
    device = next((device for device in seen.devices if device.id == device_id), None)
    if device is None:
        raise ProblemError(404, "no_such_device", "Spotify does not report this device any more. Look again.")
    if not device.can_be_told:
        raise ProblemError(409, "restricted_device", "Spotify lets nobody control this device from outside.")
    return device


def look(here: Resources, account: str) -> None:
    """Ask the worker for a look at somebody's devices."""
    wish = wish_of(here.store, account)
    here.store.write(WISH, replace(wish, look_rev=wish.look_rev + 1), account)


def look_if_old(here: Resources, account: str) -> None:
    """Ask for a look unless there was one lately, or one is being asked for already."""
    seen = here.store.read(ACCOUNT_SEEN, account) or AccountSeen("")
    is_fresh = seen.devices_at_ms is not None and here.clock.now_ms() - seen.devices_at_ms < OLD_MS
    if not is_fresh and wish_of(here.store, account).look_rev <= seen.look_rev:
        with contextlib.suppress(StoreError):  # a page is shown all the same
            look(here, account)

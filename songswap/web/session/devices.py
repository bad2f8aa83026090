"""Which device somebody listens on: chosen from those Spotify reports."""

from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.documents import WISH
from songswap.web.group.device_choice import usable_device
from songswap.web.group.group_snapshot import person_of
from songswap.web.group.group_state import DevicesState
from songswap.web.group.group_view import devices_of
from songswap.web.kit.access import me
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.services import current_services
from songswap.web.people.device_refresh import look
from songswap.web.people.membership import wish_of

blueprint = Blueprint("devices", __name__)
tag_blueprint(blueprint, ["me"])


class Choice(Body, frozen=True):
    """The device to listen on."""

    device_id: Annotated[str, Meta(min_length=1, max_length=200)]


class Volume(Body, frozen=True):
    """true: as loud as the host's player, wherever I listen. false: as loud as I make it."""

    follows_host: bool


@blueprint.put("/api/me/device")
@body(Choice)
@validate_response(DevicesState)
async def choose_device(data: Choice) -> DevicesState:
    """Choose the device to listen on; who listened in a page does so no more."""
    services = current_services()
    device = usable_device(services, me().id, data.device_id)
    wish = wish_of(services.store, me().id)
    services.store.write(WISH, replace(wish, device_id=device.id, device_name=device.name, tab=""), me().id)
    return devices_of(person_of(services.store, me()))


@blueprint.put("/api/me/volume")
@body(Volume)
@validate_response(DevicesState)
async def put_volume(data: Volume) -> DevicesState:
    """Have my volume follow the host's, or leave it to me. A device whose volume can't be set is left alone."""
    services = current_services()
    wish = wish_of(services.store, me().id)
    services.store.write(WISH, replace(wish, follows_volume=data.follows_host), me().id)
    return devices_of(person_of(services.store, me()))


@blueprint.post("/api/me/devices/look")
@validate_response(DevicesState, 202)
async def look_for_devices() -> tuple[DevicesState, int]:
    """Have Spotify asked which devices there are; the answer arrives in the group's events and in `/api/me`."""
    services = current_services()
    look(services, me().id)
    return devices_of(person_of(services.store, me())), 202

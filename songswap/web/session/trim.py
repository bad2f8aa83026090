"""What software can't hear: how late a device sounds, set by ear; and clicks to set it by."""

from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.session.web_player import known_as
from songswap.documents import ACCOUNT_SEEN, TAB, WISH, AccountSeen
from songswap.model.struct import Struct
from songswap.web.group.group_snapshot import person_of
from songswap.web.group.group_state import DevicesState
from songswap.web.group.group_view import devices_of
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.services import current_services
from songswap.web.people.membership import wish_of

blueprint = Blueprint("trim", __name__)
tag_blueprint(blueprint, ["me"])

MOST_TRIM_MS = 2_000


class Trim(Body, frozen=True):
    """So much earlier the device shall play, because it is heard late; negative if it is heard early.

    A page goes by its browser, as `tab:…`.
    """

    device_id: Annotated[str, Meta(min_length=1, max_length=200)]
    trim_ms: Annotated[int, Meta(ge=-MOST_TRIM_MS, le=MOST_TRIM_MS)]


class Now(Struct, frozen=True):
    """The server's clock."""

    now_ms: float


@blueprint.put("/api/me/trim")
@body(Trim)
@validate_response(DevicesState)
async def put_trim(data: Trim) -> DevicesState:
    """Have a device of mine play earlier or later than the others, so that all sound together."""
    services = current_services()
    wish = wish_of(services.store, me().id)
    seen = services.store.read(ACCOUNT_SEEN, me().id) or AccountSeen("")
    tab = services.store.read(TAB, me().id)
    known = {device.id for device in seen.devices} | {wish.device_id, *wish.trims_ms}
    known |= {known_as(tab)} if tab is not None else set()
    if data.device_id not in known:
        raise ProblemError(404, "no_such_device", "Spotify does not report this device any more. Look again.")
    trims_ms = {**wish.trims_ms, data.device_id: data.trim_ms}
    trims_ms = {device: trim_ms for device, trim_ms in trims_ms.items() if trim_ms}
    services.store.write(WISH, replace(wish, trims_ms=trims_ms), me().id)
    return devices_of(person_of(services.store, me()))


@blueprint.get("/api/clock")
@validate_response(Now)
async def get_clock() -> Now:
    """What time it is here, to reckon the difference to one's own clock with."""
    return Now(current_services().clock.now_ms())


@blueprint.get("/clicks")
@hide
async def clicks_page() -> ResponseReturnValue:
    """A metronome that ticks everywhere at once, to compare by ear."""
    return await render_template("session/clicks.html")

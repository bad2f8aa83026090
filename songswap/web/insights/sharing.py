"""With whom I share my listening, whether it is recorded, and how I like to look at it."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.core.insights.periods import LONGEST_ZONE, PeriodError, zone_of
from songswap.core.kit.secret_links import LISTENING_LIFE_MS
from songswap.documents import ACCOUNT, SHARING
from songswap.model.sharing import CountingRule, Sharing, WeekStart
from songswap.model.struct import Struct
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.secret_links import kept, listening_of
from songswap.web.kit.services import Services, current_services
from songswap.web.people import membership
from songswap.web.people.viewer import own_sharing

blueprint = Blueprint("sharing", __name__)
tag_blueprint(blueprint, ["insights"])


class SharingState(Struct, frozen=True):
    """With whom I share: the members of `groups`, `everybody` logged in here, whoever knows `link_url`,
    until `link_expires_at_ms`.

    While `is_paused` nothing is recorded. `zone`, `week_start` and `rule` are what figures begin with.
    """

    groups: tuple[str, ...]
    everybody: bool
    link_url: str | None
    link_expires_at_ms: float | None
    is_paused: bool
    zone: str
    week_start: WeekStart
    rule: CountingRule


class SharingWish(Body, frozen=True):
    """What shall be different; what is left out stays.

    `link`: whether there shall be a secret link, good for 90 days from now; taken back and made again, it is another.
    """

    groups: tuple[Annotated[str, Meta(max_length=64)], ...] | UnsetType = UNSET
    everybody: bool | UnsetType = UNSET
    link: bool | UnsetType = UNSET
    is_paused: bool | UnsetType = UNSET
    zone: Annotated[str, Meta(max_length=LONGEST_ZONE)] | UnsetType = UNSET
    week_start: WeekStart | UnsetType = UNSET
    rule: CountingRule | UnsetType = UNSET


@blueprint.get("/api/me/sharing")
@validate_response(SharingState)
async def get_sharing() -> SharingState:
    """With whom I share my listening; with nobody unless I said so."""
    return sharing_state(current_services())


@blueprint.put("/api/me/sharing")
@body(SharingWish)
@validate_response(SharingState)
async def set_sharing(data: SharingWish) -> SharingState:
    """Share my listening with groups, everybody here, by a secret link; pause it; choose my zone, week and rule."""
    services, now = current_services(), own_sharing(current_services(), me().id)
    chosen = {name: getattr(data, name) for name in ("everybody", "is_paused", "week_start", "rule")}
    wanted = replace(now, **{name: value for name, value in chosen.items() if value is not UNSET})
    if data.groups is not UNSET:
        wanted = replace(wanted, groups=_mine(services, data.groups))
    if data.link is not UNSET:
        wanted = replace(wanted, link=kept(services, now.link, LISTENING_LIFE_MS) if data.link else None)
    if data.zone is not UNSET:
        _set_zone(services, data.zone)
    if wanted != now:
        services.store.write(SHARING, wanted, me().id)
    return sharing_state(services)


def sharing_state(services: Services) -> SharingState:
    """How the one who asks shares."""
    sharing: Sharing = own_sharing(services, me().id)
    account = services.store.read(ACCOUNT, me().id) or me()
    link = listening_of(services, account.id, sharing)
    return SharingState(
        groups=sharing.groups,
        everybody=sharing.everybody,
        link_url=link.url if link else None,
        link_expires_at_ms=link.expires_at_ms if link else None,
        is_paused=sharing.is_paused,
        zone=account.zone,
        week_start=sharing.week_start,
        rule=sharing.rule,
    )


def _mine(services: Services, groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups, once each. Raises ProblemError (400) for one I am not in."""
    mine = {group.id for group in membership.groups_of(services.store, me().id)}
    for group in groups:
        if group not in mine:
            raise ProblemError(400, "not_a_member", f"You are in no group {group}; its id is in /api/groups.")
    return tuple(dict.fromkeys(groups))


def _set_zone(services: Services, name: str) -> None:
    try:
        zone = zone_of(name)
    except PeriodError as error:
        raise ProblemError(400, "invalid", str(error)) from error
    if zone.key != me().zone:
        services.store.write(ACCOUNT, replace(me(), zone=zone.key), me().id)

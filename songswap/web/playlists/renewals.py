"""Playlists that renew themselves: what is wanted of them, how they stand, what each renewal changed."""

import re
from typing import Annotated, Final, Literal

from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint, ResponseReturnValue
from quart_schema import tag_blueprint, validate_response

from songswap.core.insights.periods import LONGEST_ZONE, PeriodError, zone_of
from songswap.core.playlists import renewals as rules
from songswap.documents import CHANGES, RENEWALS, RENEWED, Renewals, RenewalsSeen
from songswap.model.playlists import ListChange, ListSource, Renewal, Renewed
from songswap.model.struct import Struct
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body, no_content, query
from songswap.web.kit.names import plain_name
from songswap.web.kit.services import Services, current_services
from songswap.web.playlists import saved_lists
from songswap.web.playlists.list_sources import Source, checked, title_of

blueprint = Blueprint("renewals", __name__)
tag_blueprint(blueprint, ["playlists"])

TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
CHANGES_SHOWN: Final = 30
Name = Annotated[str, Meta(min_length=1, max_length=100)]
At = Annotated[str, Meta(min_length=5, max_length=5)]


class NewRenewal(Body, frozen=True):
    """A playlist to be made now and renewed every day `at` (such as 05:00) in the `zone`, which is mine if left out."""

    name: Name
    source: Source
    at: At = "05:00"
    zone: Annotated[str, Meta(max_length=LONGEST_ZONE)] = ""


class RenewalChanges(Body, frozen=True):
    """What shall be other; what is left out stays."""

    name: Name | None = None
    source: Source | None = None
    at: At | None = None
    zone: Annotated[str, Meta(max_length=LONGEST_ZONE)] | None = None
    is_on: bool | None = None


class Again(Body, frozen=True):
    """Look after it now; `anew` makes another playlist in place of one that is gone."""

    anew: bool = False


class Older(Body, frozen=True):
    """`cursor` is the `next` of the answer before."""

    cursor: Annotated[int, Meta(ge=0)] = 0


class RenewalItem(Struct, frozen=True):
    """A playlist that renews itself. `title` says in words what is in it; `tracks` are in it now.

    `stopped`: nothing more is done until it is made anew; `error` says why. `waiting`: it is tried again `next_at_ms`.
    """

    id: str
    name: str
    source: ListSource
    title: str
    at: str
    zone: str
    is_on: bool
    state: Literal["new", "working", "kept", "waiting", "stopped"]
    url: str | None
    tracks: int
    left_out: int
    checked_at_ms: float | None
    changed_at_ms: float | None
    next_at_ms: float | None
    error: str


class RenewalList(Struct, frozen=True):
    """My playlists that renew themselves, the newest first."""

    items: tuple[RenewalItem, ...]


class ChangeList(Struct, frozen=True):
    """What renewals changed, the newest first; `next` is the cursor of what follows."""

    items: tuple[ListChange, ...]
    next: str | None


@blueprint.get("/api/me/renewals")
@validate_response(RenewalList)
async def list_renewals() -> RenewalList:
    """My playlists that renew themselves, and how each stands."""
    return RenewalList(items_of(current_services(), me().id))


@blueprint.post("/api/me/renewals")
@body(NewRenewal)
@validate_response(RenewalItem, 201)
async def add_renewal(data: NewRenewal) -> tuple[RenewalItem, int]:
    """Have a private playlist made, and renewed every day."""
    services, wanted = current_services(), _wanted(current_services())
    if len(wanted) >= rules.MOST_RENEWALS:
        raise ProblemError(409, "too_many", f"{rules.MOST_RENEWALS} playlists renew themselves. Delete one first.")
    if not saved_lists.may_save(services, me().id):
        raise ProblemError(403, "missing_scope", saved_lists.NO_RIGHT)
    renewal = Renewal(
        new_id(),
        plain_name(data.name),
        checked(services, me(), data.source),
        _minute(data.at),
        _zone(data.zone or me().zone),
        created_at_ms=services.clock.now_ms(),
    )
    _keep(services, renewal)
    return _item(services, renewal), 201


@blueprint.put("/api/me/renewals/<renewal_id>")
@body(RenewalChanges)
@validate_response(RenewalItem)
async def change_renewal(renewal_id: str, data: RenewalChanges) -> RenewalItem:
    """Change one: its name, what is in it, when it is renewed, whether at all."""
    services = current_services()
    before = _known(services, renewal_id)
    after = replace(
        before,
        name=before.name if data.name is None else plain_name(data.name),
        source=before.source if data.source is None else checked(services, me(), data.source),
        at_minute=before.at_minute if data.at is None else _minute(data.at),
        zone=before.zone if data.zone is None else _zone(data.zone),
        is_on=before.is_on if data.is_on is None else data.is_on,
    )
    if after != before:
        after = replace(after, rev=before.rev + 1)
        _keep(services, after)
    return _item(services, after)


@blueprint.post("/api/me/renewals/<renewal_id>/run")
@body(Again)
@validate_response(RenewalItem, 202)
async def run_renewal(renewal_id: str, data: Again) -> tuple[RenewalItem, int]:
    """Have it looked after now."""
    services = current_services()
    before = _known(services, renewal_id)
    after = replace(before, run_rev=before.run_rev + 1, make_rev=before.make_rev + data.anew, is_on=True)
    _keep(services, after)
    return _item(services, after), 202


@blueprint.delete("/api/me/renewals/<renewal_id>")
@no_content
async def delete_renewal(renewal_id: str) -> ResponseReturnValue:
    """Renew it no more. The playlist stays in Spotify as it is."""
    services = current_services()
    _known(services, renewal_id)
    services.store.write(
        RENEWALS, Renewals({name: one for name, one in _wanted(services).items() if name != renewal_id}), me().id
    )
    return "", 204


@blueprint.get("/api/me/renewals/<renewal_id>/changes")
@query(Older)
@validate_response(ChangeList)
async def list_changes(data: Older, renewal_id: str) -> ChangeList:
    """What its renewals changed."""
    services = current_services()
    _known(services, renewal_id)
    newest_first = list(services.store.rows(CHANGES, me().id, renewal_id))[::-1]
    some = newest_first[data.cursor : data.cursor + CHANGES_SHOWN]
    end = data.cursor + len(some)
    return ChangeList(tuple(some), str(end) if end < len(newest_first) else None)


def items_of(services: Services, account: str) -> tuple[RenewalItem, ...]:
    """How the renewals of `account` stand, the newest first."""
    wanted = (services.store.read(RENEWALS, account) or Renewals()).wanted.values()
    seen = (services.store.read(RENEWED, account) or RenewalsSeen()).renewals
    newest_first = sorted(wanted, key=lambda one: -one.created_at_ms)
    return tuple(_as_item(services, account, renewal, seen.get(renewal.id, Renewed())) for renewal in newest_first)


def _item(services: Services, renewal: Renewal) -> RenewalItem:
    seen = (services.store.read(RENEWED, me().id) or RenewalsSeen()).renewals
    return _as_item(services, me().id, renewal, seen.get(renewal.id, Renewed()))


def _as_item(services: Services, account: str, renewal: Renewal, renewed: Renewed) -> RenewalItem:
    is_due = rules.due_ms(renewal, renewed) == 0.0
    return RenewalItem(
        id=renewal.id,
        name=renewal.name,
        source=renewal.source,
        title=title_of(services, renewal.source, account),
        at=f"{renewal.at_minute // 60:02}:{renewal.at_minute % 60:02}",
        zone=renewal.zone,
        is_on=renewal.is_on,
        state="new" if renewed.rev == 0 else "working" if is_due else renewed.state,
        url=renewed.url,
        tracks=len(renewed.entries),
        left_out=renewed.left_out,
        checked_at_ms=renewed.checked_at_ms,
        changed_at_ms=renewed.changed_at_ms,
        next_at_ms=renewed.next_at_ms if renewal.is_on else None,
        error=renewed.error,
    )


def _wanted(services: Services) -> dict[str, Renewal]:
    return (services.store.read(RENEWALS, me().id) or Renewals()).wanted


def _known(services: Services, renewal_id: str) -> Renewal:
    renewal = _wanted(services).get(renewal_id)
    if renewal is None:
        raise ProblemError(404, "not_found", "There is no such playlist that renews itself.")
    return renewal


def _keep(services: Services, renewal: Renewal) -> None:
    services.store.write(RENEWALS, Renewals({**_wanted(services), renewal.id: renewal}), me().id)


def _minute(at: str) -> int:
    match = TIME.fullmatch(at)
    if match is None:
        raise ProblemError(400, "invalid", "at is a time of day such as 05:00.")
    return int(match[1]) * 60 + int(match[2])


def _zone(name: str) -> str:
    try:
        zone_of(name)
    except PeriodError as error:
        raise ProblemError(400, "invalid", f"zone: {error}") from error
    return name

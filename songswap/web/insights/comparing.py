"""People and their music side by side: whose listening one may see, who listens alike, what a group has in common."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta
from quart import Blueprint, Response
from quart_schema import document_response, tag_blueprint, validate_response

from songswap.columns.figures import people
from songswap.model.struct import Struct
from songswap.web.insights.figure_request import MOST_TEXT, Asked, Asking, Spanned
from songswap.web.insights.insights_access import Reader, Scope, all_visible, reader_of, scope_of, visible
from songswap.web.insights.insights_api import Limit
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import query
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import viewer_of

blueprint = Blueprint("comparing", __name__)
tag_blueprint(blueprint, ["insights"])

OtherAccount = Annotated[str, Meta(min_length=1, max_length=MOST_TEXT, extra_json_schema={"required": True})]


class ScopeState(Struct, frozen=True):
    """Something to ask figures of, what it is called, and how many `people` are in it: who agreed, and oneself."""

    scope: str
    name: str
    image_url: str | None
    people: int


class ScopeList(Struct, frozen=True):
    """Oneself, everybody here, one's groups, the people whose listening one may see."""

    items: tuple[ScopeState, ...]


class AskedMatch(Spanned, frozen=True, kw_only=True):
    """With whom: an account whose listening one may see."""

    other: OtherAccount = msgspec.field(name="with")


class AskedCommon(Asked, frozen=True):
    """Of whom (a group, or everybody here), of which kind, and how many."""

    scope: Annotated[str, Meta(max_length=MOST_TEXT)] = "everybody"
    kind: people.CommonKind = "artists"
    limit: Limit = 50


class AskedBrought(Asked, frozen=True):
    """Of whom (a group, or everybody here), and how many."""

    scope: Annotated[str, Meta(max_length=MOST_TEXT)] = "everybody"
    limit: Limit = 50


def scopes(services: Services, reader: Reader) -> tuple[ScopeState, ...]:
    """Whose figures `reader` may ask for: oneself, everybody here, one's groups, the people who share with one."""
    viewer = viewer_of(services, reader.account)
    newest_first = sorted(viewer.groups.values(), key=lambda group: -group.created_at_ms)
    groups = [(f"group:{group.id}", group.name) for group in newest_first]
    many = [
        ScopeState(scope, name, None, len(scope_of(services, reader, scope, viewer).accounts))
        for scope, name in [("everybody", "Everybody here"), *groups]
    ]
    mine, *others = [
        ScopeState(f"account:{one.id}", one.display_name, one.image_url, 1) for one in all_visible(services, viewer)
    ]
    return msgspec.structs.replace(mine, scope="me"), *many, *others


@blueprint.get("/api/insights/scopes")
@validate_response(ScopeList)
async def get_scopes() -> ScopeList:
    """Whose figures I may ask for."""
    return ScopeList(scopes(current_services(), reader_of(current_services(), me())))


@blueprint.get("/api/insights/match")
@query(AskedMatch)
@document_response(people.Match)
async def get_match(data: AskedMatch) -> Response:
    """How alike somebody and I listen, and why."""
    services = current_services()
    other = visible(services, viewer_of(services, me()), data.other)
    if other.id == me().id:
        raise ProblemError(400, "invalid", "That is you: your taste matches your own.")
    asking = Asking(services, reader_of(services, me()), Scope((me().id, other.id), with_private=False))
    return await asking.answer(people.match, people.Match, data)


@blueprint.get("/api/insights/common")
@query(AskedCommon)
@document_response(people.Common)
async def get_common(data: AskedCommon) -> Response:
    """What the people of a group have in common, and who of them listen alike."""
    figure = partial(people.common, kind=data.kind, limit=data.limit)
    return await _asking(data).answer(figure, people.Common, data)


@blueprint.get("/api/insights/brought")
@query(AskedBrought)
@document_response(people.BroughtArtists)
async def get_brought(data: AskedBrought) -> Response:
    """Which artists came to the others by whom."""
    return await _asking(data).answer(partial(people.brought, limit=data.limit), people.BroughtArtists, data)


def _asking(data: Asked) -> Asking:
    services, reader = current_services(), reader_of(current_services(), me())
    return Asking(services, reader, scope_of(services, reader, data.scope))

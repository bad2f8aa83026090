"""Whose figures one may ask for."""

import msgspec
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.model.struct import Struct
from songswap.web.insights.insights_access import FigureReader, all_visible, reader_of, scope_of
from songswap.web.kit.access import me
from songswap.web.kit.services import Services, current_services
from songswap.web.people.viewer import viewer_of

blueprint = Blueprint("scopes", __name__)
tag_blueprint(blueprint, ["insights"])


class ScopeState(Struct, frozen=True):
    """Something to ask figures of, what it is called, and how many `people` are in it: who agreed, and oneself."""

    scope: str
    name: str
    image_url: str | None
    people: int


class ScopeList(Struct, frozen=True):
    """Oneself, everybody here, one's groups, the people whose listening one may see."""

    items: tuple[ScopeState, ...]


def scopes(services: Services, reader: FigureReader) -> tuple[ScopeState, ...]:
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

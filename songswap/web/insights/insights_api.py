"""What listening histories say, one route for each figure; for people logged in, and with somebody's secret link."""

from collections.abc import Iterable
from typing import Any, Final, cast

from quart import Blueprint, Response, g
from quart_schema import document_response, tag_blueprint

from songswap.web.insights.figure_request import FigureRequest
from songswap.web.insights.figure_table import TABLE, FigureRow, Query
from songswap.web.insights.insights_access import FigureReader, reader_by_link, reader_of
from songswap.web.kit.access import me, who
from songswap.web.kit.json_api import Route, query
from songswap.web.kit.services import current_services

PREFIX: Final = "/api/insights"
SHARED: Final = "shared"
"""The name under which the same routes are registered for those who have a link instead of a log-in."""
SHARED_PREFIX: Final = "/api/shared/<account>/<secret>"


def take_link(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Keep the account and the secret of a shared address from the routes: they are checked before any of them."""
    is_link = values is not None and "secret" in values
    g.link = (values.pop("account"), values.pop("secret")) if values is not None and is_link else None


async def find_reader() -> None:
    """Know who reads: by the link if there is one in the address, else by the log-in. Raises ProblemError."""
    services = current_services()
    g.reader = reader_by_link(services, g.link[0], g.link[1], who()) if g.link else reader_of(services, me())


def route_of(row: FigureRow) -> Route:
    """What answers for a figure."""

    async def answer(data: Query, **path: str) -> Response:
        named, services, reader = "".join(path.values()), current_services(), cast(FigureReader, g.reader)
        figure, span = row.with_options(data.options(named)), data.span(named)
        request = FigureRequest(services, reader, data.scope_for(services, reader))
        return await request.answer(figure, row.answer, span)

    answer.__name__, answer.__doc__ = f"get_{row.name}", row.question
    return query(row.query)(document_response(row.answer)(answer))


def blueprint_of(name: str, prefix: str, rows: Iterable[FigureRow]) -> Blueprint:
    """A route for each figure below `prefix`; the reader is known before any of them."""
    made = Blueprint(name, __name__, url_prefix=prefix)
    tag_blueprint(made, ["insights"])
    made.url_value_preprocessor(take_link)
    made.before_request(find_reader)
    for row in rows:
        made.get(f"/{row.path}")(route_of(row))
    return made


blueprint = blueprint_of("insights", PREFIX, TABLE)
shared = blueprint_of(SHARED, SHARED_PREFIX, [row for row in TABLE if row.askers == "link"])

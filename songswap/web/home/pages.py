"""Pages that belong to no feature: the start page, what is kept about people, a word to search engines."""

from quart import Blueprint, Response, ResponseReturnValue, render_template
from quart_schema import hide

from songswap.core.people.seats import free_seats
from songswap.web.home.home import home
from songswap.web.kit.access import who
from songswap.web.kit.services import current_services

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
@hide
async def landing() -> ResponseReturnValue:
    """What this is; for those who are logged in, their groups."""
    services, person = current_services(), who()
    if person is not None:
        return await home(services, person)
    taken = [account.app for account in services.directory.everybody()]
    free = free_seats([app.name for app in services.config.spotify.apps], taken)
    return await render_template("home/landing.html", free_seats=sum(free.values()))


@blueprint.get("/privacy")
@hide
async def privacy() -> ResponseReturnValue:
    """What is stored, and how to have it deleted."""
    return await render_template("home/privacy.html")


@blueprint.get("/robots.txt")
@hide
async def robots() -> Response:
    """This is for friends, not for search engines; pages with a secret address may be asked for, to hear that, too."""
    allowed = "".join(f"Allow: /{path}/\n" for path in ("join", "screen", "shared", "people"))
    return Response(f"User-agent: *\n{allowed}Disallow: /\n", mimetype="text/plain")

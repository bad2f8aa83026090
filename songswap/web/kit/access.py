"""Who asks, and from where: every route needs a log-in unless it is listed here, every change our own page."""

import contextlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from quart import Quart, Response, ResponseReturnValue, g, redirect, request, url_for, websocket

from songswap.core.people.groups import Right, demand, role_of
from songswap.documents import GROUP, Account, Browser
from songswap.model.people import Group
from songswap.store import StoreError, receipts
from songswap.store.reserve import Reserve
from songswap.web.kit import browser_sessions, cookies, edge
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.limits import BY_ADDRESS, IN_LINE, STREAMS, Cost, cost_of
from songswap.web.kit.services import Services, current_services

PUBLIC = frozenset(
    {
        "static",
        "pages.landing",
        "pages.privacy",
        "pages.robots",
        "login.login",
        "login.callback",
        "login.paste",
        "login.confirm",
        "login.logout",
        "invites.invitation",
        "health.health",
        "health.metrics",
        "docs.browse",
        "docs.asset",
        "plotly.script",
        "openapi",
        "screen.show",
        "screen.events",
        "screen.invite_code",
        "people_pages.linked_page",
        "pictures.person_picture",
    }
)
"""Endpoints for everybody. All others answer 401, or send a browser to the log-in.

A screen's address holds a secret, which is its key: a TV has nobody to log in.
"""

BY_LINK = frozenset({"link_insights", "shared"})
"""Blueprints whose addresses hold the secret of somebody's link, which they check before any of their routes: the pages
and the figures that people share."""

UNASKED = frozenset({"chat.type_in_chat", "chat.read_chat", "notices.see_notices", "tabs.post_token"})
"""Changes that pages send by themselves while somebody reads, writes or listens: they are counted apart, so that a
lively chat takes nothing from what a person may do."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_public(endpoint: str | None) -> bool:
    """Whether a route answers those who are not logged in."""
    return endpoint is not None and (endpoint in PUBLIC or endpoint.partition(".")[0] in BY_LINK)


def who() -> Account | None:
    """The account that asks, if the browser is logged in."""
    account: Account | None = g.account
    return account


def browser() -> Browser:
    """The browser that the account asks with, on routes that need one. Raises ProblemError (401)."""
    me()
    found: Browser = g.browser
    return found


def cookie() -> str:
    """What the browser shows to be known again; empty where it shows nothing that counts."""
    shown: str = g.shown
    return shown


def me() -> Account:
    """The account that asks, on routes that need one. Raises ProblemError (401)."""
    account = who()
    if account is None:
        raise ProblemError(401, "not_logged_in", "Log in with Spotify first.")
    return account


def listener_of_socket() -> Account:
    """The account whose page opened the connection; `check_socket` has seen to it that there is one."""
    account: Account = g.account
    return account


def my_group(group_id: str) -> Group:
    """The group, if the one who asks is in it. Raises ProblemError or RefusedError (404 both, to tell nobody else)."""
    group = current_services().store.read(GROUP, group_id)
    if group is None:
        raise ProblemError(404, "not_found", "There is no such group, or you are not in it.")
    role_of(group, me().id)
    return group


def my_group_as(group_id: str, right: Right) -> Group:
    """The group, if the one who asks has `right` in it. Raises ProblemError or RefusedError (404, 403)."""
    group = my_group(group_id)
    demand(group, me().id, right)
    return group


async def check() -> ResponseReturnValue | None:
    """Runs before every request."""
    services = current_services()
    changes = request.method not in SAFE_METHODS
    if changes or request.endpoint == "login.callback":
        receipts.collect()  # what a page only hints at by being opened is waited for by nobody
    g.account = None
    host = request.headers.get("Host", "")
    if changes and _is_foreign(services, host):
        raise ProblemError(403, "foreign_origin", "Changes are only taken from SongSwap's own pages.")
    _demand_own_name(services, host)
    _recognise(services, request.cookies)
    if g.account is None and request.url_rule is not None and not is_public(request.endpoint):
        _demand_patience(services, "refused")
        return _ask_to_log_in()
    cost: Cost = "unasked" if request.endpoint in UNASKED else cost_of(request.endpoint, changes=changes)
    _demand_patience(services, cost)
    if request.endpoint in STREAMS:
        _open_stream(services)
    if cost in IN_LINE:
        await services.lines.take(_counted(cost), edge.held())
    if request.method == "DELETE":
        _make_room(services)
    return None


def _make_room(services: Services) -> None:
    """On a full disk, give what was set aside to somebody who deletes."""
    with contextlib.suppress(StoreError):
        services.store.probe()
    if services.store.trouble:
        Reserve(services.store.root).give()


async def check_socket() -> None:
    """Runs before every connection of a page: it has to come from our own pages, and from somebody logged in."""
    services = current_services()
    g.account = None
    host = websocket.headers.get("Host", "")
    if not services.names.is_own_page(websocket.headers.get("Origin", ""), host):  # every browser names it
        raise ProblemError(403, "foreign_origin", "Connections are only taken from SongSwap's own pages.")
    _demand_own_name(services, host)
    _recognise(services, websocket.cookies)
    if g.account is None:
        _demand_patience(services, "refused")
        raise ProblemError(401, "not_logged_in", "Log in with Spotify first.")
    _demand_patience(services, "page")
    _open_stream(services)


def _demand_own_name(services: Services, host: str) -> None:
    """Raises ProblemError (400) for a request by a name that nobody told us is ours."""
    if not services.names.is_ours(host):
        words = f"SongSwap is not known by this name. Open {services.config.server.url}."
        steps = ("Whoever runs it can name this address: [server] public_url, or [server] names.",)
        raise ProblemError(400, "unknown_host", words, steps=steps)


def _demand_patience(services: Services, cost: Cost) -> None:
    """Raises ProblemError (429) where too much of that came from one person or address."""
    paces = {"change": services.pace, "unasked": services.unasked_pace}
    pace, key, now_ms = paces.get(cost) or services.paces[cost], _counted(cost), services.clock.up_ms()
    if not pace.allows(key, now_ms):
        wait_s = pace.wait_s(key, now_ms)
        words = "That was a lot at once. Wait a few seconds."
        raise ProblemError(429, "too_fast", words, headers={"Retry-After": str(wait_s)})


def _open_stream(services: Services) -> None:
    words = f"{services.streams.most} pages are open already. Close some of them."
    edge.hold_one(services.streams, _counted("page"), "too_many_open", words)


def _counted(cost: Cost) -> str:
    """As whom a request counts: somebody logged in as that person, all else by its address."""
    account = who()
    return edge.caller().key if account is None or cost in BY_ADDRESS else account.id


def _recognise(services: Services, shown: Mapping[str, str]) -> None:
    """Note who asks: `g.account` and `g.browser`, None where nobody is logged in, and `g.shown` that tells."""
    now_ms = services.clock.now_ms()
    g.shown = cookies.read(services.config, shown, cookies.SESSION)
    g.account = g.browser = g.renewed = None
    found = browser_sessions.known(services.store, g.shown, now_ms)
    if found is None and cookies.is_secure(services.config):
        found = _known_from_before(services, shown)
    if found is not None:
        g.account, g.browser = found
        browser_sessions.note_use(services.store, g.account.id, g.browser, now_ms)


def _known_from_before(services: Services, shown: Mapping[str, str]) -> tuple[Account, Browser] | None:
    """A log-in of before cookies had the name that https allows; the browser gets that one instead.

    Log-ins since then are not taken under the old name: it can be planted.
    """
    before = shown.get(cookies.SESSION, "")
    found = browser_sessions.known(services.store, before, services.clock.now_ms())
    if found is None or found[1].has_host_cookie:
        return None
    g.shown = g.renewed = before
    return found


async def keep_cookie(response: Response) -> Response:
    """Runs after every request: a cookie of before https is replaced, unless the answer has said otherwise."""
    services, value = current_services(), g.get("renewed")
    told = {one.partition("=")[0] for one in response.headers.getlist("Set-Cookie")}
    if value and cookies.SESSION not in told:
        cookies.drop(services.config, response, cookies.SESSION)
        cookies.keep(services.config, response, cookies.SESSION, value, browser_sessions.LIFE_S)
    return response


def _ask_to_log_in() -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        raise ProblemError(401, "not_logged_in", "Log in with Spotify first.")
    return redirect(url_for("login.login", next=request.path if request.method in SAFE_METHODS else "/"))


def _is_foreign(services: Services, host: str) -> bool:
    """Whether another site's page made the browser send this.

    Every browser names the origin of a change in one of three headers; programs without a browser send none, and
    nobody can trick them into it.
    """
    if origin := request.headers.get("Origin"):
        return not services.names.is_own_page(origin, host)
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in {"same-origin", "none"}
    if referer := request.headers.get("Referer"):
        parts = urlsplit(referer)
        return not services.names.is_own_page(f"{parts.scheme}://{parts.netloc}", host)
    return False


def register(app: Quart) -> None:
    """Have `app` check every request."""
    app.before_request(check)
    app.before_websocket(check_socket)
    app.after_request(keep_cookie)

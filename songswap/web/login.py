"""The way to Spotify's log-in and back."""

import secrets
from urllib.parse import parse_qs, urlsplit

from quart import Blueprint, ResponseReturnValue, make_response, redirect, render_template, request, url_for
from quart_schema import hide

from songswap.config import App
from songswap.core.seats import choose_app
from songswap.documents import CONSENT, Account, Consent
from songswap.model import User
from songswap.spotify.errors import SpotifyError
from songswap.spotify.oauth import Tokens
from songswap.spotify.transport import Bearer
from songswap.web import accounts, browsers, invites, login_problems
from songswap.web.errors import ProblemError, Way
from songswap.web.guard import cookie, who
from songswap.web.login_problems import AGAIN
from songswap.web.pending import LIFE_MS, PendingLogin, browser_hash, is_from
from songswap.web.resources import Resources, resources

blueprint = Blueprint("login", __name__)

BINDING_COOKIE = "songswap_login"
"""Ties a log-in to the browser that began it."""
APP_COOKIE = "songswap_app"
"""Which of the operator's apps this browser used last: the person has a seat there."""


@blueprint.get("/login")
@hide
async def login() -> ResponseReturnValue:
    """To Spotify; from an address Spotify can't send people back to, by way of the paste-back page."""
    here = resources()
    back_to = urlsplit(here.config.server.redirect_uri)
    if request.host == f"localhost:{back_to.port}" and back_to.hostname == "127.0.0.1":
        return redirect(f"{back_to.scheme}://{back_to.netloc}{request.full_path}")
    needs_paste = back_to.scheme == "http" and request.host != back_to.netloc
    if needs_paste and not here.config.features.paste_back:
        raise login_problems.only_on(here.config.server.url)
    return await _begin(here, _app(here), needs_paste=needs_paste)


@blueprint.get("/callback")
@hide
async def callback() -> ResponseReturnValue:
    """Where Spotify sends people back to."""
    return await _complete(resources(), request.args.to_dict())


@blueprint.post("/login/paste")
@hide
async def paste() -> ResponseReturnValue:
    """The address a browser landed on, pasted by somebody whose browser can't reach it."""
    here = resources()
    address = (await request.form).get("address", "").strip()
    return await _complete(here, _answer_in(address, here.config.server.redirect_uri))


@blueprint.post("/logout")
@hide
async def logout() -> ResponseReturnValue:
    """Log this browser out, and no other."""
    here = resources()
    browsers.log_out(here.store, cookie(), here.clock.now_ms())
    response = redirect(url_for("pages.landing"), 303)
    response.delete_cookie(browsers.COOKIE)
    return response


def _app(here: Resources) -> App:
    """The app this log-in goes to. Raises ProblemError when no seat is free."""
    apps = here.config.spotify.apps
    if wanted := request.args.get("app"):
        app = here.config.spotify.app(wanted)
        if app is None:
            raise ProblemError(404, "no_such_app", "The operator has no Spotify app of that name.", ways=AGAIN)
        return app
    person = who()
    taken = [account.app for account in accounts.everybody(here.store)]
    known = person.app if person else request.cookies.get(APP_COOKIE)
    chosen = choose_app([app.name for app in apps], taken, known)
    app = here.config.spotify.app(chosen) if chosen else None
    if app is None:
        raise login_problems.all_seats_taken(apps)
    return app


async def _begin(here: Resources, app: App, *, needs_paste: bool) -> browsers.AnyResponse:
    start = here.oauth.begin(app)
    secret = request.cookies.get(BINDING_COOKIE) or secrets.token_urlsafe(32)
    here.pending.add(
        start.state,
        PendingLogin(
            app=app,
            verifier=start.verifier,
            browser=browser_hash(secret),
            next=local_path(request.args.get("next", "/")),
            expires_at_ms=here.clock.now_ms() + LIFE_MS,
        ),
    )
    if needs_paste:
        page = await render_template("paste.html", url=start.url, redirect_uri=here.config.server.redirect_uri)
        response = await make_response(page)
    else:
        response = await make_response(redirect(start.url))
    response.set_cookie(
        BINDING_COOKIE,
        secret,
        max_age=int(LIFE_MS / 1000),
        httponly=True,
        samesite="Lax",
        secure=is_secure(here),
        path="/",
    )
    return response


async def _complete(here: Resources, answer: dict[str, str]) -> ResponseReturnValue:
    """Log the browser in, given the parameters Spotify answered with. Raises ProblemError."""
    pending = here.pending.take(answer.get("state", ""), here.clock.now_ms())
    if pending is None:
        raise ProblemError(
            400,
            "login_expired",
            "A log-in works once, and for ten minutes. This one was used already, took too long, or never began here.",
            title="This log-in is over",
            ways=AGAIN,
        )
    if not is_from(pending, request.cookies.get(BINDING_COOKIE, "")):
        raise login_problems.other_browser(here.config.server.url)
    if answer.get("error"):
        raise login_problems.refused(answer["error"])
    if not answer.get("code"):
        raise ProblemError(400, "no_code", "Spotify sent no code along.", title="The log-in is incomplete", ways=AGAIN)
    tokens, user = await _ask_spotify(here, pending, answer["code"])
    account = _keep(here, pending.app, tokens, user)
    target = invites.accept_on_the_way(here, account, pending.next)
    response = await make_response(redirect(target))
    browsers.log_in(here.store, response, account.id, here.clock.now_ms(), secure=is_secure(here))
    response.set_cookie(
        APP_COOKIE, pending.app.name, max_age=browsers.LIFE_S, httponly=True, samesite="Lax", secure=is_secure(here)
    )
    return response


async def _ask_spotify(here: Resources, pending: PendingLogin, code: str) -> tuple[Tokens, User]:
    try:
        tokens = await here.oauth.exchange(pending.app, code, pending.verifier)
        return tokens, await here.client.me(Bearer("", pending.app.name, tokens.access_token))
    except SpotifyError as error:
        raise login_problems.spotify_said(error, pending.app, here.config.spotify, here.clock.now_ms()) from error


def _keep(here: Resources, app: App, tokens: Tokens, user: User) -> Account:
    now_ms = here.clock.now_ms()
    account = accounts.admit(here.store, user, app.name, now_ms)
    consent = Consent(
        id=accounts.new_id(),
        app=app.name,
        granted_at_ms=now_ms,
        scopes=tuple(tokens.scopes),
        access_token=here.vault.seal(tokens.access_token),
        expires_at_ms=tokens.expires_at_ms,
        refresh_token=here.vault.seal(tokens.refresh_token or ""),  # a new log-in always brings one
    )
    here.store.write(CONSENT, consent, account.id)
    return account


def local_path(target: str) -> str:
    """`target` if it is a path of ours, else the start page: a log-in never leads to somebody else's site."""
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_ours else "/"


def is_secure(here: Resources) -> bool:
    """Whether cookies are for https only."""
    return here.config.server.url.startswith("https://")


def _answer_in(address: str, redirect_uri: str) -> dict[str, str]:
    """The parameters in a pasted address. Raises ProblemError unless it is the address Spotify sends people to."""
    try:
        parts = urlsplit(address)
        answer = {key: values[0] for key, values in parse_qs(parts.query).items()}
    except ValueError:
        parts, answer = urlsplit(""), {}
    if f"{parts.scheme}://{parts.netloc}{parts.path}" != redirect_uri or "state" not in answer:
        raise ProblemError(
            400,
            "wrong_address",
            f"The address to paste begins with {redirect_uri}?",
            title="That is not the address",
            steps=(
                "Go back to the tab in which you agreed at Spotify. It shows an error: that is fine.",
                "Copy the whole address from its address bar.",
                "Paste it on the previous page.",
            ),
            ways=(Way("Start again", "/login"),),
        )
    return answer

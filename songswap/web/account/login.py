"""The way to Spotify's log-in and back."""

from urllib.parse import parse_qs, urlsplit

from quart import Blueprint, ResponseReturnValue, make_response, redirect, render_template, request, url_for
from quart_schema import hide

from songswap.config import App
from songswap.core.kit.browser_names import browser_name
from songswap.core.people.seats import choose_app
from songswap.documents import CONSENT, Account, Browser, Consent
from songswap.model.library import User
from songswap.model.music_source import Bearer
from songswap.model.notices import Notice
from songswap.spotify.errors import SpotifyError
from songswap.spotify.oauth import Tokens
from songswap.web.account import login_errors
from songswap.web.account.login_errors import LOGIN_AGAIN
from songswap.web.kit import browser_sessions, cookies, edge
from songswap.web.kit.access import cookie, who
from songswap.web.kit.errors import ProblemError, Way
from songswap.web.kit.ids import new_id
from songswap.web.kit.pending_logins import LIFE_MS, LONGEST_NEXT, Answered, PendingLogin, Step
from songswap.web.kit.services import Services, current_services
from songswap.web.people import accounts
from songswap.web.talk import notices

blueprint = Blueprint("login", __name__)


@blueprint.get("/login")
@hide
async def login() -> ResponseReturnValue:
    """To Spotify; from an address Spotify can't send people back to, by way of the paste-back page."""
    services = current_services()
    back_to = urlsplit(services.config.server.redirect_uri)
    if request.host == f"localhost:{back_to.port}" and back_to.hostname == "127.0.0.1":
        return redirect(f"{back_to.scheme}://{back_to.netloc}{request.full_path}")
    if back_to.scheme == "https" or request.host == back_to.netloc:
        return await _begin(services, _app(services), "callback")
    _must_be_able_to_paste(services)
    return await _begin(services, _app(services), "paste")


@blueprint.get("/callback")
@hide
async def callback() -> ResponseReturnValue:
    """Where Spotify sends people back to."""
    services, answer = current_services(), request.args.to_dict()
    pending = _claimed(services, answer.get("state", ""), "callback")
    tokens, user = await _exchange(services, pending, answer)
    return await _let_in(services, pending, tokens, user)


@blueprint.post("/login/paste")
@hide
async def paste() -> ResponseReturnValue:
    """The address a browser landed on, pasted by somebody whose browser can't reach it; next they say who they are."""
    services = current_services()
    _must_be_able_to_paste(services)
    text = (await request.form).get("address", "").strip()
    answer = _answer_in(text, services.config.server.redirect_uri)
    pending = _claimed(services, answer["state"], "paste")
    tokens, user = await _exchange(services, pending, answer)
    now_ms = services.clock.now_ms()
    state = services.pending.new_state("confirm", now_ms)
    asked = PendingLogin(state, "confirm", pending.app, "", pending.next, now_ms + LIFE_MS)
    sealed = services.pending.seal_answer(Answered(state, tokens, user))
    response = await make_response(await render_template("account/paste_confirm.html", user=user, answer=sealed))
    _keep_begun(services, response, (*_others(services, pending), asked))
    return response


@blueprint.post("/login/confirm")
@hide
async def confirm() -> ResponseReturnValue:
    """The button that says: that is me, on this device."""
    services = current_services()
    _must_be_able_to_paste(services)
    answered = services.pending.unseal_answer((await request.form).get("answer", ""))
    if answered is None:
        raise login_errors.over()
    pending = _claimed(services, answered.state, "confirm")
    services.pending.spend(pending.state)
    return await _let_in(services, pending, answered.tokens, answered.user)


@blueprint.post("/logout")
@hide
async def logout() -> ResponseReturnValue:
    """Log this browser out, and no other."""
    services = current_services()
    browser_sessions.log_out(services.store, cookie(), services.clock.now_ms())
    return logged_out(services)


def logged_out(services: Services) -> cookies.AnyResponse:
    """To the start page, with nothing left by which the browser is known."""
    response = redirect(url_for("pages.landing"), 303)
    cookies.drop(services.config, response, cookies.SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'  # pictures of people; pages are in none
    return response


def _must_be_able_to_paste(services: Services) -> None:
    """Raises ProblemError unless the operator lets people paste, and this browser needs to and is near."""
    back_to = urlsplit(services.config.server.redirect_uri)
    needs_to = back_to.scheme == "http" and request.host != back_to.netloc
    if not (services.config.features.paste_back and needs_to):
        raise login_errors.only_on(services.config.server.url)
    if not edge.caller().is_near:
        raise login_errors.too_far()


def _app(services: Services) -> App:
    """The app this log-in goes to. Raises ProblemError when no seat is free."""
    apps = services.config.spotify.apps
    if wanted := request.args.get("app"):
        return _app_named(services, wanted)
    person = who()
    taken = [account.app for account in services.directory.everybody()]
    known = person.app if person else _app_of_browser(services)
    chosen = choose_app([app.name for app in apps], taken, known)
    if chosen is None:
        raise login_errors.all_seats_taken(apps)
    return _app_named(services, chosen)


def _app_of_browser(services: Services) -> str:
    """The app this browser used last; its name opens nothing, so that of before https does as well."""
    return cookies.read(services.config, request.cookies, cookies.APP) or request.cookies.get(cookies.APP, "")


def _app_named(services: Services, name: str) -> App:
    app = services.config.spotify.app(name)
    if app is None:
        raise ProblemError(404, "no_such_app", "The operator has no Spotify app of that name.", ways=LOGIN_AGAIN)
    return app


async def _begin(services: Services, app: App, step: Step) -> cookies.AnyResponse:
    """Send the browser to Spotify; it takes along, sealed, what it needs to come back.

    Spotify asks those who are logged in already, those who are to paste, and those whom another site's page sends here,
    even if they agreed before: else a link would wave them through.
    """
    now_ms = services.clock.now_ms()
    state = services.pending.new_state(step, now_ms)
    is_sent = request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}
    start = services.oauth.begin(app, state, asks=step == "paste" or who() is not None or is_sent)
    target = local_path(request.args.get("next", "/"))
    if step == "paste":
        page = await render_template(
            "account/paste.html", url=start.url, redirect_uri=services.config.server.redirect_uri
        )
        response: cookies.AnyResponse = await make_response(page)
    else:
        response = redirect(start.url)
    begun = PendingLogin(state, step, app.name, start.verifier, target, now_ms + LIFE_MS)
    _keep_begun(services, response, (*_begun(services), begun))
    return response


def _begun(services: Services) -> tuple[PendingLogin, ...]:
    """The log-ins that this browser has under way."""
    return services.pending.read(cookies.read(services.config, request.cookies, cookies.LOGIN), services.clock.now_ms())


def _others(services: Services, than: PendingLogin) -> tuple[PendingLogin, ...]:
    return tuple(one for one in _begun(services) if one != than)


def _keep_begun(services: Services, response: cookies.AnyResponse, begun: tuple[PendingLogin, ...]) -> None:
    if begun:
        cookies.keep(services.config, response, cookies.LOGIN, services.pending.cookie(begun), int(LIFE_MS / 1000))
    else:
        cookies.drop(services.config, response, cookies.LOGIN)


def _claimed(services: Services, state: str, step: Step) -> PendingLogin:
    """The log-in of `state` that this very browser has begun, and at which `step` it is.

    A state that another browser brings is spent: somebody was sent the link of somebody else's log-in, and must not
    open their account to them by passing on where they landed. But where it is to be pasted, the beginner may sit at
    this very machine, which answers where others land on an error. Raises ProblemError.
    """
    begun_as = services.pending.step_of(state, services.clock.now_ms())
    if begun_as is None:
        raise login_errors.over()
    pending = next((one for one in _begun(services) if one.state == state and one.step == step), None)
    if pending is not None:
        return pending
    if (begun_as, step) == ("paste", "callback"):
        raise login_errors.by_hand()
    services.pending.spend(state)
    raise login_errors.other_browser(services.config.server.url)


async def _exchange(services: Services, pending: PendingLogin, answer: dict[str, str]) -> tuple[Tokens, User]:
    """What Spotify gives for the code in its `answer`; it is asked once for each log-in. Raises ProblemError."""
    now_ms, network = services.clock.now_ms(), edge.caller().key
    costs = "code" in answer and "error" not in answer
    if costs and not services.exchanges.allows(network, now_ms):
        raise login_errors.too_many()
    services.pending.spend(pending.state)
    if not costs:
        raise login_errors.refused(answer.get("error", "no_code"))
    app = _app_named(services, pending.app)
    try:
        tokens = await services.oauth.exchange(app, answer["code"], pending.verifier)
        services.exchanges.was_good(network)
        return tokens, await services.client.me(Bearer("", app.name, tokens.access_token))
    except SpotifyError as error:
        raise login_errors.spotify_said(error, app, services.config.spotify, now_ms) from error


async def _let_in(services: Services, pending: PendingLogin, tokens: Tokens, user: User) -> cookies.AnyResponse:
    """Log the browser in; what it was logged in with before ends."""
    now_ms, shown = services.clock.now_ms(), cookie()
    before = browser_sessions.known(services.store, shown, now_ms)
    account = _keep(services, pending.app, tokens, user)
    browser_sessions.log_out(services.store, shown, now_ms)
    others = browser_sessions.logged_in(services.store, account.id, now_ms)
    browser = Browser(
        "",
        now_ms,
        now_ms,
        browser_name(request.headers.get("User-Agent", "")),
        has_host_cookie=cookies.is_secure(services.config),
        is_doubtful=_is_doubtful(before, account, pending),
        was_only=not others,
    )
    value = browser_sessions.log_in(services.store, account.id, browser)
    if browser.is_doubtful and others:
        notices.tell(services, account.id, Notice("pasted_login", detail=f"{browser.name}:{int(now_ms)}"))
    response = redirect(pending.next)
    cookies.keep(services.config, response, cookies.SESSION, value, browser_sessions.LIFE_S)
    cookies.keep(services.config, response, cookies.APP, pending.app, browser_sessions.LIFE_S)
    _keep_begun(services, response, _others(services, pending))
    return response


def _is_doubtful(before: tuple[Account, Browser] | None, account: Account, pending: PendingLogin) -> bool:
    """Whether the account's owner has to hear of this: it was let in by a pasted address, and was not theirs before."""
    is_theirs = before is not None and before[0].id == account.id and not before[1].is_doubtful
    return pending.step == "confirm" and not is_theirs


def _keep(services: Services, app: str, tokens: Tokens, user: User) -> Account:
    now_ms = services.clock.now_ms()
    account = accounts.admit(services.store, user, app, now_ms)
    consent = Consent(
        id=new_id(),
        app=app,
        granted_at_ms=now_ms,
        scopes=tuple(tokens.scopes),
        access_token=services.vault.seal(tokens.access_token),
        expires_at_ms=tokens.expires_at_ms,
        refresh_token=services.vault.seal(tokens.refresh_token or ""),  # a new log-in always brings one
    )
    services.store.write(CONSENT, consent, account.id)
    return account


def local_path(target: str) -> str:
    """`target` if it is a path of ours, else the start page: a log-in never leads to somebody else's site."""
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_ours and len(target.encode()) <= LONGEST_NEXT else "/"


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

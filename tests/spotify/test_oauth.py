"""Logging in at the embedded Spotify, and at accounts services that have a bad day."""

import base64
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web

from songswap.clock import Clock
from songswap.config import App
from songswap.model.durations import DAY_MS
from songswap.model.music_source import Bearer
from songswap.simulator import Fault, World
from songswap.spotify import errors
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import CONSENT_LIFETIME_MS, SCOPES, OAuth, challenge, relogin_notice
from tests.spotify.conftest import Handler

pytestmark = pytest.mark.virtual_time

REDIRECT = "http://127.0.0.1:8770/callback"
APP, SECRET_APP = App("default", "client"), App("default", "client", "secret")
Answering = Callable[[Handler], Awaitable[str]]


@pytest.fixture
async def oauth(http: aiohttp.ClientSession, url: str, gate: Gate, clock: Clock) -> OAuth:
    return OAuth(http, url, REDIRECT, gate, clock)


async def agree(http: aiohttp.ClientSession, url: str, person: str = "ada") -> dict[str, str]:
    """What a person's browser brings back once they agreed."""
    form = {"person": person, "decision": "agree"}
    async with http.post(url, data=form, allow_redirects=False) as response:
        assert response.status == 302
        query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {key: values[0] for key, values in query.items()}


@pytest.mark.parametrize("app", [APP, SECRET_APP])
async def test_log_in_gives_tokens_that_work(
    oauth: OAuth, client: Client, http: aiohttp.ClientSession, clock: Clock, app: App
) -> None:
    start = oauth.begin(app, "a state")
    brought = await agree(http, start.url)
    assert brought["state"] == "a state"
    asked_at_ms = clock.now_ms()
    tokens = await oauth.exchange(app, brought["code"], start.verifier)
    assert tokens.scopes == SCOPES
    assert tokens.expires_at_ms == pytest.approx(asked_at_ms + 3_600_000, abs=50)
    assert (await client.me(Bearer("a1", app.name, tokens.access_token))).display_name == "Ada"


@pytest.mark.parametrize("app", [APP, SECRET_APP])
async def test_refresh_gives_a_new_access_token_and_mostly_no_refresh_token(
    oauth: OAuth, http: aiohttp.ClientSession, world: World, app: App
) -> None:
    start = oauth.begin(app, "a state")
    first = await oauth.exchange(app, (await agree(http, start.url))["code"], start.verifier)
    assert first.refresh_token is not None
    second = await oauth.refresh(app, first.refresh_token)
    assert second.access_token != first.access_token
    assert second.refresh_token is None
    world.grants.rotate_refresh_tokens = True
    assert (await oauth.refresh(app, first.refresh_token)).refresh_token is not None


async def test_code_serves_once(oauth: OAuth, http: aiohttp.ClientSession) -> None:
    start = oauth.begin(APP, "a state")
    code = (await agree(http, start.url))["code"]
    await oauth.exchange(APP, code, start.verifier)
    with pytest.raises(errors.InvalidGrantError):
        await oauth.exchange(APP, code, start.verifier)


async def test_code_of_another_browser_is_worthless(oauth: OAuth, http: aiohttp.ClientSession, world: World) -> None:
    code = (await agree(http, oauth.begin(APP, "a state").url))["code"]
    with pytest.raises(errors.InvalidGrantError, match="log in"):
        await oauth.exchange(APP, code, oauth.begin(APP, "a state").verifier)


async def test_revoked_log_in_is_an_invalid_grant_asked_once(
    oauth: OAuth, http: aiohttp.ClientSession, world: World
) -> None:
    start = oauth.begin(APP, "a state")
    tokens = await oauth.exchange(APP, (await agree(http, start.url))["code"], start.verifier)
    world.revoke("ada")
    world.calls.clear()
    with pytest.raises(errors.InvalidGrantError):
        await oauth.refresh(APP, tokens.refresh_token or "")
    assert [call.status for call in world.calls] == [400]


@pytest.mark.parametrize("app", [App("x", "nobody"), App("default", "client", "wrong")])
async def test_app_spotify_does_not_know_is_a_matter_for_the_operator(oauth: OAuth, app: App) -> None:
    with pytest.raises(errors.InvalidClientError, match="client_id"):
        await oauth.refresh(app, "token")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=503), errors.UnavailableError),
        (Fault("drop"), errors.UnavailableError),
        (Fault("garbage"), errors.UnavailableError),
        (Fault("empty"), errors.UnavailableError),
        (Fault("slow", delay_s=60), errors.TooSlowError),
        (Fault(status=429, retry_after=20), errors.RateLimitedError),
        (Fault(status=401), errors.BadRequestError),
        (Fault(status=400, body={"error": "invalid_request"}), errors.BadRequestError),
        (Fault(status=400, body="no JSON"), errors.BadRequestError),
    ],
)
async def test_bad_day_of_the_accounts_service_is_no_reason_to_log_in_again(
    oauth: OAuth, world: World, fault: Fault, kind: type[errors.SpotifyError]
) -> None:
    world.faults.add(fault)
    with pytest.raises(errors.SpotifyError) as raised:
        await oauth.refresh(APP, "token")
    assert type(raised.value) is kind


async def test_limit_of_the_accounts_service_is_respected_and_stops_no_music(
    oauth: OAuth, client: Client, world: World, ada: Bearer, gate: Gate
) -> None:
    world.faults.add(Fault(status=429, retry_after=20, path="/api/token"))
    for _ in range(3):
        with pytest.raises(errors.RateLimitedError):
            await oauth.refresh(App(ada.app, "client"), "token")
    await client.me(ada)
    assert [call.status for call in world.calls] == [429, 200]
    assert gate.spent_24h()["accounts"] == 1


GOOD = {"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r", "scope": "x y"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 7},
        {"token_type": "mac"},
        {"token_type": None},
        {"expires_in": None},
        {"expires_in": "3600"},
        {"expires_in": 0},
        {"scope": 7},
        {"refresh_token": None},
    ],
)
async def test_odd_answer_to_a_log_in_is_unavailable(
    answering: Answering, http: aiohttp.ClientSession, gate: Gate, clock: Clock, wrong: dict[str, object]
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({**GOOD, **wrong})

    oauth = OAuth(http, await answering(answer), REDIRECT, gate, clock)
    with pytest.raises(errors.UnavailableError):
        await oauth.exchange(APP, "code", "verifier")


async def test_request_for_tokens_proves_who_asks(
    answering: Answering, http: aiohttp.ClientSession, gate: Gate, clock: Clock
) -> None:
    asked: list[tuple[dict[str, str], str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        asked.append((form, request.headers.get("Authorization")))
        return web.json_response(GOOD)

    oauth = OAuth(http, await answering(answer), REDIRECT, gate, clock)
    await oauth.exchange(APP, "c", "v")
    await oauth.refresh(SECRET_APP, "r")
    exchange = {"grant_type": "authorization_code", "code": "c", "redirect_uri": REDIRECT, "code_verifier": "v"}
    refresh = {"grant_type": "refresh_token", "refresh_token": "r"}
    basic = "Basic " + base64.b64encode(b"client:secret").decode()
    assert asked == [({**exchange, "client_id": "client"}, None), ({**refresh, "client_id": "client"}, basic)]


async def test_each_log_in_has_secrets_of_its_own(oauth: OAuth) -> None:
    one, two = oauth.begin(APP, "a state"), oauth.begin(APP, "a state")
    query = parse_qs(urlsplit(one.url).query)
    assert one.verifier != two.verifier
    assert 43 <= len(one.verifier) <= 128
    assert query["code_challenge"] == [challenge(one.verifier)]
    assert one.verifier not in one.url
    assert query["redirect_uri"] == [REDIRECT]
    assert query["scope"] == [" ".join(SCOPES)]


async def test_people_who_agreed_before_are_asked_again_only_where_that_is_wanted(oauth: OAuth) -> None:
    usual, asks = (parse_qs(urlsplit(oauth.begin(APP, "x", asks=asks).url).query) for asks in (False, True))
    assert "show_dialog" not in usual
    assert asks["show_dialog"] == ["true"]


def test_challenge_is_that_of_the_standard() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("left_ms", "notice"),
    [
        (31 * DAY_MS, None),
        (30 * DAY_MS + 1, None),
        (30 * DAY_MS, "month"),
        (7 * DAY_MS + 1, "month"),
        (7 * DAY_MS, "week"),
        (1, "week"),
        (0, "expired"),
        (-DAY_MS, "expired"),
    ],
)
def test_renewal_is_announced_a_month_and_a_week_before(left_ms: float, notice: str | None) -> None:
    assert relogin_notice(0.0, CONSENT_LIFETIME_MS - left_ms) == notice

"""Logging in: pages, codes, tokens, and every way in which it goes wrong."""

import base64
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from songswap.simulator import World
from songswap.simulator.apps import ClientApp, is_secure
from songswap.simulator.tokens import REFRESH_LIFETIME_S, s256

from .conftest import REDIRECT_URI, Api, HandClock, Reply

VERIFIER = "v" * 64
BASIC = {"Authorization": "Basic " + base64.b64encode(b"app:hush").decode()}


def asked(**changes: str | None) -> dict[str, str]:
    query: dict[str, str | None] = {
        "client_id": "app",
        "response_type": "code",
        "redirect_uri": REDIRECT_URI,
        "state": "s1",
        "scope": "user-read-private user-top-read",
        "code_challenge_method": "S256",
        "code_challenge": s256(VERIFIER),
        **changes,
    }
    return {key: value for key, value in query.items() if value is not None}


WITHOUT_PKCE: dict[str, str | None] = {"code_challenge_method": None, "code_challenge": None}


async def consent(api: Api, person: str = "ada", decision: str = "agree", **changes: str | None) -> dict[str, str]:
    """What comes back to the redirect address."""
    form = {"person": person, "decision": decision}
    reply = await api.raw("POST", "/authorize", params=asked(**changes), data=form)
    assert reply.status == 302
    location = urlsplit(reply.headers["Location"])
    return {key: values[0] for key, values in parse_qs(location.query).items()}


async def exchange(api: Api, code: str, headers: dict[str, str] | None = None, **changes: str | None) -> Reply:
    form: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "client_id": "app",
        "code_verifier": VERIFIER,
        **changes,
    }
    data = {key: value for key, value in form.items() if value is not None}
    return await api.raw("POST", "/api/token", data=data, headers=headers)


async def refresh(api: Api, token: str, **changes: str) -> Reply:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "app", **changes}
    return await api.raw("POST", "/api/token", data=form)


async def test_first_page_lets_one_choose_a_person(api: Api, world: World) -> None:
    reply = await api.raw("GET", "/authorize", params=asked())
    assert reply.status == 200
    for person in world.people.values():
        assert person.display_name in reply.text
        assert f"person={person.id}" in reply.text


async def test_second_page_says_the_scopes_in_words(api: Api) -> None:
    reply = await api.raw("GET", "/authorize", params=asked(person="ada"))
    assert "See your favourite artists and songs" in reply.text
    assert "user-top-read" not in re.sub(r'action="[^"]*"', "", reply.text)
    assert "http://127.0.0.1:5000" in reply.headers["Content-Security-Policy"]


async def test_agreeing_leads_to_tokens_that_work(api: Api) -> None:
    back = await consent(api)
    assert back["state"] == "s1"
    answer = (await exchange(api, back["code"])).body
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3_600)
    assert answer["scope"] == "user-read-private user-top-read"
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert (await api.get("/me", headers=headers)).body["id"] == "ada"
    assert (await api.get("/me/player", headers=headers)).message == "Insufficient client scope"


async def test_secret_works_in_the_form_and_as_basic_without_pkce(api: Api) -> None:
    for headers, fields in (({}, {"client_secret": "hush"}), (BASIC, {"client_id": None})):
        back = await consent(api, **WITHOUT_PKCE)
        reply = await exchange(api, back["code"], headers=headers, code_verifier=None, **fields)
        assert reply.status == 200


async def test_cancelling_sends_back_access_denied(api: Api) -> None:
    assert await consent(api, decision="cancel") == {"error": "access_denied", "state": "s1"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"client_id": "nobody"}, "INVALID_CLIENT: Invalid client"),
        ({"redirect_uri": "http://127.0.0.1:5000/other"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": "http://127.0.0.1:5001/callback"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": None}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": "http://localhost:5000/callback"}, "INVALID_CLIENT: Insecure redirect URI"),
        ({"redirect_uri": "http://192.168.1.5/callback"}, "INVALID_CLIENT: Insecure redirect URI"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"scope": "user-read-private be-my-friend"}, "INVALID_SCOPE: Invalid scope"),
        ({"code_challenge_method": "plain"}, "code_challenge_method must be S256"),
        ({"code_challenge": "short"}, "Invalid code_challenge"),
    ],
)
async def test_odd_request_shows_an_error_and_leads_nowhere(
    api: Api, changes: dict[str, str | None], text: str
) -> None:
    for method in ("GET", "POST"):
        reply = await api.raw(
            method, "/authorize", params=asked(**changes), data={"person": "ada", "decision": "agree"}
        )
        assert reply.status == 400
        assert text in reply.text
        assert "Location" not in reply.headers


async def test_loopback_address_registered_without_a_port_takes_any_port(api: Api) -> None:
    reply = await api.raw("GET", "/authorize", params=asked(redirect_uri="http://127.0.0.1:43210/anyport"))
    assert reply.status == 200


@pytest.mark.parametrize(
    ("uri", "secure"),
    [
        ("https://music.example.org/callback", True),
        ("http://127.0.0.1:8000/callback", True),
        ("http://[::1]:8000/callback", True),
        ("https://localhost/callback", False),
        ("http://localhost:8000/callback", False),
        ("http://music.example.org/callback", False),
        ("http://127.0.0.2/callback", False),
        ("myapp://callback", False),
        ("", False),
    ],
)
def test_only_https_and_literal_loopback_are_secure(uri: str, secure: bool) -> None:
    assert is_secure(uri) is secure


def test_insecure_redirect_address_cannot_be_registered() -> None:
    with pytest.raises(ValueError, match="http://localhost:1/x"):
        ClientApp("app", None, ["http://localhost:1/x"])


async def test_code_works_once(api: Api) -> None:
    code = (await consent(api))["code"]
    assert (await exchange(api, code)).status == 200
    replayed = await exchange(api, code)
    assert (replayed.status, replayed.body["error"]) == (400, "invalid_grant")


async def test_code_works_for_ten_minutes(api: Api, hand_clock: HandClock) -> None:
    first, second = (await consent(api))["code"], (await consent(api))["code"]
    hand_clock.turn(599)
    assert (await exchange(api, first)).status == 200
    hand_clock.turn(1)
    assert (await exchange(api, second)).body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        ({"code": "forged"}, "invalid_grant", "Invalid authorization code"),
        ({"code": None}, "invalid_request", "code must be supplied"),
        ({"redirect_uri": None}, "invalid_request", "redirect_uri must be supplied"),
        ({"redirect_uri": "http://127.0.0.1/anyport"}, "invalid_grant", "Invalid redirect URI"),
        ({"code_verifier": "w" * 64}, "invalid_grant", "code_verifier was incorrect"),
        ({"code_verifier": None}, "invalid_request", "code_verifier must be supplied"),
        ({"client_id": "nobody"}, "invalid_client", "Invalid client"),
        ({"client_secret": "wrong"}, "invalid_client", "Invalid client secret"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type must be"),
        ({"grant_type": None}, "unsupported_grant_type", "grant_type must be"),
    ],
)
async def test_odd_exchange_is_refused_in_so_many_words(
    api: Api, changes: dict[str, str | None], error: str, description: str
) -> None:
    changes = {"code": (await consent(api))["code"], **changes}
    reply = await exchange(api, **changes)  # type: ignore[arg-type]
    assert (reply.status, reply.body["error"]) == (400, error)
    assert description in reply.body["error_description"]


async def test_code_without_pkce_needs_the_secret(api: Api) -> None:
    code = (await consent(api, **WITHOUT_PKCE))["code"]
    assert (await exchange(api, code)).body["error"] == "invalid_client"


@pytest.mark.parametrize("header", ["Basic !!", "Basic " + base64.b64encode(b"app").decode(), "Bearer x"])
async def test_odd_client_authorization_is_refused(api: Api, header: str) -> None:
    reply = await exchange(api, "x", headers={"Authorization": header})
    assert reply.body["error"] == "invalid_client"


async def test_refresh_gives_an_access_token_and_no_new_refresh_token(api: Api, hand_clock: HandClock) -> None:
    answer = (await exchange(api, (await consent(api))["code"])).body
    hand_clock.turn(4_000)
    fresh = (await refresh(api, answer["refresh_token"])).body
    assert "refresh_token" not in fresh
    headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert (await api.get("/me", headers=headers)).status == 200


async def test_rotated_refresh_token_ends_with_the_first_consent(api: Api, world: World, hand_clock: HandClock) -> None:
    world.grants.rotate_refresh_tokens = True
    first = world.issue_tokens("ada", "app", "")["refresh_token"]
    hand_clock.turn(REFRESH_LIFETIME_S - 10)
    rotated = (await refresh(api, first)).body["refresh_token"]
    assert rotated != first
    hand_clock.turn(11)
    assert (await refresh(api, rotated)).body["error"] == "invalid_grant"


async def test_refresh_token_dies_after_six_months(api: Api, world: World, hand_clock: HandClock) -> None:
    token = world.issue_tokens("ada", "app", "")["refresh_token"]
    hand_clock.turn(REFRESH_LIFETIME_S - 1)
    assert (await refresh(api, token)).status == 200
    hand_clock.turn(1)
    dead = await refresh(api, token)
    assert (dead.status, dead.body["error"]) == (400, "invalid_grant")


async def test_revoking_kills_what_was_given_and_nothing_else(api: Api, world: World) -> None:
    old, other = world.issue_tokens("ada", "app", ""), world.issue_tokens("bob", "app", "")
    world.revoke("ada")
    new = world.issue_tokens("ada", "app", "")
    for tokens, alive in ((old, False), (other, True), (new, True)):
        assert ((await refresh(api, tokens["refresh_token"])).status == 200) is alive
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert ((await api.get("/me", headers=headers)).status == 200) is alive


async def test_expiring_ends_access_but_not_the_log_in(api: Api, world: World) -> None:
    tokens = world.issue_tokens("ada", "app", "")
    world.expire_tokens("ada")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await api.get("/me", headers=headers)).message == "The access token expired"
    fresh = (await refresh(api, tokens["refresh_token"])).body
    assert (await api.get("/me", headers={"Authorization": f"Bearer {fresh['access_token']}"})).status == 200


async def test_tokens_of_another_app_or_kind_do_not_refresh(api: Api, world: World) -> None:
    world.register_app("other", None, [])
    foreign = world.issue_tokens("ada", "other", "")["refresh_token"]
    access = world.issue_tokens("ada", "app", "")["access_token"]
    for token in (foreign, access, "forged", "a.b"):
        assert (await refresh(api, token)).body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "form", [{"person": "nobody", "decision": "agree"}, {"person": "ada", "decision": "maybe"}, {}]
)
async def test_odd_decision_is_400(api: Api, form: dict[str, Any]) -> None:
    assert (await api.raw("POST", "/authorize", params=asked(), data=form)).status == 400


def test_pkce_challenge_is_that_of_the_standard() -> None:
    assert s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

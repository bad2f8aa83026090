"""The accounts service: /authorize with its two pages, and /api/token."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import hdrs, web

from .api.gate import guarded
from .apps import ClientApp, is_secure
from .rendering import page
from .tokens import Token, s256
from .views import portrait
from .world import World

SCOPES = {
    "app-remote-control": "Talk to the player app on your device",
    "playlist-modify-private": "Change your private playlists",
    "playlist-modify-public": "Change your public playlists",
    "playlist-read-collaborative": "See the playlists you work on with others",
    "playlist-read-private": "See your private playlists",
    "streaming": "Play music on this device",
    "ugc-image-upload": "Upload pictures for your playlists",
    "user-follow-modify": "Change whom you follow",
    "user-follow-read": "See whom you follow",
    "user-library-modify": "Change what you saved",
    "user-library-read": "See what you saved",
    "user-modify-playback-state": "Control the player on your devices",
    "user-read-currently-playing": "See what is playing now",
    "user-read-email": "See your e-mail address",
    "user-read-playback-position": "See how far you got in podcasts",
    "user-read-playback-state": "See your devices and what they play",
    "user-read-private": "See your account’s name and kind",
    "user-read-recently-played": "See what you played recently",
    "user-top-read": "See your favourite artists and songs",
}
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_GRANT_TYPES = ("client_credentials", "authorization_code", "refresh_token")


class OAuthError(Exception):
    """A refusal of the token endpoint, or of an authorization request (then `description` is the page's text)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True)
class AuthorizationRequest:
    """A valid request for somebody's consent."""

    app: ClientApp
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    code_challenge: str | None

    def redirect(self, **outcome: str) -> web.HTTPFound:
        """Back to the app with `code` or `error`, and the state it sent."""
        query = outcome if self.state is None else {**outcome, "state": self.state}
        separator = "&" if urlsplit(self.redirect_uri).query else "?"
        return web.HTTPFound(f"{self.redirect_uri}{separator}{urlencode(query)}")

    @property
    def origin(self) -> str:
        """Where the consent form may end up, for its content security policy."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"


def add_accounts(app: web.Application, world: World) -> None:
    """Put the accounts service at /authorize and /api/token."""
    accounts = _Accounts(world)
    app.router.add_get("/authorize", accounts.ask)
    app.router.add_post("/authorize", accounts.decide)
    app.router.add_post("/api/token", guarded(world, accounts.token))


class _Accounts:
    def __init__(self, world: World) -> None:
        self._world = world

    async def ask(self, request: web.Request) -> web.Response:
        """The page to choose a person, then the page to agree."""
        try:
            asked = parse_authorization(self._world, request.query)
        except OAuthError as error:
            return page("refused.html", status=error.status, text=error.description)
        person = self._world.people.get(request.query.get("person", ""))
        if person is None:
            links = [
                (someone, portrait(someone), request.rel_url.update_query(person=someone.id))
                for someone in self._world.people.values()
            ]
            return page("choose.html", client_id=asked.app.client_id, links=links)
        return page(
            "consent.html",
            form_target=asked.origin,
            client_id=asked.app.client_id,
            person=person,
            portrait=portrait(person),
            wishes=[SCOPES[scope] for scope in asked.scopes],
            action=request.rel_url,
        )

    async def decide(self, request: web.Request) -> web.Response:
        """Agree or Cancel: `decision` and `person` in the form or the query."""
        fields = {**request.query, **await _form(request)}
        try:
            asked = parse_authorization(self._world, request.query)
            person_id = fields.get("person", "")
            if person_id not in self._world.people:
                raise OAuthError("invalid_request", f"There is nobody called {person_id!r} here.")
            if fields.get("decision") not in ("agree", "cancel"):
                raise OAuthError("invalid_request", "decision must be agree or cancel")
        except OAuthError as error:
            return page("refused.html", status=error.status, text=error.description)
        if fields["decision"] == "cancel":
            raise asked.redirect(error="access_denied")
        asked.app.take_seat(person_id)
        code = self._world.grants.code(
            person_id, asked.app.client_id, asked.scopes, asked.redirect_uri, asked.code_challenge
        )
        raise asked.redirect(code=code)

    async def token(self, request: web.Request) -> web.Response:
        """POST /api/token."""
        try:
            body = self._granted(await _form(request), request.headers.get(hdrs.AUTHORIZATION))
        except OAuthError as error:
            return web.json_response(
                {"error": error.error, "error_description": error.description}, status=error.status
            )
        return web.json_response(body, headers={hdrs.CACHE_CONTROL: "no-store"})

    def _granted(self, form: Mapping[str, str], authorization: str | None) -> dict[str, Any]:
        grant_type = form.get("grant_type", "")
        if grant_type not in _GRANT_TYPES:
            wanted = "client_credentials, authorization_code or refresh_token"
            raise OAuthError("unsupported_grant_type", f"grant_type must be {wanted}")
        app, proved = self._client(form, authorization)
        if grant_type == "authorization_code":
            return self._exchange(app, proved, form)
        if grant_type == "refresh_token":
            return self._refresh(app, proved, form)
        if not proved:
            raise OAuthError("invalid_client", "Invalid client secret")
        return self._world.grants.answer(None, app.client_id, ())

    def _client(self, form: Mapping[str, str], authorization: str | None) -> tuple[ClientApp, bool]:
        """Which app asks, and whether it proved so with its secret; a wrong secret is refused."""
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        if authorization is not None:
            client_id, secret = _basic(authorization)
        app = self._world.apps.get(client_id)
        if app is None:
            raise OAuthError("invalid_client", "Invalid client")
        if secret is not None and (app.client_secret is None or secret != app.client_secret):
            raise OAuthError("invalid_client", "Invalid client secret")
        return app, secret is not None

    def _exchange(self, app: ClientApp, proved: bool, form: Mapping[str, str]) -> dict[str, Any]:
        for name in ("code", "redirect_uri"):
            if not form.get(name):
                raise OAuthError("invalid_request", f"{name} must be supplied")
        code = self._world.grants.redeem(form["code"])
        if code is None or code.client_id != app.client_id or code.person is None:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        if code.redirect_uri != form["redirect_uri"]:
            raise OAuthError("invalid_grant", "Invalid redirect URI")
        _check_verifier(code, form.get("code_verifier"), proved)
        return self._world.grants.answer(code.person, app.client_id, code.scopes, pkce=code.pkce)

    def _refresh(self, app: ClientApp, proved: bool, form: Mapping[str, str]) -> dict[str, Any]:
        if not form.get("refresh_token"):
            raise OAuthError("invalid_request", "refresh_token must be supplied")
        refresh = self._world.grants.refresh_token(form["refresh_token"])
        if refresh is None or refresh.client_id != app.client_id:
            raise OAuthError("invalid_grant", "Refresh token revoked")
        if not (proved or refresh.pkce):
            raise OAuthError("invalid_client", "Invalid client secret")
        return self._world.grants.refreshed(refresh)


def parse_authorization(world: World, query: Mapping[str, str]) -> AuthorizationRequest:
    """What an app asks for; OAuthError in Spotify's words for anything wrong."""
    app = world.apps.get(query.get("client_id", ""))
    if app is None:
        raise OAuthError("invalid_client", "INVALID_CLIENT: Invalid client")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri and not is_secure(redirect_uri):
        raise OAuthError("invalid_client", "INVALID_CLIENT: Insecure redirect URI")
    if not app.accepts_redirect(redirect_uri):
        raise OAuthError("invalid_client", "INVALID_CLIENT: Invalid redirect URI")
    if query.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    scopes = tuple(dict.fromkeys(query.get("scope", "").split()))
    if not set(scopes) <= set(SCOPES):
        raise OAuthError("invalid_scope", "INVALID_SCOPE: Invalid scope")
    return AuthorizationRequest(app, redirect_uri, scopes, query.get("state"), _challenge(query))


def _challenge(query: Mapping[str, str]) -> str | None:
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256":
        raise OAuthError("invalid_request", "code_challenge_method must be S256")
    if challenge is None or not _CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "Invalid code_challenge")
    return challenge


def _check_verifier(code: Token, verifier: str | None, proved: bool) -> None:
    if code.code_challenge is None:
        if not proved:
            raise OAuthError("invalid_client", "Invalid client secret")
    elif verifier is None:
        raise OAuthError("invalid_request", "code_verifier must be supplied")
    elif s256(verifier) != code.code_challenge:
        raise OAuthError("invalid_grant", "code_verifier was incorrect")


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise OAuthError("invalid_client", "Invalid authorization header")
    return client_id, secret


async def _form(request: web.Request) -> dict[str, str]:
    """The form's fields; a body of another type has none."""
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}

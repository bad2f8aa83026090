"""Pages that play: the token their player needs, the connection they report by, and the end of it."""

from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace
from quart import Blueprint, websocket
from quart_schema import tag_blueprint, validate_response

from songswap.documents import ACCOUNT_SEEN, CONSENT, WISH
from songswap.model.struct import Struct
from songswap.spotify.oauth import PLAY_HERE
from songswap.web.kit.access import cookie, listener_of_socket, me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body, no_content
from songswap.web.kit.services import Services, current_services
from songswap.web.people.membership import wish_of
from songswap.web.people.spotify_calls import fresh_token
from songswap.web.session.web_player_socket import Link

blueprint = Blueprint("tabs", __name__)
tag_blueprint(blueprint, ["me"])

AGAIN = "Log in with Spotify again"


class PlayerTokenWish(Body, frozen=True):
    """`refused`: the token given last was not accepted, so that another one is needed."""

    refused: bool = False


class PlayerToken(Struct, frozen=True):
    """What Spotify's player in my page logs in with; it is mine, and good for an hour at most."""

    access_token: Annotated[str, Meta(extra_json_schema={"format": "password"})]
    expires_at_ms: float


@blueprint.post("/api/me/tab/token")
@body(PlayerTokenWish)
@validate_response(PlayerToken)
async def post_token(data: PlayerTokenWish) -> PlayerToken:
    """The token for Spotify's player in my own page. It is renewed first if it has run out."""
    services, account = current_services(), me().id
    _may_play_here(services, account)
    token, expires_at_ms = await fresh_token(services, account, refused=data.refused)
    return PlayerToken(token, expires_at_ms)


@blueprint.delete("/api/me/tab")
@no_content
async def delete_tab() -> tuple[str, int]:
    """Listen in no page any more, but on the device chosen before."""
    services = current_services()
    wish = wish_of(services.store, me().id)
    if wish.tab:
        services.store.write(WISH, replace(wish, tab=""), me().id)
    return "", 204


@blueprint.websocket("/api/me/tab/link")
async def tab_socket() -> None:
    """What a page reports of its player, and what it is told; see docs/tab.md."""
    services, account = current_services(), listener_of_socket()
    await Link(services, account.id, cookie(), websocket).run()


def _may_play_here(services: Services, account: str) -> None:
    """Raises ProblemError (409) with what is in the way."""
    consent, seen = services.store.read(CONSENT, account), services.store.read(ACCOUNT_SEEN, account)
    standing = seen.standing if seen and consent and seen.consent_id == consent.id else "ok"
    if consent is None or standing == "needs_login":
        raise ProblemError(409, "needs_login", f"{AGAIN}, for this page to be able to play.")
    if not set(PLAY_HERE) <= set(consent.scopes):
        words = f"{AGAIN}: when you did, SongSwap did not ask yet for the right to play in a page."
        raise ProblemError(409, "lacks_streaming", words)
    if standing == "not_premium":
        raise ProblemError(409, "not_premium", "Spotify only lets Premium accounts play in a page.")

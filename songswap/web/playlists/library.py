"""Somebody's playlists, and what Spotify says they hear most; looked at when they want it, not each time they look."""

import contextlib

from msgspec.structs import replace
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.documents import LOOKS, PLAYLISTS, TOP, Looks
from songswap.model.library import Artist
from songswap.model.music import Track
from songswap.model.playlists import OwnPlaylist, PlaylistsSeen, TopRange, TopSeen
from songswap.model.struct import Struct
from songswap.store import StoreError
from songswap.web.kit.access import me
from songswap.web.kit.services import Services, current_services

blueprint = Blueprint("library", __name__)
tag_blueprint(blueprint, ["playlists"])

OLD_TOP_MS = 86_400_000.0
"""Spotify reckons anew about once a day: what is older is asked for again when somebody opens its page."""


class PlaylistList(Struct, frozen=True):
    """My playlists, as of `at_ms` (null: never looked). `is_cut`: there are more. `error` says why some are missing."""

    items: tuple[OwnPlaylist, ...]
    at_ms: float | None
    is_looking: bool
    is_cut: bool
    error: str


class TopState(Struct, frozen=True):
    """My top tracks and artists as Spotify tells them, of each range, as of `at_ms` (null: not looked yet)."""

    tracks: dict[TopRange, tuple[Track, ...]]
    artists: dict[TopRange, tuple[Artist, ...]]
    at_ms: float | None
    is_looking: bool
    error: str


@blueprint.get("/api/me/playlists")
@validate_response(PlaylistList)
async def get_playlists() -> PlaylistList:
    """My playlists, as Spotify told them last."""
    return playlists_of(current_services(), me().id)


@blueprint.post("/api/me/playlists/look")
@validate_response(PlaylistList, 202)
async def look_for_playlists() -> tuple[PlaylistList, int]:
    """Have Spotify asked which playlists I have; the answer is in `/api/me/playlists` soon after."""
    services = current_services()
    _look(services, me().id, playlists=True)
    return playlists_of(services, me().id), 202


@blueprint.get("/api/me/top")
@validate_response(TopState)
async def get_spotifys_top() -> TopState:
    """My top tracks and artists of the last month, half year and year, as Spotify told them last."""
    return top_of(current_services(), me().id)


@blueprint.post("/api/me/top/look")
@validate_response(TopState, 202)
async def look_at_top() -> tuple[TopState, int]:
    """Have Spotify asked for my top tracks and artists: six calls; the answer is in `/api/me/top` soon after."""
    services = current_services()
    _look(services, me().id, top=True)
    return top_of(services, me().id), 202


def playlists_of(services: Services, account: str) -> PlaylistList:
    """The playlists of `account` as they were seen last."""
    seen = services.store.read(PLAYLISTS, account) or PlaylistsSeen()
    return PlaylistList(
        seen.items, seen.at_ms, _looks(services, account).playlists > seen.look_rev, seen.is_cut, seen.error
    )


def top_of(services: Services, account: str) -> TopState:
    """What Spotify said last that `account` hears most."""
    seen = services.store.read(TOP, account) or TopSeen()
    return TopState(seen.tracks, seen.artists, seen.at_ms, _looks(services, account).top > seen.look_rev, seen.error)


def look_at_top_if_old(services: Services, account: str) -> None:
    """Ask for the top tracks and artists unless they were looked at lately, or are being asked for already."""
    top = top_of(services, account)
    if not top.is_looking and services.clock.now_ms() - (top.at_ms or 0.0) > OLD_TOP_MS:
        with contextlib.suppress(StoreError):  # a page is shown all the same
            _look(services, account, top=True)


def look_for_playlists_if_never(services: Services, account: str) -> None:
    """Ask which playlists there are, unless that was done before or is being done."""
    known = playlists_of(services, account)
    if known.at_ms is None and not known.is_looking:
        with contextlib.suppress(StoreError):
            _look(services, account, playlists=True)


def _looks(services: Services, account: str) -> Looks:
    return services.store.read(LOOKS, account) or Looks()


def _look(services: Services, account: str, *, playlists: bool = False, top: bool = False) -> None:
    looks = _looks(services, account)
    wanted = replace(looks, playlists=looks.playlists + playlists, top=looks.top + top)
    services.store.write(LOOKS, wanted, account)

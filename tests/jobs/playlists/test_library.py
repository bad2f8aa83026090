"""Playlists and top tracks are looked at when somebody wants it, and not otherwise."""

import asyncio

import pytest
from msgspec.structs import replace

from songswap.documents import CONSENT, LOOKS, PLAYLISTS, TOP, Looks
from songswap.model.playlists import PlaylistsSeen, TopSeen
from songswap.simulator import Fault
from tests.evening import Evening

pytestmark = pytest.mark.virtual_time


def playlists(evening: Evening) -> PlaylistsSeen:
    return evening.store.read(PLAYLISTS, "ada") or PlaylistsSeen()


def top(evening: Evening) -> TopSeen:
    return evening.store.read(TOP, "ada") or TopSeen()


def calls(evening: Evening, path: str) -> int:
    return sum(call.path.startswith(path) for call in evening.world.calls)


async def want(evening: Evening, **looks: int) -> None:
    evening.store.write(LOOKS, Looks(**looks), "ada")
    await asyncio.sleep(10)


async def test_playlists_are_told_with_who_may_add_to_them(evening: Evening) -> None:
    await want(evening, playlists=1)
    seen = playlists(evening)
    mine = {one.name: one for one in seen.items}
    assert (seen.look_rev, seen.error, seen.is_cut) == (1, "", False)
    assert mine["Game night, all of it"].tracks == 150
    assert mine["Game night, all of it"].is_mine
    assert mine["On repeat"].is_public is False
    assert calls(evening, "/v1/me/playlists") == 1
    await asyncio.sleep(3_600)
    assert calls(evening, "/v1/me/playlists") == 1


async def test_top_tracks_of_each_range_are_six_calls(evening: Evening) -> None:
    await want(evening, top=1)
    seen = top(evening)
    ranges = ("short_term", "medium_term", "long_term")
    assert {one: len(tracks) for one, tracks in seen.tracks.items()} == dict.fromkeys(ranges, 50)
    assert all(seen.artists[one] for one in ranges)
    assert seen.tracks["short_term"] != seen.tracks["long_term"]
    assert calls(evening, "/v1/me/top") == 6


async def test_what_can_not_be_read_is_said_and_what_was_known_stays(evening: Evening) -> None:
    await want(evening, playlists=1, top=1)
    known = playlists(evening).items, top(evening).tracks
    evening.world.faults.add(Fault(status=429, path="/v1/me/*", times=9, retry_after=4_000))
    await want(evening, playlists=2, top=2)
    assert (playlists(evening).items, top(evening).tracks) == known
    assert playlists(evening).error
    assert top(evening).error
    assert (playlists(evening).look_rev, top(evening).look_rev) == (2, 2)


async def test_a_log_in_without_the_right_is_not_spent_on_a_refusal(evening: Evening) -> None:
    consent = evening.store.read(CONSENT, "ada")
    assert consent is not None
    rights = tuple(one for one in consent.scopes if one not in {"user-top-read", "playlist-read-private"})
    evening.store.write(CONSENT, replace(consent, scopes=rights), "ada")
    await want(evening, playlists=1, top=1)
    assert "Log in with Spotify again" in playlists(evening).error
    assert "Log in with Spotify again" in top(evening).error
    assert calls(evening, "/v1/me/top") == calls(evening, "/v1/me/playlists") == 0

"""Keeps playlists that renew themselves: once a day, whole or not at all, without a call where nothing changed."""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from songswap.columns.figures.lists import ListedTracks
from songswap.core.people.audience import apart_from, seen_in_group
from songswap.core.playlists import renewals as rules
from songswap.core.playlists.playlists import distinct
from songswap.documents import CHANGES, CIRCLE, CONSENT, GROUP, RENEWALS, RENEWED, SHARING, Renewals, RenewalsSeen
from songswap.jobs.kit.spotify_accounts import Accounts, Means, NeedsLoginError
from songswap.jobs.kit.subprocess_jobs import is_woken
from songswap.model.library import Playlist
from songswap.model.music import Track
from songswap.model.music_source import Bearer
from songswap.model.people import Group
from songswap.model.playlists import Entry, ListSource, Renewal, Renewed
from songswap.model.profiles import Circle
from songswap.model.sharing import Sharing
from songswap.spotify.client import Client
from songswap.spotify.errors import (
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    SpotifyError,
    UnavailableError,
)
from songswap.spotify.links import SpotifyLink
from songswap.spotify.oauth import MAKE_PLAYLISTS, READ_PLAYLISTS, READ_TOP
from songswap.store import BrokenError

T = TypeVar("T")
logger = logging.getLogger(__name__)

DESCRIPTION = "Renewed every day by SongSwap. What you change in it by hand is replaced."
NO_RIGHT = "SongSwap may not do this with your log-in of before. Log in with Spotify again to allow it."
NOT_IN_GROUP = "You are not in this group any more, so its list is not made any more."
NO_FIGURES = "What was heard most could not be worked out. It is tried again; the operator’s log says more."
LOGIN_MS = 24 * 3_600_000.0
"""Without a new log-in it is looked again so much later."""


class _StoppedError(Exception):
    """It is not to be done any more; the message says why, for people."""


class _NotNowError(Exception):
    """It can't be done now; the message says why, for people."""


class RenewalJob:
    """One per account: serves RENEWALS, notes in RENEWED how each stands, and in CHANGES what it changed."""

    def __init__(self, means: Means, accounts: Accounts, account: str) -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._account = account
        self._consent_id = ""

    async def run(self) -> None:
        """Look after them until cancelled."""
        with self._store.changes.subscribe(RENEWALS.path(self._account), CONSENT.path(self._account)) as changes:
            while True:
                self._welcome()
                self._tidy()
                for renewal in self._wanted():
                    if self._due_ms(renewal) <= self._now_ms():
                        await self._renew(renewal)
                due_ms = min(map(self._due_ms, self._wanted()), default=math.inf)
                await is_woken(changes, (due_ms - self._now_ms()) / 1000)

    def _now_ms(self) -> float:
        return self._means.clock.now_ms()

    def _wanted(self) -> Sequence[Renewal]:
        return tuple((self._store.read(RENEWALS, self._account) or Renewals()).wanted.values())

    def _seen(self, renewal: Renewal) -> Renewed:
        seen = self._store.read(RENEWED, self._account) or RenewalsSeen()
        return seen.renewals.get(renewal.id, Renewed())

    def _due_ms(self, renewal: Renewal) -> float:
        return rules.due_ms(renewal, self._seen(renewal))

    def _note(self, renewal: Renewal, renewed: Renewed) -> None:
        before = (self._store.read(RENEWED, self._account) or RenewalsSeen()).renewals
        self._store.write(RENEWED, RenewalsSeen({**before, renewal.id: renewed}), self._account)

    def _welcome(self) -> None:
        """After another log-in, what waited for one is tried at once."""
        consent = self._store.read(CONSENT, self._account)
        consent_id = consent.id if consent else ""
        if self._consent_id and consent_id != self._consent_id:
            for renewal in self._wanted():
                renewed = self._seen(renewal)
                if renewed.state == "waiting":
                    self._note(renewal, replace(renewed, next_at_ms=self._now_ms()))
        self._consent_id = consent_id

    def _tidy(self) -> None:
        """Forget how those stood that are wanted no more, and what they changed."""
        there = {one.id for one in self._wanted()}
        seen = (self._store.read(RENEWED, self._account) or RenewalsSeen()).renewals
        for gone in seen.keys() - there:
            self._store.drop(CHANGES, self._account, gone)
        if seen.keys() - there:
            kept = {name: one for name, one in seen.items() if name in there}
            self._store.write(RENEWED, RenewalsSeen(kept), self._account)

    async def _renew(self, renewal: Renewal) -> None:
        """Look after one now; whatever comes of it is noted."""
        renewed = rules.begun(renewal, self._seen(renewal))
        if renewed.is_making:  # the worker stopped between asking for a playlist and hearing of it
            self._note(renewal, rules.stopped(replace(renewed, is_making=False), rules.UNKNOWN))
            return
        self._note(renewal, renewed)
        try:
            await self._bring_up_to_date(renewal, renewed)
        except _StoppedError as error:
            self._note(renewal, rules.stopped(self._known(renewal), str(error)))
        except _NotNowError as error:
            self._put_off(renewal, str(error), rules.RETRY_MS)
        except NotFoundError:
            self._note(renewal, rules.stopped(self._known(renewal), rules.GONE))
        except RateLimitedError as error:
            self._put_off(renewal, str(error), max(0.0, error.until_ms - self._now_ms()))
        except NeedsLoginError as error:
            self._put_off(renewal, str(error), LOGIN_MS)
        except ForbiddenError as error:
            self._note(renewal, rules.stopped(self._known(renewal), str(error)))
        except SpotifyError as error:
            self._put_off(renewal, str(error), rules.RETRY_MS)

    def _known(self, renewal: Renewal) -> Renewed:
        return replace(self._seen(renewal), is_making=False)

    def _put_off(self, renewal: Renewal, error: str, wait_ms: float) -> None:
        logger.info("renewal %s of %s waits: %s", renewal.id, self._account, error)
        self._note(renewal, rules.put_off(self._known(renewal), error, self._now_ms() + wait_ms))

    async def _bring_up_to_date(self, renewal: Renewal, renewed: Renewed) -> None:
        """Put in what is wanted, if it is something else than was put in last."""
        entries, left_out = await self._entries(renewal)
        if not entries:
            self._note(renewal, rules.left_alone(renewal, renewed, left_out, self._now_ms()))
            return
        if rules.needs_writing(renewed, entries):
            self._need(MAKE_PLAYLISTS, READ_PLAYLISTS)
            if renewed.playlist_id is None:
                renewed = await self._made(renewal, renewed)
            elif not await self._call(partial(_is_there, self._means.client, renewed.playlist_id)):
                raise _StoppedError(rules.GONE)
            await self._call(partial(_replace, self._means.client, renewed.playlist_id or "", entries))
        after, change = rules.kept(renewal, renewed, entries, left_out, self._now_ms())
        self._note(renewal, after)
        if change is not None:
            self._store.append(CHANGES, change, self._account, renewal.id)
        if after.name != renewal.name and after.playlist_id is not None:
            await self._call(partial(_rename, self._means.client, after.playlist_id, renewal.name))
            self._note(renewal, replace(after, name=renewal.name))

    async def _made(self, renewal: Renewal, renewed: Renewed) -> Renewed:
        """A new playlist for it, noted before anything is put in."""
        self._note(renewal, replace(renewed, is_making=True))
        try:
            playlist = await self._call(partial(_create, self._means.client, renewal.name))
        except UnavailableError as error:  # it may have been made all the same
            raise _StoppedError(rules.UNKNOWN) from error
        renewed = replace(renewed, playlist_id=playlist.id, url=playlist.url, name=renewal.name, entries=())
        self._note(renewal, renewed)
        return renewed

    async def _call(self, make: Callable[[Bearer], Awaitable[T]]) -> T:
        return await self._accounts.call(self._account, make)

    def _need(self, *scopes: str) -> None:
        """Raises NeedsLoginError where the log-in does not allow it: a refusal would cost a call and all others."""
        consent = self._store.read(CONSENT, self._account)
        if consent is None or not set(scopes) <= set(consent.scopes):
            raise NeedsLoginError(NO_RIGHT)

    # What to put in

    async def _entries(self, renewal: Renewal) -> tuple[tuple[Entry, ...], int]:
        """The tracks wanted, and how many more have no id at Spotify."""
        source = renewal.source
        if source.kind == "spotify_top":
            self._need(READ_TOP)
            tracks = await self._call(partial(_top, self._means.client, source))
            return distinct([_entry(track) for track in tracks])[: source.limit], 0
        heard = await self._listed(renewal, source)
        return heard.entries, heard.left_out

    async def _listed(self, renewal: Renewal, source: ListSource) -> ListedTracks:
        """What the histories tell; worked out in a process of its own."""
        said: list[bytes] = []
        accounts = [f"--account={account}" for account in self._whose(source)]
        with_private = () if source.scope != "me" else ("--with-private",)
        wanted = msgspec.json.encode(source).decode()
        where = ("--store", str(self._store.root), *accounts, "--zone", renewal.zone, *with_private)
        code = await self._means.beside(("list", *where, "--gently", f"--source={wanted}"), said.append)
        if code or not said:
            raise _NotNowError(NO_FIGURES)
        return msgspec.json.decode(said[-1], type=ListedTracks)

    def _whose(self, source: ListSource) -> tuple[str, ...]:
        """Whose histories: in a group of those who share with it, and one's own; not of those a block keeps apart."""
        if source.scope == "me":
            return (self._account,)
        group = self._store.read(GROUP, source.scope.partition(":")[2])
        if group is None or self._account not in group.members:
            raise _StoppedError(NOT_IN_GROUP)
        sharings = {one: self._sharing(one) for one in group.members}
        circles = {one: self._circle(one, group) for one in group.members}
        apart = apart_from(self._account, circles[self._account], circles.items())
        return seen_in_group(self._account, group, sharings, apart)

    def _sharing(self, account: str) -> Sharing:
        """With whom they share; with nobody while that can't be told."""
        try:
            return self._store.read(SHARING, account) or Sharing()
        except BrokenError:
            return Sharing()

    def _circle(self, account: str, group: Group) -> Circle:
        """Whom they have blocked; everybody while that can't be told."""
        try:
            return self._store.read(CIRCLE, account) or Circle()
        except BrokenError:
            return Circle(blocked=tuple(group.members))


def _entry(track: Track) -> Entry:
    return Entry(track.uri, track.name, track.artists[0] if track.artists else "")


async def _top(client: Client, source: ListSource, bearer: Bearer) -> tuple[Track, ...]:
    return await client.top_tracks(bearer, source.range)


async def _is_there(client: Client, playlist_id: str, bearer: Bearer) -> bool:
    """Whether it is in the person's library: Spotify deletes no playlist, it is only followed by nobody."""
    (is_there,) = await client.library_contains(bearer, [SpotifyLink("playlist", playlist_id).uri])
    return is_there


async def _create(client: Client, name: str, bearer: Bearer) -> Playlist:
    return await client.create_playlist(bearer, name, description=DESCRIPTION)


async def _replace(client: Client, playlist_id: str, entries: Sequence[Entry], bearer: Bearer) -> str:
    return await client.replace_items(bearer, playlist_id, [entry.uri for entry in entries])


async def _rename(client: Client, playlist_id: str, name: str, bearer: Bearer) -> None:
    await client.rename_playlist(bearer, playlist_id, name)

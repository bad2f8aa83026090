"""Saves lists of tracks as playlists of the person who asked for it: never twice, in order, and whole in the end."""

import asyncio
import logging
import math
from functools import partial

from msgspec.structs import replace

from songswap.core.playlists import playlists
from songswap.documents import CONSENT, SAVED, SAVES, SavedLists, Saves
from songswap.jobs.kit.spotify_accounts import Accounts, Means, NeedsLoginError
from songswap.jobs.kit.subprocess_jobs import is_woken
from songswap.model.library import Playlist, PlaylistPage
from songswap.model.music_source import Bearer
from songswap.model.playlists import Save, Saved
from songswap.spotify.client import Client
from songswap.spotify.errors import ForbiddenError, NotFoundError, RateLimitedError, SpotifyError, UnavailableError

logger = logging.getLogger(__name__)

RETRIES_S = (2.0, 10.0, 30.0)
"""After a call that Spotify did not answer, filling the playlist begins anew so much later; then it has failed."""
PATIENCE_MS = 120_000.0
"""A longer break that Spotify asks for is told to the person, who need do nothing: it goes on after it."""
UNKNOWN = (
    "Spotify did not say whether it made the playlist. Look for it in Spotify; if it isn't there, try again. An empty "
    "one can be deleted."
)
NOT_YOURS = "Spotify lets you add nothing to this playlist: it is somebody else’s. Choose one of your own."
NO_PLAYLIST = "The playlist is not in Spotify any more."
TOO_LONG = "A playlist holds {most:,} tracks at most, and this one has {rows:,} already."
CHANGED = (
    "Somebody has changed the playlist while tracks were being added, so it is not known how many arrived. Look at its "
    "end; at least {added} of {wanted} are in it."
)


class _UnfitError(Exception):
    """It can't be done; the message says why, for people."""


class SaveJob:
    """One per account: serves the document SAVES and notes in SAVED what became of each wish."""

    def __init__(self, means: Means, accounts: Accounts, account: str) -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._account = account

    async def run(self) -> None:
        """Serve wishes until cancelled."""
        with self._store.changes.subscribe(SAVES.path(self._account), CONSENT.path(self._account)) as changes:
            while True:
                saves = self._store.read(SAVES, self._account) or Saves()
                for save_id, save in saves.wanted.items():
                    await self._serve(save_id, save)
                await is_woken(changes, (self._next_ms(saves) - self._means.clock.now_ms()) / 1000)

    def _next_ms(self, saves: Saves) -> float:
        """When Spotify wants calls again for something that waits for that."""
        waiting = (self._saved(save_id) for save_id in saves.wanted)
        return min((one.until_ms for one in waiting if one and one.until_ms is not None), default=math.inf)

    async def _serve(self, save_id: str, save: Save) -> None:
        saved = self._saved(save_id)
        if saved is not None and saved.rev >= save.rev:
            if saved.state in {"done", "failed"} or (saved.until_ms or 0.0) > self._means.clock.now_ms():
                return
            if save.target is None and saved.playlist_id is None and saved.state == "working":
                # The worker stopped between asking for a playlist and hearing of it: asking again might make two.
                self._note(save_id, Saved(save.rev, "failed", error=UNKNOWN))
                return
        is_new = saved is None or saved.playlist_id is None
        try:
            saved = await self._with_playlist(save_id, save, saved)
            await self._fill(save_id, save, saved, is_sure=is_new)
        except RateLimitedError as error:
            self._fail(save_id, save, str(error), until_ms=error.until_ms)
        except _UnfitError as error:
            self._fail(save_id, save, str(error))
        except (SpotifyError, NeedsLoginError) as error:
            logger.info("list %s was not saved for %s: %r", save_id, self._account, error)
            self._fail(save_id, save, self._words(save_id, save, error))
        else:
            done = self._saved(save_id) or saved
            self._note(save_id, replace(done, state="done", error="", added=len(save.uris)))

    def _fail(self, save_id: str, save: Save, error: str, *, until_ms: float | None = None) -> None:
        before = self._saved(save_id) or Saved(save.rev)
        state: Saved = replace(before, state="waiting" if until_ms else "failed", error=error, until_ms=until_ms)
        self._note(save_id, state)

    async def _with_playlist(self, save_id: str, save: Save, saved: Saved | None) -> Saved:
        """The playlist to fill: the one of an earlier try, else a new one, noted before anything else is done."""
        saved = Saved(save.rev) if saved is None else saved
        saved = replace(saved, rev=save.rev, state="working", error="", until_ms=None)
        self._note(save_id, saved)
        if saved.playlist_id is not None:
            return saved
        playlist = await self._made(save) if save.target is None else await self._found(save.target)
        base = None if save.target is None else self._rows_of(playlist, save)
        saved = replace(saved, playlist_id=playlist.id, url=playlist.url, base=base)
        self._note(save_id, saved)
        return saved

    async def _made(self, save: Save) -> Playlist:
        client = self._means.client
        return await self._accounts.call(
            self._account, lambda bearer: client.create_playlist(bearer, save.name, description=save.description)
        )

    async def _found(self, target: str) -> Playlist:
        return await self._accounts.call(self._account, lambda bearer: self._means.client.playlist(bearer, target))

    def _rows_of(self, playlist: Playlist, save: Save) -> int:
        """How many rows it has before. Raises _UnfitError where nothing can be added."""
        if playlist.page is None:  # Spotify shows contents to the owner and collaborators alone
            raise _UnfitError(NOT_YOURS)
        if playlist.page.total + len(save.uris) > playlists.MOST_ROWS:
            raise _UnfitError(TOO_LONG.format(most=playlists.MOST_ROWS, rows=playlist.page.total))
        return playlist.page.total

    async def _fill(self, save_id: str, save: Save, saved: Saved, *, is_sure: bool) -> None:
        """Put all tracks in; what a call without an answer has done is found out before anything is sent again.

        It `is_sure` what is in the playlist if that was found just now: an earlier try may have sent what it heard
        nothing of.
        """
        delays_s = list(RETRIES_S)
        while True:
            try:
                await self._put_all(save_id, save, saved, is_sure=is_sure)
                return
            except RateLimitedError as error:
                wait_ms = error.until_ms - self._means.clock.now_ms()
                if wait_ms > PATIENCE_MS:
                    raise
                await asyncio.sleep(max(0.0, wait_ms) / 1000)
            except UnavailableError:
                if not delays_s:
                    raise
                await asyncio.sleep(delays_s.pop(0))
            is_sure = False

    async def _put_all(self, save_id: str, save: Save, saved: Saved, *, is_sure: bool) -> None:
        playlist_id, client = saved.playlist_id or "", self._means.client
        if saved.base is None:
            await self._accounts.call(self._account, lambda bearer: self._replace(bearer, playlist_id, save.uris))
            return
        added = (self._saved(save_id) or saved).added
        if not is_sure:
            added = await self._arrived(save, saved, added)
        for page in playlists.pages(save.uris, added):
            await self._accounts.call(self._account, partial(_add, client, playlist_id, page))
            added += len(page)
            self._note(save_id, replace(self._saved(save_id) or saved, added=added))

    async def _replace(self, bearer: Bearer, playlist_id: str, uris: tuple[str, ...]) -> None:
        """Fill a new playlist, from its first track again after a failure: what a lost call has done is done over."""
        client, (first, *others) = self._means.client, list(playlists.pages(uris)) or [()]
        await client.replace_items(bearer, playlist_id, first)
        for page in others:
            await client.add_items(bearer, playlist_id, page)

    async def _arrived(self, save: Save, saved: Saved, added: int) -> int:
        """How many of the tracks are in the playlist. Raises _UnfitError where that can't be told any more."""
        client, tail = self._means.client, list[str]()
        offset: int | None = (saved.base or 0) + added
        while offset is not None:
            page = await self._accounts.call(self._account, partial(_rows, client, saved.playlist_id or "", offset))
            tail += [item.track.uri if item.track else "" for item in page.items]
            offset = page.next_offset
        more = playlists.arrived(save.uris[added:], tail)
        if more is None:
            raise _UnfitError(CHANGED.format(added=added, wanted=len(save.uris)))
        return added + more

    def _saved(self, save_id: str) -> Saved | None:
        return (self._store.read(SAVED, self._account) or SavedLists()).lists.get(save_id)

    def _note(self, save_id: str, saved: Saved) -> None:
        before = self._store.read(SAVED, self._account) or SavedLists()
        wanted = (self._store.read(SAVES, self._account) or Saves()).wanted
        lists = {one: kept for one, kept in before.lists.items() if one in wanted}
        self._store.write(SAVED, SavedLists({**lists, save_id: saved}), self._account)

    def _words(self, save_id: str, save: Save, error: SpotifyError | NeedsLoginError) -> str:
        """What went wrong, for the person. Whether a call without an answer made a playlist is not known."""
        saved = self._saved(save_id) or Saved(save.rev)
        if save.target is None and saved.playlist_id is None and isinstance(error, UnavailableError):
            return UNKNOWN
        if isinstance(error, NotFoundError):
            return NO_PLAYLIST
        words = NOT_YOURS if save.target is not None and isinstance(error, ForbiddenError) else str(error)
        return f"{words} {saved.added} of {len(save.uris)} tracks were added." if saved.added else words


async def _add(client: Client, playlist_id: str, page: tuple[str, ...], bearer: Bearer) -> str:
    return await client.add_items(bearer, playlist_id, page)


async def _rows(client: Client, playlist_id: str, offset: int, bearer: Bearer) -> PlaylistPage:
    return await client.playlist_items(bearer, playlist_id, offset=offset)

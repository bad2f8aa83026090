"""Saves nights as playlists of the person who asked for it: never twice, and whole in the end."""

import asyncio
import logging

from msgspec.structs import replace

from songswap.documents import SAVED, SAVES, Save, Saved, SavedNights, Saves
from songswap.jobs.accounts import Accounts, Means, NeedsLoginError
from songswap.spotify.errors import RateLimitedError, SpotifyError, UnavailableError
from songswap.spotify.transport import Bearer

logger = logging.getLogger(__name__)

PAGE = 100
"""Tracks in one call [Spotify: add items to a playlist]."""
RETRIES_S = (2.0, 10.0, 30.0)
"""After a call that Spotify did not answer, filling the playlist begins anew so much later; then it has failed."""
PATIENCE_MS = 120_000.0
"""A longer break that Spotify asks for is told to the person instead of being waited for."""
DESCRIPTION = "What we heard together, saved by SongSwap."
UNKNOWN = (
    "Spotify did not say whether it made the playlist. Look for it in Spotify; if it isn't there, try again. An empty "
    "one can be deleted."
)


class SaveJob:
    """One per account: serves the document SAVES and notes in SAVED what became of each wish."""

    def __init__(self, means: Means, accounts: Accounts, account: str) -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._account = account

    async def run(self) -> None:
        """Serve wishes until cancelled."""
        with self._store.changes.subscribe(SAVES.path(self._account)) as changes:
            while True:
                saves = self._store.read(SAVES, self._account) or Saves()
                for session_id, save in saves.wanted.items():
                    await self._serve(session_id, save)
                await changes.wait()

    async def _serve(self, session_id: str, save: Save) -> None:
        saved = self._saved(session_id)
        if saved is not None and saved.rev >= save.rev and saved.state != "working":
            return
        if saved is not None and saved.state == "working" and saved.playlist_id is None:
            # The worker stopped between asking for a playlist and hearing of it: asking again might make two.
            self._note(session_id, Saved(save.rev, "failed", error=UNKNOWN))
            return
        try:
            saved = await self._with_playlist(session_id, save, saved)
            await self._fill(save, saved)
        except (SpotifyError, NeedsLoginError) as error:
            logger.info("night %s was not saved for %s: %r", session_id, self._account, error)
            failed = self._saved(session_id) or Saved(save.rev)
            self._note(session_id, replace(failed, state="failed", error=_words(error, failed)))
        else:
            self._note(session_id, replace(saved, state="done", error=""))

    async def _with_playlist(self, session_id: str, save: Save, saved: Saved | None) -> Saved:
        """The playlist to fill: the one of an earlier try, else a new one, noted before anything else is done."""
        saved = Saved(save.rev) if saved is None else replace(saved, rev=save.rev, state="working", error="")
        self._note(session_id, saved)
        if saved.playlist_id is not None:
            return saved
        playlist = await self._accounts.call(
            self._account,
            lambda bearer: self._means.client.create_playlist(bearer, save.name, description=DESCRIPTION),
        )
        saved = replace(saved, playlist_id=playlist.id, url=playlist.url)
        self._note(session_id, saved)
        return saved

    async def _fill(self, save: Save, saved: Saved) -> None:
        """Put all tracks in, from the first again after a failure: what a lost call has done is done over."""
        delays_s = list(RETRIES_S)
        while True:
            try:
                await self._accounts.call(self._account, lambda bearer: self._put(bearer, save, saved))
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

    async def _put(self, bearer: Bearer, save: Save, saved: Saved) -> None:
        playlist_id, client = saved.playlist_id or "", self._means.client
        await client.replace_items(bearer, playlist_id, save.uris[:PAGE])
        for start in range(PAGE, len(save.uris), PAGE):
            await client.add_items(bearer, playlist_id, save.uris[start : start + PAGE])

    def _saved(self, session_id: str) -> Saved | None:
        return (self._store.read(SAVED, self._account) or SavedNights()).nights.get(session_id)

    def _note(self, session_id: str, saved: Saved) -> None:
        before = self._store.read(SAVED, self._account) or SavedNights()
        self._store.write(SAVED, SavedNights({**before.nights, session_id: saved}), self._account)


def _words(error: SpotifyError | NeedsLoginError, saved: Saved) -> str:
    """What went wrong, for the person. Whether a call without an answer made a playlist is not known."""
    return UNKNOWN if saved.playlist_id is None and isinstance(error, UnavailableError) else str(error)

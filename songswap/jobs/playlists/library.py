"""Looks at somebody's playlists, and at what Spotify says they hear most, whenever they ask for it."""

import logging

from songswap.documents import ACCOUNT, CONSENT, LOOKS, PLAYLISTS, TOP, Looks
from songswap.jobs.kit.spotify_accounts import Accounts, Means, NeedsLoginError
from songswap.model.music_source import Bearer
from songswap.model.playlists import OwnPlaylist, PlaylistsSeen, TopSeen
from songswap.spotify.errors import SpotifyError
from songswap.spotify.oauth import READ_PLAYLISTS, READ_TOP

logger = logging.getLogger(__name__)

MOST_PAGES = 6
"""Of fifty playlists each: whoever has more, pastes the link of one."""
NO_PLAYLISTS_RIGHT = "SongSwap may not see your playlists yet. Log in with Spotify again to allow it."
NO_TOP_RIGHT = "SongSwap may not see what you hear most at Spotify yet. Log in with Spotify again to allow it."


class LibraryJob:
    """One per account: serves the document LOOKS, and notes what it saw in PLAYLISTS and TOP."""

    def __init__(self, means: Means, accounts: Accounts, account: str) -> None:
        self._means = means
        self._store = means.store
        self._accounts = accounts
        self._account = account

    async def run(self) -> None:
        """Serve wishes until cancelled."""
        with self._store.changes.subscribe(LOOKS.path(self._account), CONSENT.path(self._account)) as changes:
            while True:
                looks = self._store.read(LOOKS, self._account) or Looks()
                playlists = self._store.read(PLAYLISTS, self._account) or PlaylistsSeen()
                if looks.playlists != playlists.look_rev:
                    await self._look_for_playlists(playlists, looks.playlists)
                top = self._store.read(TOP, self._account) or TopSeen()
                if looks.top != top.look_rev:
                    await self._look_at_top(top, looks.top)
                await changes.wait()

    async def _look_for_playlists(self, before: PlaylistsSeen, look_rev: int) -> None:
        now_ms = self._means.clock.now_ms()
        if not self._may(READ_PLAYLISTS):
            seen = PlaylistsSeen(look_rev, now_ms, before.items, before.is_cut, NO_PLAYLISTS_RIGHT)
        else:
            try:
                items, has_more = await self._playlists()
                seen = PlaylistsSeen(look_rev, now_ms, items, has_more)
            except (SpotifyError, NeedsLoginError) as error:
                logger.info("the playlists of %s: %r", self._account, error)
                seen = PlaylistsSeen(look_rev, now_ms, before.items, before.is_cut, str(error))
        self._store.write(PLAYLISTS, seen, self._account)

    async def _playlists(self) -> tuple[tuple[OwnPlaylist, ...], bool]:
        account = self._store.read(ACCOUNT, self._account)
        user_id = account.user_id if account else ""
        found: tuple[OwnPlaylist, ...] = ()
        has_more = True
        for page in range(MOST_PAGES):

            async def read(bearer: Bearer, offset: int = page * 50) -> tuple[tuple[OwnPlaylist, ...], bool]:
                return await self._means.client.own_playlists(bearer, user_id, offset=offset)

            items, has_more = await self._accounts.call(self._account, read)
            found += items
            if not has_more:
                break
        return found, has_more

    async def _look_at_top(self, before: TopSeen, look_rev: int) -> None:
        now_ms = self._means.clock.now_ms()
        if not self._may(READ_TOP):
            seen = TopSeen(look_rev, now_ms, before.tracks, before.artists, NO_TOP_RIGHT)
        else:
            try:
                seen = await self._accounts.call(self._account, lambda bearer: self._top(bearer, look_rev, now_ms))
            except (SpotifyError, NeedsLoginError) as error:
                logger.info("the top tracks of %s: %r", self._account, error)
                seen = TopSeen(look_rev, now_ms, before.tracks, before.artists, str(error))
        self._store.write(TOP, seen, self._account)

    async def _top(self, bearer: Bearer, look_rev: int, now_ms: float) -> TopSeen:
        client = self._means.client
        return TopSeen(
            look_rev,
            now_ms,
            {one: await client.top_tracks(bearer, one) for one in ("short_term", "medium_term", "long_term")},
            {one: await client.top_artists(bearer, one) for one in ("short_term", "medium_term", "long_term")},
        )

    def _may(self, scope: str) -> bool:
        consent = self._store.read(CONSENT, self._account)
        return consent is not None and scope in consent.scopes

"""Writes what people hear in a session into their histories, for no call more."""

import contextlib

from msgspec.structs import replace

from songswap.core.history.merge import month_of
from songswap.core.history.recently_played import name_of
from songswap.core.history.session_plays import Hearings, SessionPlay, hear
from songswap.documents import PLAYS, SHARING, TRACK_NAMES
from songswap.jobs.kit.spotify_accounts import Means
from songswap.model.history import Play, TrackName
from songswap.model.session import Night
from songswap.model.sharing import Sharing
from songswap.store import GoneError
from songswap.store.moments import moved


class SessionPlays:
    """One per running session. What is half heard when the worker stops, is left to Spotify's recently-played."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store
        self._before: Night | None = None
        self._hearings: Hearings = {}
        self._named: set[tuple[str, TrackName]] = set()

    def note(self, night: Night) -> None:
        """Take a state of the session in; to be called with each. Raises StoreError."""
        if night == self._before:
            return
        before, self._before = self._before, night
        self._hearings, heard = hear(self._hearings, before, night, self._means.clock.now_ms())
        for one in heard:
            with contextlib.suppress(GoneError):  # who heard it, has left
                self._keep(one)

    def moved(self, by_ms: float) -> None:
        """Move along what is known, as the clock was set."""
        self._before = moved(self._before, by_ms)
        self._hearings = {
            account: replace(one, counted_to_ms=one.counted_to_ms + by_ms) for account, one in self._hearings.items()
        }

    def _keep(self, heard: SessionPlay) -> None:
        if (self._store.read(SHARING, heard.account) or Sharing()).is_paused:
            return
        name = name_of(heard.track)
        if (heard.account, name) not in self._named:
            self._store.append(TRACK_NAMES, name, heard.account, "seen")
            self._named.add((heard.account, name))
        play = Play(
            round(heard.ended_at_ms),
            name.id,
            round(heard.played_ms),
            reason_end=heard.reason_end,
            is_private=heard.is_private,
        )
        self._store.append(PLAYS, play, heard.account, "seen", month_of(play.at_ms))

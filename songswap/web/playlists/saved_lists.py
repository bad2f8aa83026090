"""Lists that become playlists: the wish to save one, and how it stands; for every feature that has a list."""

from typing import Final, Literal

from msgspec.structs import replace

from songswap.documents import CONSENT, SAVED, SAVES, SavedLists, Saves
from songswap.model.playlists import Save
from songswap.model.struct import Struct
from songswap.spotify.oauth import MAKE_PLAYLISTS, MAKE_PUBLIC_PLAYLISTS
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services

SAVES_KEPT: Final = 50
"""Of a person; older ones are done, and only forgotten."""
NO_RIGHT: Final = "SongSwap may not make playlists for you yet. Log in with Spotify again to allow it."
NO_PUBLIC_RIGHT: Final = "SongSwap may not add to public playlists yet. Log in with Spotify again to allow it."


class SavedState(Struct, frozen=True):
    """What became of a wish to have a list as a playlist, or at the end of one. `tracks` are in the list."""

    id: str
    state: Literal["waiting", "working", "done", "failed"]
    name: str
    url: str | None
    error: str
    tracks: int
    until_ms: float | None = None


def may_save(services: Services, account: str, *, public: bool = False) -> bool:
    """Whether a log-in allows to make private playlists (or change public ones); one of before may not."""
    consent = services.store.read(CONSENT, account)
    return consent is not None and (MAKE_PUBLIC_PLAYLISTS if public else MAKE_PLAYLISTS) in consent.scopes


def save(services: Services, account: str, save_id: str, wish: Save) -> SavedState:
    """Note the wish under `save_id`, unless it is fulfilled or being fulfilled; how it stands.

    Raises ProblemError (403) where the log-in allows no playlists.
    """
    if not may_save(services, account):
        raise ProblemError(403, "missing_scope", NO_RIGHT)
    saves = services.store.read(SAVES, account) or Saves()
    before, state = saves.wanted.get(save_id), state_of(services, account, save_id)
    if before is not None and state is not None and state.state != "failed":
        return state
    wish = replace(wish, rev=before.rev + 1 if before else 1)
    others = [(one, other) for one, other in saves.wanted.items() if one != save_id]
    services.store.write(SAVES, Saves(dict([*others[1 - SAVES_KEPT :], (save_id, wish)])), account)
    return SavedState(save_id, "waiting", wish.name, None, "", len(wish.uris))


def state_of(services: Services, account: str, save_id: str) -> SavedState | None:
    """How the wish stands; None where there is none."""
    wish = (services.store.read(SAVES, account) or Saves()).wanted.get(save_id)
    if wish is None:
        return None
    saved = (services.store.read(SAVED, account) or SavedLists()).lists.get(save_id)
    if saved is None or saved.rev < wish.rev:
        return SavedState(save_id, "waiting", wish.name, None, "", len(wish.uris))
    return SavedState(save_id, saved.state, wish.name, saved.url, saved.error, len(wish.uris), saved.until_ms)

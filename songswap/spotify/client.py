"""Spotify's Web API as it is: one method for each endpoint SongSwap uses."""

from songswap.spotify.catalogue import CatalogueCalls
from songswap.spotify.player import PlayerCalls
from songswap.spotify.playlists import PlaylistCalls


class Client(PlayerCalls, CatalogueCalls, PlaylistCalls):
    """Every method speaks for the person behind its `bearer`.

    All raise SpotifyError (see `errors`); ValueError, before any call, for what Spotify would refuse; StoreError when
    the call can't be put down in the ledger.
    """

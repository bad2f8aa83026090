"""Spotify's Web API and accounts service: typed calls, typed errors, one gate for its limits."""

from songswap.spotify.budget import FAMILIES, Family
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import SCOPES, LoginStart, OAuth, Tokens, relogin_notice
from songswap.spotify.transport import Bearer, open_http

__all__ = [
    "FAMILIES",
    "SCOPES",
    "Bearer",
    "Client",
    "Family",
    "Gate",
    "LoginStart",
    "OAuth",
    "Tokens",
    "open_http",
    "relogin_notice",
]

"""A page somebody listens in: what its player says, and what it is told. Times are UTC epoch ms, the server's."""

from songswap.model.music import Playback, PlayerCommand, Track
from songswap.model.struct import Struct


class Tab(Struct, frozen=True):
    """The page in which somebody listens, as it last reported.

    `tab` is its own id, which outlives a reload; `browser` that of the browser, by which trims and latencies are kept;
    `device_id` what Spotify calls the player, anew with each connection.
    """

    tab: str
    browser: str
    device_id: str
    device_name: str
    seq: int = 0
    """Number of the last report that was taken; one with a smaller number is late, and changes nothing."""
    heard_at_ms: float = 0.0
    gone_at_ms: float | None = None
    """When it said good-bye, as it also does before a reload; None while it is there."""
    is_blocked: bool = False
    """The browser lets it make no sound before somebody taps on the page."""
    reading: Playback | None = None
    """What plays; None while another device is the active one."""
    upcoming: tuple[Track, ...] = ()
    trip_ms: float = 0.0
    """From the server to the page and back."""
    done: int = 0
    """Number of the last order it carried out."""
    failed: int = 0
    """Number of the last order it could not carry out."""


class Order(Struct, frozen=True):
    """What the page's player is to be told at `at_ms`."""

    number: int
    kind: PlayerCommand
    at_ms: float
    position_ms: float = 0.0
    uri: str = ""
    """What is to be heard after it; empty where only the player knows."""
    volume_percent: int | None = None


class Orders(Struct, frozen=True):
    """The latest orders to the page `tab`, the newest last."""

    tab: str = ""
    items: tuple[Order, ...] = ()


class Here(Struct, frozen=True):
    """What is known of a player in a page that was heard of lately: it needs no looks, and takes orders."""

    uris: tuple[str, ...]
    """What plays and what comes next, by the timeline's uris where they are the same recordings."""
    is_playing: bool
    ahead_ms: float
    """So long before it is to be carried out an order has to be written."""
    until_ms: float
    """Nothing heard until then: it is an ordinary device again."""

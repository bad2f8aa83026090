"""A state and the moment it is of."""

from songswap.model.struct import Struct


class Timed(Struct, frozen=True):
    """A state as it is at the server's time `now_ms`."""

    now_ms: float

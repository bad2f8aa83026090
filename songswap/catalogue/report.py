"""What a process that loads a catalogue tells the one that has started it: lines of JSON."""

from songswap.catalogue.schema import Tally
from songswap.model.struct import Struct


class Progress(Struct, frozen=True):
    """How far a loading is: bytes read of all bytes, the account so far. `error` says why nothing more comes."""

    read: int = 0
    size: int = 0
    tally: Tally = Tally()
    error: str = ""

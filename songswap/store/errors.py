"""What can go wrong with the store; each message names the file."""


class StoreError(Exception):
    """The store can't be read or written: not there, not ours to write, full."""


class NewerVersionError(StoreError):
    """A document was written by a newer SongSwap: it is left alone, never overwritten."""


class BrokenError(StoreError):
    """A document that protects somebody can't be read, and no good one of before is left to go by."""


class GoneError(StoreError):
    """The folder to write into was removed meanwhile: a person who left, a group that ended."""


class StoreGoneError(StoreError):
    """The whole store is not where it was: unmounted, moved, deleted. The process has to stop."""


class UnreadableError(Exception):
    """The bytes are not a document of this kind."""


class NotTheWriterError(Exception):
    """A process tried to write what another one owns: a mistake in the program."""


class UnfitNameError(Exception):
    """A name from outside can't be part of a path."""

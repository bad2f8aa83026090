"""What all types of the program have in common."""

import msgspec


class Struct(msgspec.Struct, frozen=True, omit_defaults=False):
    """Base of all types here: immutable, compared by value, read and written as JSON by msgspec."""

"""Moments that a thing holds, moved along when the clock is set: everything whose name says that it is a moment."""

import math
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")

ENDINGS = ("at_ms", "until_ms", "since_ms")
"""How the names of fields end that hold a moment; 0 and infinity stand for none. All others in ms are lengths."""


def moved(value: T, by_ms: float) -> T:
    """`value` with every moment in it `by_ms` later, however deep it lies."""
    return cast(T, _moved(value, by_ms)) if by_ms else value


def _moved(value: Any, by_ms: float) -> Any:
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {name: _field(name, one, by_ms) for name, one in fields.items()}
        different = {name: one for name, one in changed.items() if one is not fields[name]}
        return msgspec.structs.replace(value, **different) if different else value
    if isinstance(value, tuple):
        return tuple(_moved(one, by_ms) for one in value)
    if isinstance(value, dict):
        return {key: _moved(one, by_ms) for key, one in value.items()}
    return value


def _field(name: str, value: Any, by_ms: float) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return _moved(value, by_ms)
    is_moment = name.endswith(ENDINGS) and value != 0 and math.isfinite(value)
    return value + by_ms if is_moment else value

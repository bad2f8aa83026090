"""What was found lately, up to some size; what was unasked for longest gives way."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Values by key, of at most `most` together as `size` weighs them: by their number, if it is left out."""

    def __init__(self, most: int, size: Callable[[T], int] = lambda _: 1) -> None:
        self._most = most
        self._size = size
        self._kept: OrderedDict[object, T] = OrderedDict()
        self._whole = 0

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def get(self, key: object) -> T | None:
        """The value kept under `key`."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, key: object, value: T) -> None:
        """Keep `value` under `key`."""
        if key in self._kept:
            self._whole -= self._size(self._kept.pop(key))
        self._kept[key] = value
        self._whole += self._size(value)
        while self._whole > self._most:
            self._whole -= self._size(self._kept.popitem(last=False)[1])

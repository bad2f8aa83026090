"""Which songs are nearest to a point, attribute by attribute on a common scale; exact, and quick over a million."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[np.float32]
"""A row for each attribute, with the value of every song: one attribute after the other lies together in memory."""
Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

BLOCK: Final = 65_536
"""Songs that are reckoned at once: what is needed of them stays in the processor's cache."""


def scale_of(values: Floats) -> tuple[float, float]:
    """The mean of one attribute's values, and how far they lie around it; 1 where all of them are the same."""
    mean = float(np.mean(values, dtype=np.float64)) if len(values) else 0.0
    spread = float(np.std(values, dtype=np.float64)) if len(values) else 0.0
    return mean, spread if spread > abs(mean) * 1e-6 else 1.0


def distances(columns: Columns, point: Sequence[float], weights: Sequence[float]) -> Floats:
    """The squared distance of every song to `point`, each attribute's part by its weight.

    `point` and `weights` have a value for each attribute; one of weight 0 is not looked at.
    """
    count = columns.shape[1]
    found = np.zeros(count, np.float32)
    part = np.empty(min(BLOCK, count), np.float32)
    wanted = [number for number, weight in enumerate(weights) if weight > 0]
    for start in range(0, count, BLOCK):
        whole = found[start : start + BLOCK]
        these = part[: len(whole)]
        for number in wanted:
            np.subtract(columns[number, start : start + BLOCK], np.float32(point[number]), out=these)
            np.multiply(these, these, out=these)
            if weights[number] != 1:
                np.multiply(these, np.float32(weights[number]), out=these)
            np.add(whole, these, out=whole)
    return found


def nearest(found: Floats, k: int) -> Rows:
    """The `k` songs (or as many as there are) of the least distance, nearest first; of equals the first row.

    A distance without end (inf) is that of a song that is not wanted.
    """
    k = min(k, len(found))
    if k <= 0:
        return np.empty(0, np.intp)
    limit = np.partition(found, k - 1)[k - 1]
    rows = np.flatnonzero(found <= limit) if np.isfinite(limit) else np.flatnonzero(np.isfinite(found))
    return rows[np.lexsort((rows, found[rows]))][:k]

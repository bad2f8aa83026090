"""The nearest, against all distances reckoned one by one; and what must not change them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.discovery.nearest_neighbours import BLOCK, distances, nearest, scale_of

VALUES = st.integers(-8, 8).map(lambda number: number / 4)
"""Exact in 32 bits, with many ties."""
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.tuples(
        st.lists(st.lists(VALUES, min_size=width, max_size=width), min_size=1, max_size=40),
        st.lists(VALUES, min_size=width, max_size=width),
        st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=width, max_size=width),
    )
)


def columns(rows: list[list[float]]) -> Any:
    return np.array(rows, np.float32).T.copy()


def oracle(rows: list[list[float]], point: list[float], weights: list[float], k: int) -> list[int]:
    """Every distance by itself, in exact numbers; of equals the first row."""
    far = [
        sum(weight * (value - aim) ** 2 for value, aim, weight in zip(row, point, weights, strict=True)) for row in rows
    ]
    return sorted(range(len(rows)), key=lambda number: (far[number], number))[:k]


@given(TABLES, st.integers(-1, 50))
def test_nearest_are_those_of_brute_force(table: tuple[Any, Any, Any], k: int) -> None:
    rows, point, weights = table
    found = nearest(distances(columns(rows), point, weights), k)
    assert list(found) == oracle(rows, point, weights, max(0, k))


def test_blocks_make_no_difference() -> None:
    rng = np.random.default_rng(1)
    table = rng.random((3, 2 * BLOCK + 17), dtype=np.float32)
    point, weights = [0.5, 0.25, 0.75], [1.0, 0.0, 3.0]
    found = distances(table, point, weights)
    exact = ((table.T.astype(np.float64) - point) ** 2) @ weights
    assert np.allclose(found, exact, atol=1e-5)
    assert len(nearest(found, 20)) == 20


@given(TABLES, st.randoms(use_true_random=False))
def test_order_of_the_rows_does_not_matter(table: tuple[Any, Any, Any], shuffler: Any) -> None:
    rows, point, weights = table
    order = list(range(len(rows)))
    shuffler.shuffle(order)
    before = distances(columns(rows), point, weights)
    after = distances(columns([rows[number] for number in order]), point, weights)
    assert sorted(before.tolist()) == sorted(after.tolist())
    assert [before[row] for row in nearest(before, 5)] == [after[row] for row in nearest(after, 5)]


@pytest.mark.parametrize("factor", [2.0, 0.25, 1024.0])
def test_scale_of_a_column_does_not_matter(factor: float) -> None:
    rng = np.random.default_rng(2)
    raw = rng.random((2, 500), dtype=np.float32)

    def scaled(values: Any) -> Any:
        scales = [scale_of(row) for row in values]
        return np.array([(row - mean) / spread for row, (mean, spread) in zip(values, scales, strict=True)], np.float32)

    grown = raw * np.array([[factor], [1.0]], np.float32)
    first, second = (
        nearest(distances(table, [float(value) for value in table[:, 7]], [1.0, 1.0]), 20)
        for table in (scaled(raw), scaled(grown))
    )
    assert list(first) == list(second)


def test_songs_that_are_not_wanted_are_never_found() -> None:
    found = np.array([1.0, np.inf, 0.5, np.inf], np.float32)
    assert list(nearest(found, 10)) == [2, 0]
    assert list(nearest(np.full(3, np.inf, np.float32), 2)) == []
    assert list(nearest(np.empty(0, np.float32), 2)) == []


def test_values_that_are_all_the_same_have_a_spread_of_one() -> None:
    assert scale_of(np.full(9, 0.3, np.float32)) == (pytest.approx(0.3), 1.0)
    assert scale_of(np.empty(0, np.float32)) == (0.0, 1.0)

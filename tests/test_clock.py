"""Time that follows the wall clock only when that jumps."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

import songswap.clock
from songswap.clock import JUMP_MS, Clock


@dataclass
class Machine:
    """Stands in for the module `time`: seconds that pass, and what the wall clock shows."""

    monotonic_s: float = 1_000.0
    wall_s: float = 1_790_000_000.0

    def monotonic(self) -> float:
        return self.monotonic_s

    def time(self) -> float:
        return self.wall_s

    def pass_s(self, seconds: float) -> None:
        self.monotonic_s += seconds
        self.wall_s += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(songswap.clock, "time", machine)
    return machine


def test_it_reads_as_the_wall_clock_and_goes_on_with_it(machine: Machine) -> None:
    clock = Clock()
    assert clock.now_ms() == pytest.approx(machine.wall_s * 1000)
    machine.pass_s(3600)
    assert clock.now_ms() == pytest.approx(machine.wall_s * 1000)


@pytest.mark.parametrize("correction_s", [0.5, -0.5, 1.9, -1.9])
def test_a_small_correction_of_the_wall_clock_moves_nothing(machine: Machine, correction_s: float) -> None:
    clock = Clock()
    before_ms = clock.now_ms()
    machine.wall_s += correction_s
    assert clock.now_ms() == before_ms
    machine.pass_s(10)
    assert clock.now_ms() == pytest.approx(before_ms + 10_000)


@pytest.mark.parametrize("jump_s", [2.5, -2.5, 8 * 3600.0, -3600.0])
def test_a_jump_of_the_wall_clock_is_followed(machine: Machine, jump_s: float) -> None:
    clock = Clock()
    machine.wall_s += jump_s
    assert clock.now_ms() == pytest.approx(machine.wall_s * 1000)


@given(corrections_s=st.lists(st.floats(-10, 10)))
def test_it_is_never_further_from_the_wall_clock_than_a_jump(corrections_s: list[float]) -> None:
    machine = Machine()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(songswap.clock, "time", machine)
        clock = Clock()
        for correction_s in corrections_s:
            machine.pass_s(1)
            machine.wall_s += correction_s
            assert abs(clock.now_ms() - machine.wall_s * 1000) <= JUMP_MS + 0.001

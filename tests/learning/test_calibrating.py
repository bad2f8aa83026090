from random import Random

import numpy as np
import pytest

from songswap.core.guess.classifier import log_loss, scale_of, softmax
from songswap.learning.calibrating import SHARPNESSES, TEMPERATURES, calibrated


def guesses(count: int, seed: int, *, temperature: float = 1.0, sharpness: float = 1.0):  # type: ignore[no-untyped-def]
    """Sums of two to three people, and truths as often as the chances after this scaling say."""
    rng = Random(seed)
    sums, truth = [], []
    for _ in range(count):
        one = [rng.gauss(0, 2) for _ in range(3)]
        chances = softmax(one, scale_of(one, temperature, sharpness))
        sums.append(one)
        truth.append(rng.choices(range(3), chances)[0])
    return np.array(sums), np.array(truth)


@pytest.mark.parametrize(("temperature", "sharpness"), [(1.0, 1.0), (2.5, 1.0), (0.5, 1.0), (1.0, 1.8), (2.0, 0.6)])
def test_how_sure_the_guesses_were_in_truth_is_found(temperature: float, sharpness: float) -> None:
    found = calibrated(*guesses(8_000, 1, temperature=temperature, sharpness=sharpness))
    assert found == pytest.approx((temperature, sharpness), rel=0.15)


def test_chances_fit_no_worse_than_as_they_were() -> None:
    sums, truth = guesses(500, 2, temperature=3.0)
    temperature, sharpness = calibrated(sums, truth)
    after = [softmax(one, scale_of(one, temperature, sharpness)) for one in sums.tolist()]
    assert log_loss(after, truth.tolist()) < log_loss([softmax(one) for one in sums.tolist()], truth.tolist())


def test_guesses_that_are_always_right_or_say_nothing_stay_within_bounds() -> None:
    for sums in ([[3.0, 0.0]] * 20, [[0.0, 0.0]] * 20):
        temperature, sharpness = calibrated(np.array(sums), np.array([0] * 20))
        assert TEMPERATURES[0] <= temperature <= TEMPERATURES[-1]
        assert SHARPNESSES[0] <= sharpness <= SHARPNESSES[-1]

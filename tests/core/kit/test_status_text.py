from typing import get_args

import pytest

from songswap.core.kit.status_text import WORDS, describe, hint
from songswap.model.session import ListenerStatus


@pytest.mark.parametrize(
    ("skew_ms", "words"),
    [(119.6, "in sync, +120 ms"), (-80.0, "in sync, -80 ms"), (-0.2, "in sync, +0 ms"), (None, "in sync")],
)
def test_listener_in_sync_hears_how_far_off(skew_ms: float | None, words: str) -> None:
    assert describe("in_sync", skew_ms) == words


def test_skew_is_said_of_nobody_else() -> None:
    assert describe("catching_up", 900.0) == "catching up"


def test_every_status_has_words() -> None:
    assert set(WORDS) == {*get_args(ListenerStatus), "ready", "elsewhere"}


def test_no_device_says_what_to_do() -> None:
    assert "Open Spotify" in hint("no_device")
    assert hint("in_sync") == ""

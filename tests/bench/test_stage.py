import pytest

from bench.sync.recording import NOBODY
from bench.sync.script import Kind
from bench.sync.stage import Play, is_done
from songswap.simulator import Truth
from songswap.simulator.playback import Playback

BEFORE = Truth("a device", "one", 60_000.0, True)
TARGET_MS = 90_000.0


@pytest.mark.parametrize(
    ("kind", "now", "done"),
    [
        ("pause", BEFORE, False),
        ("pause", Truth("a device", "one", 60_000.0, False), True),
        ("resume", Truth("a device", "one", 60_000.0, False), False),
        ("resume", BEFORE, True),
        ("skip", BEFORE, False),
        ("skip", Truth("a device", "two", 0.0, True), True),
        ("seek", Truth("a device", "one", 61_000.0, True), False),
        ("seek", Truth("a device", "one", 90_300.0, True), True),
    ],
)
def test_host_obeys_when_the_player_does_what_was_clicked(kind: Kind, now: Truth, done: bool) -> None:
    assert is_done(kind, BEFORE, now, TARGET_MS) is done


def test_nobody_leads_from_a_leaders_silence_until_another_does() -> None:
    play = Play(None, None, None)
    assert play.leads == "ada"
    play.lose("ada", Playback(0.0, 0.0))
    assert play.leads == NOBODY
    play.led_by = "bob"
    assert play.leads == "bob"
    assert "bob" not in play.listeners()
    play.led_by = "ada"
    play.find()
    assert play.leads == "ada"

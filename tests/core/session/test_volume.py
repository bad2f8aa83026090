import msgspec
import pytest
from msgspec.structs import replace

from songswap.core.session.listener_state import Person, attend, seen
from songswap.core.session.plan import VOLUME_ROOM_MS, SetVolume, Step, Tell, plan
from songswap.core.session.web_player import learned_as
from songswap.model.music import Device, Playback
from songswap.model.session import Action, Drive, Night
from songswap.spotify import wire
from tests.core.music import MINUTE_MS, A, listener, night, timeline

NOW_MS = 10_000.0
LOUD = Device("speaker", "Speaker", "Speaker", is_active=True, volume_percent=70)
FOLLOWER = {"follows_volume": True, "has_volume": True}
TOLD = [SetVolume("bob", "phone", 70, is_here=False)]


def steps(of: Night, now_ms: float = NOW_MS) -> list[Step]:
    return plan(of, {}, ("ada",), now_ms)[0]


def evening(host: Device | None = LOUD, **fields: object) -> Night:
    return night(listener(**{**FOLLOWER, **fields}), host_device=host)


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({}, True),
        ({"volume_percent": 60}, True),
        ({"volume_percent": 70}, False),
        ({"follows_volume": False}, False),
        ({"has_volume": False}, False),
        ({"is_playing": False, "told_rev": 1}, False),
        ({"status": "stepped_out"}, False),
        ({"retry_at_ms": NOW_MS + 1}, False),
    ],
)
def test_volume_is_told_once_to_those_who_follow_and_play(fields: dict[str, object], is_told: bool) -> None:
    told = [step for step in steps(evening(**fields)) if isinstance(step, SetVolume)]
    assert told == (TOLD if is_told else [])


@pytest.mark.parametrize("host", [None, replace(LOUD, volume_percent=None)])
def test_a_host_without_a_volume_is_followed_in_none(host: Device | None) -> None:
    assert steps(evening(host)) == []


def test_a_command_goes_before_a_volume() -> None:
    assert [type(step) for step in steps(evening(told_rev=0))] == [Tell]
    end = evening(held_uris=(A.uri,))  # has to be started on the next track at the end of this one
    at_ms = timeline().ends_at_ms or 3 * MINUTE_MS
    assert SetVolume not in [type(step) for step in steps(end, at_ms - VOLUME_ROOM_MS)]


def test_who_switches_it_off_and_on_or_takes_another_device_is_told_again() -> None:
    person = Person("bob", 0, "", Device("phone", "Phone", "Smartphone", volume_percent=5), None, follows_volume=True)
    told = listener(follows_volume=True, has_volume=True, volume_percent=70)
    assert attend(told, person).volume_percent == 70
    assert attend(told, replace_person(person, follows_volume=False)).volume_percent is None
    other = attend(told, replace_person(person, device=Device("tv", "TV", "TV")))
    assert (other.volume_percent, other.has_volume) == (None, False)


def test_what_a_reading_says_of_the_device_counts() -> None:
    silent = Playback(A, True, 10_000, NOW_MS, device=Device("phone", "Phone", "Smartphone"))
    after, _ = seen(listener(**FOLLOWER), timeline(), silent, NOW_MS)
    assert not after.has_volume


def test_a_volume_that_spotify_lets_nobody_set_is_none() -> None:
    told = {"id": "x", "volume_percent": 40, "supports_volume": False}
    assert msgspec.convert(told, wire.WireDevice).to_model().volume_percent is None
    assert msgspec.convert({**told, "supports_volume": True}, wire.WireDevice).to_model().volume_percent == 40


def test_commands_written_before_there_was_one_vocabulary_are_still_read() -> None:
    drive = b'{"action": "play", "send_at_ms": 1.0, "kind": "start", "latency_ms": 300.0}'
    assert msgspec.json.decode(drive, type=Drive) == Drive("play", 1.0, 300.0)
    action = b'{"rev": 1, "by": "ada", "action": "play", "at_ms": 1.0}'
    assert msgspec.json.decode(action, type=Action) == Action(1, "ada", "play", 1.0)


def test_by_spotify_whatever_begins_something_is_learned_as_a_start() -> None:
    assert {learned_as(one, is_here=False) for one in ("start", "resume", "next", "previous")} == {"start"}
    assert [learned_as(one, is_here=True) for one in ("resume", "next", "previous")] == ["resume", "next", "next"]


def replace_person(person: Person, **fields: object) -> Person:
    return Person(**{**vars(person), **fields})

"""A player over time: latency, staleness, vanishing devices, history."""

from dataclasses import replace

import pytest

from songswap.simulator import Profile, World
from songswap.simulator.players import GHOST_MS, Player

from .conftest import HandClock

SLOW_DEVICE = Profile(latency_ms=800.0)
STALE = Profile(read_staleness_ms=(2_000.0, 2_000.0))


@pytest.fixture
def player(world: World) -> Player:
    return world.player("ada")


def start_by_api(player: Player, uris: list[str], position_ms: float = 0, device_number: int = 0) -> None:
    device = player.person.devices[device_number]
    player.send(player.begin(player.list_start(tuple(uris), 0, position_ms, device.id)), device)


def test_what_a_person_does_in_their_app_is_heard_at_once(player: Player, songs: list[str]) -> None:
    player.play_uris(songs[:2], position_ms=1_500)
    assert player.truth() == replace(
        player.truth(), uri=songs[0], position_ms=1_500, is_playing=True, device_id=player.person.devices[0].id
    )


def test_command_is_heard_after_the_latency_from_the_position_it_named(
    world: World, player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    world.profile = SLOW_DEVICE
    player.person.devices[0].latency_ms = 500.0
    start_by_api(player, songs[:1], position_ms=30_000)
    hand_clock.turn(0.499)
    assert not player.truth().is_playing
    hand_clock.turn(0.201)
    assert player.truth().position_ms == pytest.approx(30_200, abs=0.01)


def test_commands_take_effect_in_the_order_they_arrive_at_the_device(
    world: World, player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    slow, fast = player.person.devices[:2]
    slow.latency_ms, fast.latency_ms = 900.0, 100.0
    start_by_api(player, [songs[0]], device_number=0)
    start_by_api(player, [songs[1]], device_number=1)
    hand_clock.turn(0.5)
    assert player.truth().uri == songs[1]
    hand_clock.turn(0.5)
    assert player.truth().uri == songs[0]


def test_stalls_are_one_to_three_seconds_more(world: World, player: Player) -> None:
    world.profile = Profile(latency_ms=500.0, stall_probability=1.0)
    delays = [world.chance.latency_ms(player.person.devices[1]) for _ in range(200)]
    assert 1_400 < min(delays) < max(delays) < 3_500


def test_reads_show_a_change_only_after_a_while(
    world: World, player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    player.play_uris(songs[:1])
    hand_clock.turn(10)
    world.profile = STALE
    player.pause()
    hand_clock.turn(1.9)
    assert player.shown().state.is_playing
    assert player.shown().progress_ms == 11_900
    hand_clock.turn(0.2)
    assert not player.shown().state.is_playing
    assert player.shown().progress_ms == 10_000


def test_track_end_does_not_reveal_a_change_that_is_still_hidden(
    world: World, player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    player.play_uris(songs[:2])
    world.profile = Profile(read_staleness_ms=(60_000.0, 60_000.0))
    player.seek(world.catalogue.duration_ms(songs[0]) - 1_000)
    hand_clock.turn(5)
    assert player.truth().uri == songs[1]
    assert player.shown().state.uri == songs[0]


def test_truth_of_the_past_is_what_was_heard_then(player: Player, hand_clock: HandClock, songs: list[str]) -> None:
    begun_s = hand_clock()
    player.play_uris(songs[:3])
    hand_clock.turn(20)
    player.next()
    hand_clock.turn(20)
    past = player.truth(begun_s + 10)
    assert (past.uri, past.position_ms) == (songs[0], pytest.approx(10_000))
    assert player.truth().uri == songs[1]


def test_report_bias_shifts_progress_but_not_the_truth(
    world: World, player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    world.profile = Profile(report_bias_ms=300.0)
    player.play_uris(songs[:1], position_ms=20_000)
    first, again = player.shown().progress_ms, player.shown().progress_ms
    assert first == again != 20_000
    assert player.truth().position_ms == 20_000


def test_vanished_device_is_silent_but_shown_playing_beyond_the_end(
    world: World, player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    length_ms = world.catalogue.duration_ms(songs[0])
    player.play_uris(songs[:2], position_ms=length_ms - 5_000)
    player.set_device_online(player.person.devices[0].id, False)
    hand_clock.turn(GHOST_MS / 1_000 - 1)
    assert not player.truth().is_playing
    shown = player.shown()
    assert shown.state.is_playing
    assert shown.state.uri == songs[0]
    assert shown.progress_ms > length_ms
    hand_clock.turn(2)
    assert player.shown().state.device_id is None


def test_device_that_comes_back_is_listed_and_goes_on_where_it_was(player: Player, songs: list[str]) -> None:
    device = player.person.devices[0]
    player.play_uris(songs[:1], position_ms=42_000)
    player.set_device_online(device.id, False)
    assert not player.is_listed(device)
    player.set_device_online(device.id, True)
    assert player.is_listed(device)
    player.resume()
    assert player.truth().position_ms == 42_000


@pytest.mark.parametrize(
    ("number", "silent_s", "listed"), [(1, 299, True), (1, 301, False), (0, 301, True), (2, 9_999, True)]
)
def test_paused_phones_drop_sooner_than_computers_and_speakers_never(
    player: Player, hand_clock: HandClock, songs: list[str], number: int, silent_s: float, listed: bool
) -> None:
    device = player.person.devices[number]
    player.play_uris(songs[:1], device_id=device.id)
    player.pause()
    hand_clock.turn(silent_s)
    assert player.is_listed(device) is listed
    assert (player.shown().state.device_id == device.id) is listed


def test_device_left_by_a_transfer_falls_asleep_too(player: Player, hand_clock: HandClock, songs: list[str]) -> None:
    phone, speaker = player.person.devices[1:3]
    player.play_uris(songs[:50], device_id=phone.id)
    player.transfer(speaker.id)
    hand_clock.turn(301)
    assert not player.is_listed(phone)
    assert player.is_listed(speaker)


def test_play_enters_the_history_at_its_end(player: Player, hand_clock: HandClock, songs: list[str]) -> None:
    known = len(player.plays())
    player.play_uris(songs[:2])
    hand_clock.turn(31)
    assert len(player.plays()) == known
    player.next()
    newest = player.plays()[0]
    assert (newest.uri, newest.ended_at_ms) == (songs[0], hand_clock() * 1_000)


@pytest.mark.parametrize(("heard_s", "counts"), [(29.9, False), (30.0, False), (30.1, True)])
def test_only_more_than_thirty_seconds_count(
    player: Player, hand_clock: HandClock, songs: list[str], heard_s: float, counts: bool
) -> None:
    known = len(player.plays())
    player.play_uris(songs[:2], position_ms=50_000)
    hand_clock.turn(heard_s)
    player.next()
    assert (len(player.plays()) == known + 1) is counts


def test_time_spent_paused_or_sought_over_is_not_listening(
    player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    known = len(player.plays())
    player.play_uris(songs[:2])
    hand_clock.turn(10)
    player.pause()
    hand_clock.turn(100)
    player.resume()
    player.seek(90_000)
    hand_clock.turn(10)
    player.next()
    assert len(player.plays()) == known


def test_private_session_leaves_no_history(player: Player, hand_clock: HandClock, songs: list[str]) -> None:
    known = len(player.plays())
    player.play_uris(songs[:3])
    player.set_private_session(True)
    hand_clock.turn(40)
    player.next()
    assert len(player.plays()) == known
    player.set_private_session(False)
    hand_clock.turn(40)
    player.next()
    assert len(player.plays()) == known + 1


def test_play_shows_up_late_if_the_profile_says_so(
    world: World, player: Player, hand_clock: HandClock, songs: list[str]
) -> None:
    world.profile = Profile(history_lag_ms=(60_000.0, 60_000.0))
    player.play_uris(songs[:2])
    hand_clock.turn(40)
    player.next()
    assert player.plays()[0].uri != songs[0]
    hand_clock.turn(61)
    assert songs[0] in [play.uri for play in player.plays()[:2]]


def test_no_one_has_to_look_for_time_to_pass(player: Player, hand_clock: HandClock, songs: list[str]) -> None:
    player.play_uris(songs[:200])
    player.set_repeat("context")
    hand_clock.turn(86_400)
    assert player.truth().is_playing
    assert len(player.plays()) > 100


def test_same_seed_gives_the_same_delays(hand_clock: HandClock) -> None:
    worlds = [World(seed=7, clock=hand_clock, profile=Profile.flaky()) for _ in range(2)]
    first, second = ([w.chance.latency_ms(w.person("bob").devices[0]) for _ in range(20)] for w in worlds)
    assert first == second


def test_shuffle_by_api_and_app_share_one_rule(player: Player, songs: list[str]) -> None:
    player.play_uris(songs[:10])
    player.set_shuffle(True)
    player.send(player.shuffling(False), player.person.devices[0])
    assert player.queue() == tuple(songs[1:10])


def test_unknown_things_are_named(player: Player) -> None:
    with pytest.raises(KeyError, match="spotify:track:nope"):
        player.play_uris(["spotify:track:nope"])
    with pytest.raises(ValueError, match="uris is empty"):
        player.play_uris([])
    with pytest.raises(KeyError, match="no device d1"):
        player.transfer("d1")
    with pytest.raises(ValueError, match="repeat mode 'once'"):
        player.set_repeat("once")  # type: ignore[arg-type]


def test_person_without_a_device_switched_on_cannot_play(world: World, songs: list[str]) -> None:
    hana = world.player("hana")
    with pytest.raises(ValueError, match="hana has no device switched on"):
        hana.play_uris(songs[:1])
    hana.set_device_online(hana.person.devices[0].id, True)
    hana.play_uris(songs[:1])
    assert hana.truth().is_playing

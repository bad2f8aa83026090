"""Who takes part in a measured night, with which devices, over which network."""

import random

from bench.sync.recording import Sample
from songswap.simulator import Profile, Truth, World
from songswap.simulator.catalogue import Catalogue

HOST = "ada"
LISTENERS = ("bob", "cleo", "dario", "edda", "finn")
EVERYBODY = (HOST, *LISTENERS)
LATENCIES_MS = (250.0, 400.0, 600.0, 900.0, 1_300.0)
HOST_LATENCY_MS = 400.0
LONGEST_WAY_MS = 150.0

BASE = Profile(
    latency_jitter=0.15,
    stall_probability=0.02,
    stall_ms=(1_000.0, 3_000.0),
    read_staleness_ms=(200.0, 200.0),
    report_bias_ms=60.0,
    here_ms=80.0,
    here_jitter=0.25,
    here_bias_ms=15.0,
    rtt_ms=(40.0, LONGEST_WAY_MS),
)


def seat(world: World, seed: int, slowness: float = 1.0) -> None:
    """Give everybody Premium and devices with their latencies; who has which is the seed's."""
    world.person("finn").premium = True
    rng = random.Random(seed)
    latencies_ms = list(LATENCIES_MS)
    rng.shuffle(latencies_ms)
    for person, latency_ms in zip((*LISTENERS, HOST), (*latencies_ms, HOST_LATENCY_MS), strict=True):
        for device in world.person(person).devices:
            device.latency_ms = latency_ms * slowness


def longest_playlist(world: World) -> str:
    """The uri of what the host plays."""
    playlist = max(world.playlists.values(), key=lambda one: len(one.rows))
    return f"spotify:playlist:{playlist.id}"


def sample(truth: Truth, catalogue: Catalogue) -> Sample:
    """What was heard, a relinked track by the id it was asked for."""
    track = catalogue.tracks.get((truth.uri or "").removeprefix("spotify:track:"))
    uri = f"spotify:track:{track.plays_as}" if track and track.plays_as else truth.uri
    return Sample(uri, truth.position_ms, truth.is_playing)

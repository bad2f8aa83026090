"""How the network and the devices behave: which delays there are, and how they are drawn."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

Range = tuple[float, float]


@dataclass(frozen=True)
class Profile:
    """The delays of one simulated Spotify. Ranges are drawn uniformly, `*_jitter` is a relative standard deviation."""

    latency_ms: float = 0.0
    """Mean time from an accepted command to the loudspeaker; a device scales or replaces it."""
    latency_jitter: float = 0.0
    stall_probability: float = 0.0
    stall_ms: Range = (1_000.0, 3_000.0)
    read_staleness_ms: Range = (0.0, 0.0)
    """How long reads go on showing the state before a change."""
    here_ms: float = 0.0
    """Mean time from a command within a page that plays (Web Playback SDK) to its loudspeaker [assumed]."""
    here_jitter: float = 0.0
    here_bias_ms: float = 0.0
    """Standard deviation of the error in the position such a page is told; one draw for each change of state."""
    report_bias_ms: float = 0.0
    """Standard deviation of the error in the reported progress; one draw for each change of state."""
    rtt_ms: Range = (0.0, 0.0)
    """Travel time each way between a client and the API."""
    history_lag_ms: Range = (0.0, 0.0)
    """How long after its end a play shows up in recently-played."""

    @classmethod
    def instant(cls) -> Profile:
        """No delay anywhere: for tests of behaviour."""
        return cls()

    @classmethod
    def typical(cls) -> Profile:
        """A quiet evening on a home network."""
        return cls(
            latency_ms=450.0,
            latency_jitter=0.12,
            here_ms=60.0,
            here_jitter=0.25,
            stall_probability=0.01,
            read_staleness_ms=(150.0, 600.0),
            report_bias_ms=40.0,
            rtt_ms=(20.0, 60.0),
            history_lag_ms=(500.0, 3_000.0),
        )

    @classmethod
    def slow(cls) -> Profile:
        """Far away and sluggish, but dependable."""
        return cls(
            latency_ms=1_000.0,
            latency_jitter=0.2,
            here_ms=120.0,
            here_jitter=0.3,
            stall_probability=0.03,
            read_staleness_ms=(500.0, 2_500.0),
            report_bias_ms=80.0,
            rtt_ms=(120.0, 350.0),
            history_lag_ms=(5_000.0, 60_000.0),
        )

    @classmethod
    def flaky(cls) -> Profile:
        """Crowded Wi-Fi: wide spreads and frequent stalls."""
        return cls(
            latency_ms=700.0,
            latency_jitter=0.4,
            here_ms=150.0,
            here_jitter=0.5,
            stall_probability=0.12,
            read_staleness_ms=(100.0, 3_000.0),
            report_bias_ms=120.0,
            rtt_ms=(20.0, 900.0),
            history_lag_ms=(500.0, 600_000.0),
        )

    @classmethod
    def named(cls, name: str) -> Profile:
        """The profile called `name`; ValueError with the known names otherwise."""
        known = {"instant": cls.instant, "typical": cls.typical, "slow": cls.slow, "flaky": cls.flaky}
        if name not in known:
            raise ValueError(f"unknown profile {name!r}: one of {', '.join(known)}")
        return known[name]()


class _Latent(Protocol):
    latency_ms: float | None
    latency_factor: float


class Chance:
    """Draws what a profile describes from the world's one source of randomness."""

    def __init__(self, rng: random.Random, profile: Profile) -> None:
        self.rng = rng
        self.profile = profile

    def latency_ms(self, device: _Latent) -> float:
        """The time a command takes to be heard on `device`, stalls included."""
        profile = self.profile
        mean_ms = profile.latency_ms * device.latency_factor if device.latency_ms is None else device.latency_ms
        sampled_ms = mean_ms * max(0.25, self.rng.gauss(1.0, profile.latency_jitter))
        if self.rng.random() < profile.stall_probability:
            sampled_ms += self.rng.uniform(*profile.stall_ms)
        return sampled_ms

    def here_ms(self) -> float:
        """The time a command within a page that plays takes to be heard: what it needs to buffer."""
        profile = self.profile
        return profile.here_ms * max(0.25, self.rng.gauss(1.0, profile.here_jitter))

    def here_bias_ms(self) -> float:
        """By how much such a page is told a wrong position."""
        return self.rng.gauss(0.0, self.profile.here_bias_ms)

    def staleness_ms(self) -> float:
        """How long this change stays invisible to reads."""
        return self.rng.uniform(*self.profile.read_staleness_ms)

    def report_bias_ms(self) -> float:
        """By how much this state's progress is misreported."""
        return self.rng.gauss(0.0, self.profile.report_bias_ms)

    def travel_s(self) -> float:
        """One way between client and API."""
        return self.rng.uniform(*self.profile.rtt_ms) / 1_000

    def history_lag_ms(self) -> float:
        """The time between the end of a play and its row."""
        return self.rng.uniform(*self.profile.history_lag_ms)

"""Figures for Prometheus: what is asked here, and what is asked of Spotify."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from songswap.clock import Clock
from songswap.config import Spotify
from songswap.documents import HEARTBEAT
from songswap.spotify.budget import FAMILIES
from songswap.spotify.gate import Gate
from songswap.store import Store

METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""Those our routes know. Anybody may invent others, and a series is kept for good."""


class Metrics:
    """The figures of one app, in a registry of their own."""

    def __init__(self, store: Store, clock: Clock, gate: Gate, spotify: Spotify) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Spotify(clock, gate, spotify))
        self._registry.register(_Worker(store, clock))
        self._requests = Counter(
            "songswap_requests", "Requests by route and status", ("method", "route", "status"), registry=self._registry
        )
        self._streams = Gauge("songswap_event_streams", "Group pages open now", registry=self._registry)

    def count(self, method: str, route: str, status: int) -> None:
        """Count a request that was answered."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()

    @contextmanager
    def event_stream(self) -> Iterator[None]:
        """An event stream is open for as long as the block lasts."""
        with self._streams.track_inprogress():
            yield

    def text(self) -> bytes:
        """All figures in Prometheus' format."""
        return generate_latest(self._registry)


class _Spotify(Collector):
    def __init__(self, clock: Clock, gate: Gate, spotify: Spotify) -> None:
        self._clock = clock
        self._gate = gate
        self._spotify = spotify

    def collect(self) -> Iterable[Metric]:
        calls = GaugeMetricFamily("songswap_spotify_calls_24h", "Calls to Spotify in 24 hours", labels=["family"])
        for family, count in self._gate.spent_24h().items():
            calls.add_metric([family], count)
        yield calls
        holds = GaugeMetricFamily(
            "songswap_spotify_hold_seconds", "How long calls are held back still", labels=["family", "app"]
        )
        for app in self._spotify.apps:
            for family in FAMILIES:
                if until_ms := self._gate.held_until_ms(family, app.name):
                    holds.add_metric([family, app.name], (until_ms - self._clock.now_ms()) / 1000)
        yield holds


class _Worker(Collector):
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def collect(self) -> Iterable[Metric]:
        age = GaugeMetricFamily("songswap_worker_heartbeat_age_seconds", "Since the worker was last heard of")
        if heartbeat := self._store.read(HEARTBEAT):
            age.add_metric([], (self._clock.now_ms() - heartbeat.beat_at_ms) / 1000)
        yield age

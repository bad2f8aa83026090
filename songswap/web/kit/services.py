"""What every request may use: the configuration, the store, the clock and the way to Spotify's log-in."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from quart import current_app

from songswap.catalogue.catalogue import Catalogue
from songswap.clock import Clock
from songswap.columns.query import Engine
from songswap.config import Config
from songswap.core.kit.hosts import Names, with_local_names
from songswap.documents import CIRCLE, GROUP, NOTICES, PROFILE, READ_UP_TO
from songswap.model.music_source import MusicSource
from songswap.model.notices import Notices
from songswap.model.people import Group
from songswap.model.posts import ReadUpTo
from songswap.model.profiles import Circle, Profile
from songswap.reccobeats import ReccoBeatsClient
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import OAuth
from songswap.store import Store
from songswap.survey import Survey
from songswap.vault import Vault
from songswap.web.kit.attachment_cache import Cards
from songswap.web.kit.broadcast import Hub
from songswap.web.kit.caches import Remembered
from songswap.web.kit.directory import Directory
from songswap.web.kit.errands import Errands
from songswap.web.kit.held import Held
from songswap.web.kit.limits import MOST_AT_ONCE, MOST_STREAMS, Cost, Lines, usual
from songswap.web.kit.metrics import Metrics
from songswap.web.kit.night_logs import Diaries
from songswap.web.kit.pending_logins import PendingLogins
from songswap.web.kit.post_log import Books
from songswap.web.kit.rate_limiter import Exchanges, Pace
from songswap.web.kit.search_results import Finds
from songswap.web.kit.uploads import Inbox
from songswap.web.kit.watching import Watching

EXTENSION = "songswap"
T = TypeVar("T")


@dataclass
class Services:
    """Lives as long as the app. Set `stopping` and wake the store's subscribers to end every event stream."""

    config: Config
    store: Store
    clock: Clock
    vault: Vault
    gate: Gate
    metrics: Metrics
    exchanges: Exchanges = field(default_factory=Exchanges)
    """How many log-ins may be asked about at Spotify."""
    pace: Pace = field(default_factory=Pace)
    """How fast a person may change things."""
    unasked_pace: Pace = field(default_factory=Pace)
    """How fast a person's pages may tell of things by themselves."""
    paces: dict[Cost, Pace] = field(default_factory=usual)
    """How often everything else is answered."""
    spotify_pace: Pace = field(default_factory=lambda: Pace(limit=25, window_ms=30_000.0))
    """How often Spotify is asked while a person waits: an app has 45 calls in 30 s for its five people."""
    lines: Lines = field(default_factory=Lines)
    at_once: Held = field(default_factory=lambda: Held(MOST_AT_ONCE))
    """What is under way for each address."""
    streams: Held = field(default_factory=lambda: Held(MOST_STREAMS))
    """What is open for each person's pages."""
    finds: Finds = field(default_factory=Finds)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    taking_out: set[str] = field(default_factory=set)
    """Accounts whose history is being downloaded."""
    writing_pace: Pace = field(default_factory=lambda: Pace(limit=30, window_ms=60_000.0))
    """How fast a person may write where others read."""
    report_pace: Pace = field(default_factory=lambda: Pace(limit=10, window_ms=3_600_000.0))
    """How many reports a person may make in an hour."""
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    bringing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a file for the catalogue arrives."""
    hub: Hub = field(default_factory=Hub)
    watching: Watching = field(default_factory=Watching)
    cards: Cards = field(default_factory=Cards)
    errands: Errands = field(default_factory=Errands)
    pending: PendingLogins = field(init=False)
    names: Names = field(init=False)
    books: Books = field(init=False)
    diaries: Diaries = field(init=False)
    directory: Directory = field(init=False)
    profiles: Remembered[Profile] = field(init=False)
    circles: Remembered[Circle] = field(init=False)
    groups: Remembered[Group] = field(init=False)
    reading: Remembered[ReadUpTo] = field(init=False)
    notices: Remembered[Notices] = field(init=False)
    inbox: Inbox = field(init=False)
    survey: Survey = field(init=False)
    columns: Engine = field(init=False)
    catalogue: Catalogue = field(init=False)
    reccobeats: ReccoBeatsClient = field(init=False)
    oauth: OAuth = field(init=False)
    client: Client = field(init=False)

    parts: dict[type, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pending = PendingLogins(self.vault)
        server = self.config.server
        local = with_local_names((server.host, socket.gethostname()))
        self.names = Names(server.url, server.port, local | frozenset(server.names))
        self.books = Books(self.store)
        self.diaries = Diaries(self.store)
        self.directory = Directory(self.store)
        self.profiles = Remembered(self.store, PROFILE)
        self.circles = Remembered(self.store, CIRCLE)
        self.groups = Remembered(self.store, GROUP)
        self.reading = Remembered(self.store, READ_UP_TO)
        self.notices = Remembered(self.store, NOTICES)
        self.inbox = Inbox(self.store)
        self.survey = Survey(self.store)
        self.columns = Engine(self.store.root)
        self.catalogue = Catalogue(self.store.root)

    @property
    def music(self) -> MusicSource:
        """Where songs, albums and playlists are found."""
        return self.client

    def part(self, kind: type[T], make: Callable[[], T]) -> T:
        """A feature's own part of what lives as long as the app: made by `make` when it is first asked for."""
        part = self.parts.get(kind)
        if part is None:
            part = self.parts[kind] = make()
        return cast(T, part)


def current_services() -> Services:
    """The resources of the app that serves the present request."""
    return cast(Services, current_app.extensions[EXTENSION])

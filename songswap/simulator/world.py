"""The whole simulated Spotify: people, players, music, apps, and what is wrong today."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .apps import ClientApp
from .catalogue import catalogue_of
from .faults import Faults
from .grants import Grants
from .limits import Limits
from .pastimes import invent_history
from .people import Person, invent_people
from .players import Player
from .playlists import Playlist, invent_playlists
from .profile import Chance, Profile
from .project import Project


class CallRecord(NamedTuple):
    """One request as it came in; `status` is 0 for a connection that was cut."""

    time_s: float
    person: str | None
    method: str
    path: str
    status: int


class World:
    """Everything the simulator knows. All chance comes from `seed`, all time from `clock` (epoch seconds)."""

    def __init__(self, seed: int = 1, clock: Callable[[], float] = time.time, profile: Profile | None = None) -> None:
        self.seed = seed
        self.clock = clock
        self.rng = random.Random()
        self.catalogue, state = catalogue_of(seed)
        self.rng.setstate(state)
        self.people: dict[str, Person] = invent_people(self.rng, self.catalogue)
        self.playlists: dict[str, Playlist] = invent_playlists(self.rng, self.catalogue, self.people, clock())
        self.apps: dict[str, ClientApp] = {}
        self.limits = Limits()
        self.project = Project(clock)
        self.calls: list[CallRecord] = []
        self.calls_while_blocked = 0
        self.grants = Grants(hashlib.sha256(f"embedded spotify {seed}".encode()).digest(), clock)
        self.chance = Chance(self.rng, profile or Profile.instant())
        self.faults = Faults(self.rng, clock)
        self._players = {person.id: self._new_player(person) for person in self.people.values()}

    @property
    def profile(self) -> Profile:
        """The delays in force; may be replaced at any time."""
        return self.chance.profile

    @profile.setter
    def profile(self, profile: Profile) -> None:
        self.chance.profile = profile

    def person(self, person_id: str) -> Person:
        """The person with this id; KeyError that lists the known ones otherwise."""
        if person_id not in self.people:
            raise KeyError(f"no person {person_id!r}: one of {', '.join(self.people)}")
        return self.people[person_id]

    def player(self, person_id: str) -> Player:
        """The person's own player, to do what they do in their app."""
        return self._players[self.person(person_id).id]

    def register_app(
        self,
        client_id: str,
        client_secret: str | None = None,
        redirect_uris: Iterable[str] = (),
        allowlist: Iterable[str] | None = None,
    ) -> ClientApp:
        """Register an app as on Spotify's dashboard; ValueError for what the dashboard refuses."""
        people = None if allowlist is None else [self.person(person_id).id for person_id in allowlist]
        app = ClientApp(client_id, client_secret, list(redirect_uris), people)
        self.apps[client_id] = app
        return app

    def app(self, client_id: str) -> ClientApp:
        """The app with this id; KeyError that lists the known ones otherwise."""
        if client_id not in self.apps:
            raise KeyError(f"no app {client_id!r} is registered: one of {', '.join(self.apps) or 'none'}")
        return self.apps[client_id]

    def context_uris(self, uri: str) -> tuple[str, ...]:
        """What a context plays, playlists included; KeyError that names an unknown one."""
        playlist = self.playlists.get(uri.removeprefix("spotify:playlist:"))
        if playlist is not None:
            return tuple(row.uri for row in playlist.rows)
        return self.catalogue.context_uris(uri)

    def issue_tokens(self, person_id: str, client_id: str, scopes: Iterable[str] | str) -> dict[str, Any]:
        """A log-in without its pages: the token endpoint's answer. Takes one of the app's seats if any is free."""
        self.app(client_id).take_seat(self.person(person_id).id)
        return self.grants.answer(
            person_id, client_id, scopes.split() if isinstance(scopes, str) else scopes, pkce=True
        )

    def revoke(self, person_id: str) -> None:
        """The person disconnects all apps: their tokens are dead."""
        self.grants.revoke(self.person(person_id).id)

    def expire_tokens(self, person_id: str) -> None:
        """All access tokens of this person expire now; their refresh tokens live."""
        self.grants.expire(self.person(person_id).id)

    def _new_player(self, person: Person) -> Player:
        player = Player(person, self.clock, self.chance, self.catalogue.duration_ms, self.context_uris)
        player.history.extend(invent_history(self.seed, person, self.catalogue, self.clock()))
        return player

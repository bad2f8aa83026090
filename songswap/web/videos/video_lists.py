"""The lists whose music videos somebody may look for: those of their groups, those of their own, and no others."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from songswap.core.people.audience import sees_section
from songswap.documents import PLAYLISTS, RENEWALS, RENEWED, Account, Renewals, RenewalsSeen
from songswap.model.playlists import Entry, PlaylistsSeen
from songswap.model.struct import Struct
from songswap.model.videos import Song
from songswap.spotify.links import SpotifyLink, link_of
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.viewer import Viewer, profile_of, viewer_of

MOST_SONGS: Final = 50
NOT_YOURS: Final = (
    "This playlist is not one of yours, nor one your groups show you. Videos are looked for in those alone."
)

Whose = Literal["group", "own", "shown"]
"""Made of a group's listening; one's own; somebody else's, who shows it to a group."""
_ORDER: Final[tuple[Whose, ...]] = ("group", "own", "shown")


class ListChoice(Struct, frozen=True):
    """A list one may choose, by an id of ours. `about`: whose it is, in words."""

    id: str
    name: str
    whose: Whose
    about: str


@dataclass(frozen=True)
class Listed:
    """A choice, with what it is called in the store and at Spotify; `songs` is None where they are to be read there."""

    choice: ListChoice
    name: str
    playlist_id: str
    songs: tuple[Song, ...] | None = None


def lists_of(services: Services, account: Account) -> tuple[Listed, ...]:
    """What `account` may choose from, their groups' lists first. Raises StoreError."""
    viewer = viewer_of(services, account)
    renewing = sorted(_renewing(services, viewer, account), key=lambda one: _ORDER.index(one.choice.whose))
    known = {one.playlist_id for one in renewing}
    first = [one for one in renewing if one.choice.whose != "shown"]
    others = [one for one in renewing if one.choice.whose == "shown"]
    return (*first, *(one for one in _own(services, account) if one.playlist_id not in known), *others)


def find_list(lists: tuple[Listed, ...], wanted: str) -> Listed | None:
    """The list of that id, ours or Spotify's (also as a link or URI); the first for none. None where there is no list.

    Raises ProblemError: 403 for a playlist that is not among them, 404 for what is no id.
    """
    if not wanted:
        return next(iter(lists), None)
    for one in lists:
        if wanted == one.choice.id:
            return one
    link = link_of(wanted, "playlist") or link_of(SpotifyLink("playlist", wanted.strip()).uri, "playlist")
    if link is None:
        raise ProblemError(404, "no_such_playlist", "There is no such playlist among yours and your groups’.")
    for one in lists:
        if link.id == one.playlist_id:
            return one
    raise ProblemError(403, "not_your_playlist", NOT_YOURS)


def _renewing(services: Services, viewer: Viewer, account: Account) -> Iterator[Listed]:
    """Playlists that renew themselves: what is in them is known here, and costs no call."""
    people = {account.id: ""}
    for group in viewer.groups.values():
        people.update({member: group.name for member in group.members if member not in people})
    for owner, group_name in people.items():
        person = services.directory.get(owner)
        if person is None:
            continue
        profile = profile_of(services, owner)
        if owner != account.id and not sees_section(viewer.relation_to(owner), profile, "playlists"):
            continue
        wanted = (services.store.read(RENEWALS, owner) or Renewals()).wanted
        about = "yours" if owner == account.id else f"{person.display_name}, {group_name}"
        for renewal_id, seen in (services.store.read(RENEWED, owner) or RenewalsSeen()).renewals.items():
            songs = tuple(map(_song, (one for one in seen.entries if one.title)))[:MOST_SONGS]
            if songs and renewal_id in wanted:
                of_group = viewer.groups.get(wanted[renewal_id].source.scope.removeprefix("group:"))
                whose: Whose = "group" if of_group else "own" if owner == account.id else "shown"
                name, words = f"{owner}-{renewal_id}", of_group.name if of_group else about
                choice = ListChoice(_id(name), seen.name or wanted[renewal_id].name, whose, words)
                yield Listed(choice, name, seen.playlist_id or "", songs)


def _own(services: Services, account: Account) -> Iterator[Listed]:
    for one in (services.store.read(PLAYLISTS, account.id) or PlaylistsSeen()).items:
        if one.is_mine and one.tracks != 0:
            yield Listed(ListChoice(_id(one.id), one.name, "own", "yours"), one.id, one.id)


def _song(entry: Entry) -> Song:
    return Song(entry.artist, entry.title)


def _id(name: str) -> str:
    """An id that tells nothing: the page of videos shows none of Spotify's."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]

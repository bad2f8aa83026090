"""What is learnt from: of each person what they brought themselves, and nothing that Spotify was asked for."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from songswap.columns.sources import Logs
from songswap.core.guess.traits import Traits, text_traits
from songswap.core.history.name_folding import is_own_id, recording_hash
from songswap.core.insights.counting_rules import SHORTEST_MS
from songswap.core.talk.posts import Page
from songswap.documents import CHAT, GROUP_POSTS
from songswap.learning.sounding import Sounds
from songswap.model.guessing import GuessKind
from songswap.model.history import Play, Source, TrackName
from songswap.model.posts import Post, Row
from songswap.store import Log, Store

BROUGHT: Final[tuple[Source, ...]] = ("export", "account", "listenbrainz", "lastfm")
"""Sources that are files of a person's own. Spotify's terms don't let anything it is asked for be learnt from: not
`recent`, and not what a session has `seen` [Developer Policy III.13–14]."""
LEAST_PLAYS: Final = 2
"""So often somebody has to have played a song for it to be theirs: once may be an accident."""
MORE_THAN_OTHERS: Final = 2.0
"""A song is that of one of several who play it if it has so many times the share of their listening that it has of
anybody else's. What all play alike tells nobody apart."""
MOST_EXAMPLES: Final = 4_000
"""Of each person: their most played songs, their latest texts. More would make learning slower, and hardly better."""
LEAST_WORDS: Final = 2
"""A text of fewer says nothing about who wrote it."""


@dataclass(frozen=True)
class Example:
    """A song of somebody's, or a text; examples with the same `key` are about the same thing."""

    account: str
    key: int
    traits: Traits


@dataclass(frozen=True)
class ExampleSong:
    """A song somebody has played, as they brought it; `id` is Spotify's, empty where no source knows it."""

    key: int
    title: str
    artist: str
    artists: tuple[str, ...]
    id: str
    plays: int


def songs_of(root: Path, account: str) -> list[ExampleSong]:
    """The songs of `account` in the store at `root`, the most played first. Raises StoreError, UnfitNameError."""
    logs = Logs(root, account)
    counts: dict[Source, dict[str, int]] = {}
    for month in logs.months:
        if month.source in BROUGHT:
            counted = counts.setdefault(month.source, {})
            for play in logs.plays_in(month):
                if _counts(play):
                    counted[play.track] = counted.get(play.track, 0) + 1
    found: dict[int, ExampleSong] = {}
    for source, counted in counts.items():
        for song in _named(counted, logs.names_by(source)):
            before = found.get(song.key)
            if before is None or (song.plays, song.id) > (before.plays, before.id):
                found[song.key] = song
    theirs = (song for song in found.values() if song.plays >= LEAST_PLAYS)
    return sorted(theirs, key=lambda song: (-song.plays, song.key))


def song_examples(songs: Mapping[str, Sequence[ExampleSong]], sounds: Sounds) -> list[Example]:
    """Examples of each person's songs: those that are rather theirs, no more than MOST_EXAMPLES of anybody."""
    owned = owned_songs(songs)
    kept = [(account, song) for account, theirs in owned.items() for song in theirs[:MOST_EXAMPLES]]
    known = sounds.traits_of([(song.title, song.artists, song.id) for _, song in kept])
    return [Example(account, song.key, traits) for (account, song), traits in zip(kept, known, strict=True)]


def owned_songs(songs: Mapping[str, Sequence[ExampleSong]]) -> dict[str, list[ExampleSong]]:
    """Of everybody's songs, in their order, those that nobody else of them plays nearly as much."""
    shares: dict[int, list[tuple[float, str]]] = {}
    for account, theirs in songs.items():
        total = sum(song.plays for song in theirs)
        for song in theirs:
            shares.setdefault(song.key, []).append((song.plays / total, account))
    owners = {key: owner for key, rivals in shares.items() if (owner := _owner(rivals)) is not None}
    return {account: [song for song in theirs if owners.get(song.key) == account] for account, theirs in songs.items()}


def _owner(rivals: list[tuple[float, str]]) -> str | None:
    first, *others = sorted(rivals, reverse=True)
    return first[1] if all(first[0] >= MORE_THAN_OTHERS * share for share, _ in others) else None


def text_examples(store: Store, group: str, accounts: Iterable[str]) -> list[Example]:
    """Examples of what people wrote in the posts and the chat of `group`. Raises StoreError, UnfitNameError."""
    written: dict[str, list[tuple[int, str]]] = {account: [] for account in accounts}
    for log in (GROUP_POSTS, CHAT):
        for post in _posts(store, log, group):
            if post.by in written and post.system is None and post.removed_by is None:
                written[post.by].append((post.n, post.text))
    examples: list[Example] = []
    for account, texts in written.items():
        latest = (text for _, text in sorted(texts, reverse=True))
        told = [text for text in dict.fromkeys(latest) if len(text.split()) >= LEAST_WORDS][:MOST_EXAMPLES]
        examples += [Example(account, _key(text), text_traits(text)) for text in told]
    return examples


def made_of(kind: GuessKind, examples: Iterable[Example]) -> dict[str, frozenset[int]]:
    """What tells by account whether an example is still there; the same for the same thing of the same person."""
    found: dict[str, set[int]] = {}
    for one in examples:
        found.setdefault(one.account, set()).add(_short(kind, one.key))
    return {account: frozenset(keys) for account, keys in found.items()}


def _counts(play: Play) -> bool:
    return not play.is_private and (play.played_ms is None or play.played_ms >= SHORTEST_MS)


def _named(counted: Mapping[str, int], names: Iterable[TrackName]) -> list[ExampleSong]:
    """Songs with what a source says they are called; those under several ids are one."""
    known = {name.id: name for name in names if name.id in counted}
    found: dict[int, ExampleSong] = {}
    for track, name in known.items():
        key = recording_hash(name.artist, name.title)
        before = found.get(key)
        plays = counted[track] + (before.plays if before else 0)
        own = "" if is_own_id(track) else track
        most = own if before is None or not before.id else before.id
        found[key] = ExampleSong(key, name.title, name.artist, name.artists or (name.artist,), most, plays)
    return list(found.values())


def _posts(store: Store, log: Log[Row], group: str) -> list[Post]:
    pages = sorted(int(name) for name in store.listed(log, group) if name.isdecimal())
    return [post for page in pages for post in Page(store.rows(log, group, str(page))).posts.values()]


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _short(kind: GuessKind, key: int) -> int:
    """Thirty-two bits of what an example is: enough to tell whether it is still there."""
    return int.from_bytes(hashlib.blake2b(f"{kind} {key}".encode(), digest_size=4).digest(), "big")

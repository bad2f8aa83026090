"""People with songs they brought and things they wrote, of whom it can be learnt."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from songswap.core.history.name_folding import own_id
from songswap.documents import CHAT, PICKS, PLAYS, TRACK_NAMES
from songswap.learning.examples import Example
from songswap.model.guessing import GuessKind, Pick, Picks
from songswap.model.history import Play, Source, TrackName
from songswap.model.posts import Written
from songswap.store import Store

GROUP = "friday"
START_MS = 1_700_000_000_000


def a_store(root: Path, *accounts: str) -> Store:
    """A store with these accounts and a group, as the server sees it."""
    store = Store(root, "server")
    for account in accounts:
        (root / "accounts" / account).mkdir(parents=True)
    (root / "groups" / GROUP).mkdir(parents=True)
    return store


def bring(
    store: Store,
    account: str,
    songs: Sequence[tuple[str, str]],
    plays: int = 3,
    *,
    source: Source = "export",
    is_private: bool = False,
    played_ms: int = 200_000,
    first: int = 0,
) -> None:
    """Have the importer keep so many plays of each song, told as (artist, title)."""
    importer = Store(store.root, "importer")
    names = [TrackName(track_id(*song), song[1], song[0]) for song in songs]
    importer.extend(TRACK_NAMES, names, account, source, durable=False)
    moments = iter(range(START_MS + first, START_MS + first + 10**12, 1_000))
    rows = [
        Play(next(moments), name.id, played_ms, is_private=is_private, reason_end="trackdone")
        for name in names
        for _ in range(plays)
    ]
    importer.extend(PLAYS, rows, account, source, "2023-11", durable=False)


def track_id(artist: str, title: str) -> str:
    """An id as Spotify's, the same for the same song."""
    return own_id(artist, title)[1:].ljust(22, "0")[:22].replace("~", "0")


def songs_by(artists: Sequence[str], count: int, rng: Random) -> list[tuple[str, str]]:
    """So many songs by some artists, with titles that say nothing."""
    return [(rng.choice(artists), f"Number {rng.randrange(10**6)}") for _ in range(count)]


def say(store: Store, account: str, texts: Sequence[str], n: int = 1, group: str = GROUP) -> int:
    """Have somebody write in the group's chat; returns the next number."""
    rows = [Written(n + place, START_MS + place, account, text) for place, text in enumerate(texts)]
    store.extend(CHAT, rows, group, "1")
    return n + len(rows)


def pick(store: Store, kind: GuessKind, *accounts: str, rev: int = 1, name: str = "pick") -> Pick:
    """Have a pick wanted."""
    wanted = Pick(name, kind, tuple(sorted(accounts)), 1.0, rev)
    store.write(PICKS, Picks((wanted,)), GROUP)
    return wanted


def tastes(count: int, rng: Random, people: Sequence[str] = ("ada", "bob", "cleo")) -> list[Example]:
    """Examples of people who mostly, but not always, play artists of their own."""
    found = []
    for key in range(count):
        place = rng.randrange(len(people))
        artist = f"artist={place if rng.random() < 0.8 else rng.randrange(len(people))}-{rng.randrange(6)}"
        found.append(
            Example(
                people[place], key, {artist: 1.0, f"word={rng.randrange(40)}": 1.0, "sound=energy": rng.uniform(-1, 1)}
            )
        )
    return found

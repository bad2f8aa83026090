"""Learns a pick of a group, from the store: what the worker has done in a process of its own."""

import base64
import time
from array import array
from collections.abc import Mapping, Sequence
from typing import Final

from songswap.core.guess.classifier import LEAST_EXAMPLES, is_forgotten, is_worth_learning
from songswap.documents import LEARNT
from songswap.learning.examples import ExampleSong, made_of, song_examples, songs_of, text_examples
from songswap.learning.sounding import Sounds
from songswap.learning.train import Lesson, learn
from songswap.model.guessing import Learnt, PartySong, Pick, Taught
from songswap.model.music import SPOTIFY, TrackId
from songswap.store import Store

LEAST_PLAYS_LEARNT: Final = 3
"""So often the person a song of the game is of has to have played it."""
MOST_SONGS: Final = 40
"""For the game, of each person."""
DIGITS: Final = 4


def learn_pick(store: Store, group: str, pick: Pick, now_ms: float) -> Taught | None:
    """What is learnt of `pick` by now; None if that would be what was learnt before. Raises StoreError, OSError."""
    began_s = time.monotonic()
    songs = {account: songs_of(store.root, account) for account in pick.accounts} if pick.kind == "songs" else {}
    if pick.kind == "songs":
        examples = song_examples(songs, Sounds(store.root))
    else:
        examples = text_examples(store, group, pick.accounts)
    counts = dict.fromkeys(pick.accounts, 0)
    for one in examples:
        counts[one.account] += 1
    keys = made_of(pick.kind, examples)
    before = store.read(LEARNT, group, pick.id)
    if before is not None and before.rev == pick.rev and before.state in {"done", "too_little"}:
        held = {account: unpacked(text) for account, text in before.made_of.items()}
        if not is_forgotten(held, keys) and not is_worth_learning(before.examples, counts):
            return None
    packed_keys = {account: packed(of) for account, of in keys.items()}
    if min(counts.values()) < LEAST_EXAMPLES:
        return Taught(Learnt(pick.id, "too_little", now_ms, pick.rev, counts, packed_keys))
    lesson = learn(examples, pick.accounts)
    learnt = Learnt(
        pick=pick.id,
        state="done",
        at_ms=now_ms,
        rev=pick.rev,
        examples=counts,
        made_of=packed_keys,
        took_s=round(time.monotonic() - began_s, 2),
        quality=lesson.quality,
        songs=party_songs(songs, lesson),
    )
    return Taught(learnt, lesson.brain)


def party_songs(songs: Mapping[str, Sequence[ExampleSong]], lesson: Lesson) -> tuple[PartySong, ...]:
    """Songs for the game: one person's alone, their most played, each with what was said while it was left out."""
    owners: dict[int, set[str]] = {}
    for account, theirs in songs.items():
        for song in theirs:
            owners.setdefault(song.key, set()).add(account)
    chances = {one.key: said for one, said in zip(lesson.examples, lesson.left_out, strict=True)}
    return tuple(
        PartySong(
            uri=TrackId(SPOTIFY, song.id).uri,
            title=song.title,
            artist=song.artist,
            whose=account,
            chances=tuple(round(one, DIGITS) for one in chances[song.key]),
            plays=song.plays,
        )
        for account, theirs in songs.items()
        for song in [
            song
            for song in theirs
            if song.id and song.plays >= LEAST_PLAYS_LEARNT and len(owners[song.key]) == 1 and song.key in chances
        ][:MOST_SONGS]
    )


def packed(keys: frozenset[int]) -> str:
    """Numbers of 32 bits as text."""
    return base64.b64encode(array("I", sorted(keys)).tobytes()).decode()


def unpacked(text: str) -> frozenset[int]:
    """The numbers that `packed` made the text of."""
    return frozenset(array("I", base64.b64decode(text)))

"""python -m bench.whose: how well, how soon and in how much memory it is learnt whose a song is.

Real songs with their genres and sound (../shared/data/spotify_features.csv; made ones where it is absent) are dealt out
to people who each like three genres, and forty artists of these: half of their songs are by these artists, two of ten
of the genres, the others any. From 16,000 examples on the songs are made ones. Each size is learnt in a
process of its own, as the worker has it done, and put beside scikit-learn's plain pipeline on the same folds, and the
base rates. Writes bench/whose.txt.
"""

import csv
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from songswap.core.guess.classifier import ask, log_loss
from songswap.core.guess.traits import song_traits
from songswap.documents import PLAYS, TRACK_NAMES
from songswap.learning.examples import Example, songs_of
from songswap.learning.train import FOLDS, SEED, Lesson, learn
from songswap.model.history import Play, TrackName
from songswap.store import Store

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data" / "spotify_features.csv"
TARGET = Path(__file__).with_suffix(".txt")
SIZES = ((2, 200), (3, 500), (4, 1_000), (8, 500), (8, 2_000), (8, 4_000))
MOST_REAL = 8_000
MADE = 200_000
GENRES_EACH, ARTISTS_EACH = 3, 40
BY_ARTIST, BY_GENRE = 0.5, 0.2
SOUND = ("energy", "valence", "danceability", "acousticness", "instrumentalness", "liveness", "speechiness")
ROUNDS = 2_000


def songs(wanted: int) -> list[dict[str, str]]:
    """Real songs, or made ones, each with genre, artist, title and sound: more than are wanted."""
    if REAL.exists() and wanted <= MOST_REAL:
        with REAL.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    return list(_made(MADE, random.Random(1)))


def _made(count: int, rng: random.Random) -> Iterator[dict[str, str]]:
    for _ in range(count):
        genre = rng.randrange(26)
        artist = f"Artist {genre} {rng.randrange(400)}"
        sound = {
            name: f"{min(1.0, max(0.0, rng.gauss((genre * (place + 3)) % 10 / 10, 0.2)))}"
            for place, name in enumerate(SOUND)
        }
        yield {"genre": f"genre {genre}", "artist_name": artist, "track_name": f"Song {rng.randrange(99_999)}", **sound}


def examples(people: int, each: int, *, with_genres: bool) -> list[Example]:
    """So many songs of so many people, no song of two."""
    rng = random.Random(people * each)
    every = songs(people * each)
    by_genre, by_artist = _by(every, "genre"), _by(every, "artist_name")
    found: list[Example] = []
    given: set[int] = set()
    for person in range(people):
        genres = rng.sample(sorted(by_genre), GENRES_EACH)
        theirs = sorted({row["artist_name"] for genre in genres for row in by_genre[genre]})
        artists = rng.sample(theirs, ARTISTS_EACH)
        for _ in range(each):
            chance = rng.random()
            liked = by_artist[rng.choice(artists)] if chance < BY_ARTIST else by_genre[rng.choice(genres)]
            row = rng.choice(liked if chance < BY_ARTIST + BY_GENRE else every)
            key = hash((row["artist_name"], row["track_name"]))
            if key not in given:
                given.add(key)
                found.append(Example(f"p{person}", key, _traits(row, with_genres=with_genres)))
    return found


def _by(every: list[dict[str, str]], column: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in every:
        found.setdefault(row[column], []).append(row)
    return found


def _traits(row: dict[str, str], *, with_genres: bool) -> dict[str, float]:
    sound: dict[Any, float] = {name: (float(row[name]) - 0.5) * 4 for name in SOUND}
    return song_traits(row["track_name"], [row["artist_name"]], [row["genre"]] if with_genres else [], sound)


def plain(made: list[Example], people: int) -> tuple[float, float]:
    """Accuracy and log loss of scikit-learn's plain pipeline on the same folds."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    ordered = sorted(made, key=lambda one: (one.account, one.key))
    truth = [int(one.account[1:]) for one in ordered]
    chances = cross_val_predict(
        make_pipeline(DictVectorizer(), LogisticRegression(max_iter=1_000)),
        [one.traits for one in ordered],
        truth,
        groups=[one.key for one in ordered],
        cv=StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED),
        method="predict_proba",
    )
    assert chances.shape[1] == people
    return float((chances.argmax(axis=1) == truth).mean()), log_loss(chances.tolist(), truth)


def answers(lesson: Lesson) -> tuple[float, float]:
    """Milliseconds for an answer with its reasons, p50 and p95."""
    took_ms = []
    for one in random.Random(1).choices(lesson.examples, k=ROUNDS):
        began_at_s = time.perf_counter()
        ask(lesson.brain, one.traits)
        took_ms.append((time.perf_counter() - began_at_s) * 1000)
    return statistics.median(took_ms), statistics.quantiles(took_ms, n=20)[-1]


def one(people: int, each: int, *, with_genres: bool) -> dict[str, Any]:
    """What one size comes to."""
    made = examples(people, each, with_genres=with_genres)
    began_at_s = time.perf_counter()
    lesson = learn(made, [f"p{person}" for person in range(people)])
    took_s = time.perf_counter() - began_at_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    quality = lesson.quality
    accuracy, loss = plain(made, people)
    p50_ms, p95_ms = answers(lesson)
    return {
        "examples": len(made),
        "traits": len(lesson.brain.weights),
        "took_s": took_s,
        "peak_mb": peak_mb,
        "ours": (quality.accuracy.share, quality.accuracy.least, quality.accuracy.most, quality.log_loss),
        "plain": (accuracy, loss),
        "base": (quality.majority, quality.base_log_loss),
        "calibration": quality.calibration,
        "temperature": lesson.brain.temperature,
        "sharpness": lesson.brain.sharpness,
        "answer_ms": (p50_ms, p95_ms),
    }


def told(people: int, each: int, found: dict[str, Any], *, with_genres: bool) -> str:
    """A size in lines."""
    share, least, most, loss = found["ours"]
    what = "artist, title, sound, genre" if with_genres else "artist, title, sound"
    return (
        f"{people} people, some {each:,} songs each: {found['examples']:,} examples, "
        f"{found['traits']:,} traits ({what})\n"
        f"  learnt in                {found['took_s']:6.1f} s, {found['peak_mb']:.0f} MB at most\n"
        f"  right, left out          {share:6.1%} (95 %: {least:.1%} to {most:.1%}); plain pipeline "
        f"{found['plain'][0]:.1%}, always the one with most {found['base'][0]:.1%}\n"
        f"  log loss, left out       {loss:6.3f}; plain pipeline {found['plain'][1]:.3f}, "
        f"base rates {found['base'][1]:.3f}\n"
        f"  stated chances are off by{found['calibration']:6.1%} on average "
        f"(temperature {found['temperature']:.2f}, sharpness {found['sharpness']:.2f})\n"
        f"  an answer with reasons   {found['answer_ms'][0]:6.2f} {found['answer_ms'][1]:.2f} ms (p50, p95)\n"
    )


def reading(plays: int, songs: int) -> str:
    """How long it takes to read what somebody has brought."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "store"
        Store(root, "server")
        (root / "accounts" / "ada").mkdir(parents=True)
        importer, rng = Store(root, "importer"), random.Random(1)
        names = (TrackName(f"{number:022}", f"Song {number}", f"Artist {number % 999}") for number in range(songs))
        importer.extend(TRACK_NAMES, names, "ada", "export")
        for month in range(100):
            rows = (Play(1_400_000_000_000 + n, f"{rng.randrange(songs):022}", 200_000) for n in range(plays // 100))
            importer.extend(PLAYS, rows, "ada", "export", f"{2015 + month // 12}-{month % 12 + 1:02}", durable=False)
        began_at_s = time.perf_counter()
        found = songs_of(root, "ada")
        took_s = time.perf_counter() - began_at_s
    return (
        f"{plays:,} plays of one person, of {songs:,} songs: read in {took_s:.1f} s, {len(found):,} songs are theirs\n"
    )


def main() -> None:
    """All sizes, each in a process of its own."""
    parts = [f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores. python -m bench.whose"]
    parts.append(f"Songs: {'19,829 real ones' if REAL.exists() else 'made ones'}.\n")
    for with_genres in (False, True):
        for people, each in SIZES if not with_genres else SIZES[1:3]:
            command = [sys.executable, "-m", "bench.whose", str(people), str(each), str(int(with_genres))]
            ended = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "0"}
            )
            parts.append(told(people, each, json.loads(ended.stdout), with_genres=with_genres))
            print(parts[-1], flush=True)
    parts.append(reading(300_000, 20_000))
    print(parts[-1])
    TARGET.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one(int(sys.argv[1]), int(sys.argv[2]), with_genres=sys.argv[3] == "1")))
    else:
        main()

"""What a guess goes by: the traits of a song and of a text, and how each is told to people."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from songswap.core.discovery.audio_attributes import ATTRIBUTES, AttributeName
from songswap.core.kit.fuzzy_match import plain

Traits = dict[str, float]

LONGEST_TEXT: Final = 5_000
"""Characters of a text that are looked at."""
MOST_STEPS: Final = 3.0
"""An attribute is looked at up to so many spreads away from its mean: a slip in a catalogue decides nothing."""
PART: Final = 4
"""Letters of a part of a word: enough for endings and habits, and few enough to come again."""
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS: Final = {
    "!": "exclamation marks",
    "?": "question marks",
    "…": "dots that trail off",
    ":)": "smileys of signs",
    "CAPS": "capitals throughout",
    "lower": "a small letter at the beginning",
    "http": "a link",
    "@": "mentions",
}
_LENGTHS: Final = ((4, "very short"), (12, "short"), (40, "of middle length"))
_SONG: Final = ("artist", "word", "genre")


def song_traits(
    title: str,
    artists: Iterable[str],
    genres: Iterable[str] = (),
    attributes: Mapping[AttributeName, float] | None = None,
) -> Traits:
    """The traits of a song. `attributes` are on the catalogue's common scale: how many spreads from the mean."""
    named = {"artist": map(plain, artists), "word": plain(title).split(), "genre": map(plain, genres)}
    found = {f"{kind}={name}": 1.0 for kind in _SONG for name in named[kind] if name}
    for name, value in (attributes or {}).items():
        found[f"sound={name}"] = max(-MOST_STEPS, min(MOST_STEPS, value)) / MOST_STEPS
    return found


def text_traits(text: str) -> Traits:
    """The traits of what somebody wrote: its words and their beginnings and ends, emoji, marks, its length."""
    text = text[:LONGEST_TEXT]
    words = [unicodedata.normalize("NFC", word.casefold()) for word in _WORD.findall(text)]
    found = {f"word={word}": 1.0 for word in words}
    for word in words:
        if len(word) > PART:
            found[f"begins={word[:PART]}"] = found[f"ends={word[-PART:]}"] = 0.5
    found |= {f"emoji={one}": 1.0 for one in text if unicodedata.category(one) == "So"}
    found |= {f"mark={mark}": 1.0 for mark in _marks_of(text)}
    if found:
        length = next((name for most, name in _LENGTHS if len(words) < most), "long")
        found[f"length={length}"] = 0.5
    return found


def _marks_of(text: str) -> set[str]:
    stripped = text.strip()
    letters = [one for one in text if one.isalpha()]
    there = {
        "!": "!" in text,
        "?": "?" in text,
        "…": "…" in text or "..." in text,
        ":)": any(one in text for one in (":)", ":-)", ";)", ";-)", ":D", ":(")),
        "CAPS": len(letters) > PART and all(one.isupper() for one in letters),
        "lower": stripped[:1].islower(),
        "http": "http://" in text or "https://" in text,
        "@": "@" in text,
    }
    return {mark for mark, is_there in there.items() if is_there}


def is_weak(trait: str) -> bool:
    """Whether a trait is nothing to go by if there is no other: every text has a length."""
    return trait.startswith("length=")


def told(trait: str, value: float) -> str:
    """A trait in words."""
    kind, _, name = trait.partition("=")
    if kind == "sound":
        attribute = ATTRIBUTES[name]
        return f"{attribute.label.lower()} {'above' if value > 0 else 'below'} the usual"
    said = {
        "artist": f"the artist {name.title()}",
        "word": f"the word “{name}”",
        "genre": f"the genre {name}",
        "begins": f"a word that begins with “{name}”",
        "ends": f"a word that ends in “{name}”",
        "emoji": name,
        "mark": _MARKS.get(name, name),
        "length": f"a text that is {name}",
    }
    return said[kind]

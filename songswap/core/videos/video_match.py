"""Which of YouTube's videos is the one for a song, how sure that is, and why."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from rapidfuzz import fuzz

from songswap.core.kit.fuzzy_match import plain
from songswap.model.struct import Struct
from songswap.model.videos import Song, Video

Certainty = Literal["sure", "likely", "guess"]
Nature = Literal["video", "audio", "other"]

SURE: Final = 0.8
LIKELY: Final = 0.55
LEAST: Final = 0.25
"""What scores less is not offered: rather none than a wrong one."""
MATCHES_KEPT: Final = 5
"""Videos kept of a song: what is near enough to come first after a change of the rules."""
LONGEST_QUERY: Final = 120

ODD: Final[tuple[tuple[str, float, str], ...]] = (
    ("reaction|reacts|reacting", 0.1, "somebody’s reaction"),
    ("full album|playlist|mix 20[0-9][0-9]", 0.2, "more than this song"),
    ("tutorial|lesson|how to play", 0.15, "a lesson"),
    ("karaoke|sing along|backing track", 0.25, "karaoke"),
    ("teaser|trailer|behind the scenes|making of", 0.3, "about the song, not the song"),
    ("cover|covered|tribute|parody", 0.3, "a cover"),
    ("sped up|slowed|nightcore|8d|reverb|1 hour|10 hours|loop", 0.3, "played at another speed or over and over"),
    ("instrumental|piano version", 0.4, "without the voice"),
    ("remix|mashup|bootleg|edit", 0.5, "a remix"),
    ("live|concert|unplugged|session|acoustic|demo", 0.55, "another recording, such as live"),
    ("lyrics?|letra", 0.9, "a video of the words"),
)
"""Words in a video's title, what they leave of its score unless the song's title has them too, and what they say."""
_ODD: Final = tuple((re.compile(rf"\b(?:{words})\b"), factor, said) for words, factor, said in ODD)
_VERSION: Final = re.compile(
    r"(?<!\s)\s++-\s++(?=[^-]*+$)[^-]*?\b(?:remaster(?:ed)?|version|mono|stereo|single|radio edit)\b[^-]*+$"
    r"|(?<!\s)\s*+[(\[](?:feat\.?|ft\.?|with|remaster(?:ed)?|[0-9]{4} remaster(?:ed)?)\b[^)\]]{0,200}+[)\]]",
    re.IGNORECASE,
)
"""What only says which pressing it is. Blanks are taken from their first on, and no text is looked at twice: a long
title must not hold everybody up."""
_CHANNEL_ENDING: Final = re.compile(r"(?<!\s)\s*+-\s*+Topic$|(?:Official)?VEVO$")
_GUESTS: Final = re.compile(r"\b(?:feat|ft)\b\.?[^()\[\]]*", re.IGNORECASE)
_YEAR: Final = re.compile(r"19[5-9][0-9]|20[0-9][0-9]")
_NOISE: Final = re.compile(
    r"\b(?:official|music|video|audio|lyrics?|visuali[sz]er|hd|hq|4k|uhd|remaster(?:ed)?|feat|ft|clip|mv|m v)\b"
)


class Match(Struct, frozen=True):
    """A video for a song: a `score` from 0 to 1, how sure that makes one, and what speaks for and against it."""

    video: Video
    score: float
    certainty: Certainty
    reasons: tuple[str, ...]


def key_of(song: Song) -> str:
    """What all songs of this artist and title have in common, fit for a file's name."""
    words = "\n".join(plain(part) or part.casefold() for part in (song.artist, bare(song.title)))
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:24]


def query_for(song: Song) -> str:
    """What to search for: artist and title, without what only says which pressing it is."""
    # A minus and a bar mean something to YouTube: “without this word”, “or” [search.list, q].
    words = re.sub(r"[|\"]|(?<!\w)-", " ", f"{song.artist} {bare(song.title)}")
    return " ".join(words.split())[:LONGEST_QUERY].strip() or song.title


def bare(title: str) -> str:
    """A title without “(feat. …)” and “- Remastered 2011”."""
    return _VERSION.sub("", title).strip() or title


def best(song: Song, videos: Sequence[Video]) -> Match | None:
    """The video for the song, or None where none is near enough: of those that are sure, an official video first."""
    rated = [match for video in videos if (match := rate(song, video)).score >= LEAST]
    return max(
        rated, key=lambda one: (one.certainty == "sure" and nature_of(one.video) == "video", one.score), default=None
    )


def nearest(song: Song, videos: Iterable[Video]) -> tuple[Video, ...]:
    """The videos worth keeping, the best first; equals stay in YouTube's order."""
    return tuple(sorted(videos, key=lambda video: -rate(song, video).score)[:MATCHES_KEPT])


def rate(song: Song, video: Video) -> Match:
    """How well a video fits a song, and why."""
    reasons: list[str] = []
    score = _title(song, video, reasons) * _artist(song, video, reasons)
    score *= _standing(song, video, reasons) * _length(song, video, reasons) * _oddities(song, video, reasons)
    score = round(min(1.0, max(0.0, score)), 3)
    certainty: Certainty = "sure" if score >= SURE else "likely" if score >= LIKELY else "guess"
    return Match(video, score, certainty, tuple(reasons))


def nature_of(video: Video) -> Nature:
    """Whether a video calls itself an official video or is an official recording; YouTube's own say so by “- Topic”."""
    if video.channel.endswith(" - Topic"):
        return "audio"
    words = plain(video.title)
    if re.search(r"\bofficial (?:music |hd |4k |lyric )?video\b", words):
        return "video"
    return "audio" if re.search(r"\bofficial (?:audio|visuali[sz]er)\b", words) else "other"


def _title(song: Song, video: Video, reasons: list[str]) -> float:
    wanted, there = plain(bare(song.title)), _without_artist(song, video)
    if not wanted or not there:
        return 0.0
    inside, alike = fuzz.token_set_ratio(wanted, there), fuzz.token_sort_ratio(wanted, there)
    match = (0.55 * inside + 0.45 * alike) / 100
    if match >= 0.95:
        reasons.append("the title is the same")
    elif match >= 0.7:
        reasons.append("the title is nearly the same")
    else:
        reasons.append("the title is another")
    return match if match >= 0.95 else match**2 if match >= 0.7 else match**4


def _without_artist(song: Song, video: Video) -> str:
    """The video's title without artist and guests, and without words that every second video has."""
    title = plain(_GUESTS.sub(" ", video.title))
    words, wanted = f" {title} ", set(plain(song.title).split())
    if artist := plain(song.artist):
        words = words.replace(f" {artist} ", " ", 1)
    for one in {name for odd, _, _ in _ODD for name in odd.findall(title)} - wanted:
        words = words.replace(f" {one} ", " ")
    rest = [word for word in _NOISE.sub(" ", words).split() if word in wanted or not _YEAR.fullmatch(word)]
    return " ".join(rest) or title


def _artist(song: Song, video: Video, reasons: list[str]) -> float:
    artist = plain(song.artist)
    if not artist:
        return 0.5
    if _is_own(song, video):
        reasons.append("it is on the artist’s own channel")
        return 1.0
    if fuzz.partial_ratio(artist, plain(video.title)) >= 90 and f" {artist[0]}" in f" {plain(video.title)}":
        reasons.append("the artist is named")
        return 0.85
    reasons.append("the artist is not named")
    return 0.3


def _is_own(song: Song, video: Video) -> bool:
    channel = _CHANNEL_ENDING.sub("", video.channel)
    name = re.sub(r"\b(?:official|music|tv|channel|band)\b", " ", plain(channel))
    return fuzz.ratio(plain(song.artist).replace(" ", ""), name.replace(" ", "")) >= 92


def _standing(song: Song, video: Video, reasons: list[str]) -> float:
    nature = nature_of(video)
    if _is_own(song, video):
        if nature != "other":
            reasons.append(f"it is the official {'video' if nature == 'video' else 'recording'}")
            return 1.0
        return 0.95
    if nature != "other":
        reasons.append("it calls itself official")
        return 0.85
    return 0.75


def _length(song: Song, video: Video, reasons: list[str]) -> float:
    """An official video may have a scene before and after the song; another recording has another length."""
    if song.duration_ms is None or video.duration_ms is None:
        return 0.95
    off_s = abs(song.duration_ms - video.duration_ms) / 1000
    if off_s <= 5:
        reasons.append("it is as long as the song")
        return 1.0
    reasons.append(f"it is {_span(off_s)} {'longer' if video.duration_ms > song.duration_ms else 'shorter'}")
    for most_s, factor in ((15, 0.95), (45, 0.85), (120, 0.55)):
        if off_s <= most_s:
            return factor
    return 0.25


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _oddities(song: Song, video: Video, reasons: list[str]) -> float:
    wanted, there, factor = plain(song.title), plain(video.title), 1.0
    for words, left, said in _ODD:
        if words.search(there) and not words.search(wanted):
            reasons.append(f"it looks like {said}")
            factor *= left
        elif words.search(wanted) and not words.search(there) and left < 0.8:
            factor *= 0.7
    return factor

"""The invented videos: for each invented song some that fit, and others that only look as if they did."""

from __future__ import annotations

import base64
import hashlib
import html
import random
from dataclasses import dataclass
from functools import lru_cache

from .catalogue import Catalogue, Track


@dataclass(frozen=True)
class Video:
    """One video."""

    id: str
    title: str
    channel: str
    description: str
    duration_s: int
    published: str
    is_embeddable: bool = True

    @property
    def channel_id(self) -> str:
        """As YouTube makes them."""
        return f"UC{_hash(self.channel, 22)}"

    @property
    def escaped_title(self) -> str:
        """The title as YouTube sends it."""
        return html.escape(self.title).replace("&#x27;", "&#39;")


def videos_of(seed: int, catalogue: Catalogue, track: Track) -> list[Video]:
    """What there is for a song: of one in twenty-five nothing, else most of what people put there."""
    rng = random.Random(f"{seed}/videos/{track.id}")
    if rng.random() < 0.04:
        return []
    artist, title, song_s = catalogue.artists[track.artist_ids[0]].name, track.name, round(track.duration_ms / 1_000)
    other = rng.choice([one.name for one in catalogue.artists.values() if one.name != artist])
    found = [
        Video(
            id=_hash(f"{seed}/{track.id}/{number}", 11),
            title=name,
            channel=channel,
            description=about,
            duration_s=max(20, length_s),
            published=f"{rng.randint(2009, 2026)}-{rng.randint(1, 9):02}-{rng.randint(1, 28):02}T09:00:00Z",
            is_embeddable=rng.random() < 0.9,
        )
        for number, (chance, name, channel, about, length_s) in enumerate(_kinds(artist, other, title, song_s))
        if rng.random() < chance
    ]
    rng.shuffle(found)
    return found


def _kinds(artist: str, other: str, title: str, song_s: int) -> list[tuple[float, str, str, str, int]]:
    """What people put there: how often, its title, channel and description, and how many seconds it lasts."""
    return [
        (0.85, title, f"{artist} - Topic", f"Provided to YouTube by Invented Records. {title} · {artist}", song_s),
        (0.55, f"{artist} - {title} (Official Video)", artist, f"The official video for “{title}”.", song_s + 12),
        (
            0.25,
            f"{artist} - {title} (Official Music Video)",
            f"{artist.replace(' ', '')}VEVO",
            "Listen now.",
            song_s + 3,
        ),
        (0.60, f"{artist} - {title} (Lyrics)", "Words To Songs", "All rights belong to their owners.", song_s + 1),
        (
            0.40,
            f"{title} - {artist} (Cover)",
            "Two Sisters & A Guitar",
            "Our version. Don't be too strict!",
            song_s - 9,
        ),
        (0.40, f"{artist} - {title} (Live at The Old Dairy)", artist, "From last summer's tour.", song_s + 71),
        (0.25, f"{title} - Karaoke Version in the style of {artist}", "Sing Along Club", "Sing along.", song_s + 4),
        (0.20, f'First time hearing {artist} "{title}" | REACTION', "Kim Reacts", "Wow.", song_s * 3),
        (0.20, f"{artist} - {title} (sped up)", "nightdrive", "headphones on", round(song_s / 1.25)),
        (0.20, f"{artist} - {title} [1 HOUR LOOP]", "Loops", "One hour of it.", 3_600),
        (0.30, f"{other} - {title} (Official Video)", other, "Another song of that name.", song_s + 40),
    ]


@lru_cache(8_192)
def words_of(text: str) -> frozenset[str]:
    """The words of a text, without case and signs."""
    plain = "".join(one if one.isalnum() else " " for one in text.replace("'", "").replace("’", "").casefold())
    return frozenset(plain.split())


def found_for(seed: int, catalogue: Catalogue, query: str) -> list[Video]:
    """Videos of the songs that share most with the query, the nearest songs first, as YouTube would mix them in."""
    wanted = words_of(query)
    if not wanted:
        return []
    rated: list[tuple[float, str, Track]] = []
    for track in catalogue.tracks.values():
        there = words_of(track.name) | words_of(catalogue.artists[track.artist_ids[0]].name)
        share = len(wanted & there) / len(wanted)
        if share >= 0.6:
            rated.append((-share, track.id, track))
    videos = (video for _, _, track in sorted(rated)[:5] for video in videos_of(seed, catalogue, track))
    return list({video.id: video for video in videos}.values())


def _hash(text: str, length: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:length]

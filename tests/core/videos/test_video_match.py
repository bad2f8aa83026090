"""Which video is the one: by a table of what is there, and by what has to hold for any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.videos.video_match import LEAST, MATCHES_KEPT, ODD, bare, best, key_of, nearest, query_for, rate
from songswap.model.videos import Song, Video

SONG = Song("Velvet Tigers", "Paper Ghosts", 200_000)


def video(title: str, channel: str = "Somebody", seconds: float | None = 200) -> Video:
    return Video("a" * 11, title, channel, duration_ms=None if seconds is None else round(seconds * 1000))


OFFICIAL = video("Velvet Tigers - Paper Ghosts (Official Video)", "Velvet Tigers", 214)
TOPIC = video("Paper Ghosts", "Velvet Tigers - Topic")
VEVO = video("Velvet Tigers - Paper Ghosts (Official Music Video)", "VelvetTigersVEVO", 203)
LYRICS = video("Velvet Tigers - Paper Ghosts (Lyrics)", "Words To Songs")
COVER = video("Paper Ghosts - Velvet Tigers (Cover)", "Two Sisters")
KARAOKE = video("Paper Ghosts (Karaoke in the style of Velvet Tigers)", "Sing Along")
REACTION = video("First time hearing Velvet Tigers Paper Ghosts REACTION", "Kim Reacts", 620)
LIVE = video("Velvet Tigers - Paper Ghosts (Live)", "Velvet Tigers", 268)
LONG = video("Velvet Tigers - Paper Ghosts [1 hour loop]", "Loops", 3_600)
OTHER_ARTIST = video("Glass Foxes - Paper Ghosts (Official Video)", "Glass Foxes")
OTHER_SONG = video("Velvet Tigers - Slow Weather (Official Video)", "Velvet Tigers")


@pytest.mark.parametrize(
    ("song", "found", "certainty"),
    [
        (SONG, OFFICIAL, "sure"),
        (SONG, TOPIC, "sure"),
        (SONG, VEVO, "sure"),
        (SONG, LYRICS, "likely"),
        (
            replace(SONG, title="Paper Ghosts - Remastered 2011"),
            video("Paper Ghosts (2011 Remaster)", "Velvet Tigers - Topic"),
            "sure",
        ),
        (replace(SONG, title="Paper Ghosts (feat. Mira Vale)"), OFFICIAL, "sure"),
        (SONG, video("VELVET TIGERS – Paper Ghosts ft. Mira Vale [Official Video]", "Velvet Tigers"), "sure"),
        (Song("Björk", "Jóga"), video("björk : joga (official video)", "Björk"), "sure"),
        (
            Song("Oasis", "Live Forever", 276_000),
            video("Oasis - Live Forever (Official Video)", "OasisVEVO", 276),
            "sure",
        ),
        (Song("宇多田ヒカル", "初恋", 280_000), video("宇多田ヒカル「初恋」", "宇多田ヒカル", 282), "sure"),
    ],
)
def test_what_fits_is_said_to_fit(song: Song, found: Video, certainty: str) -> None:
    assert rate(song, found).certainty == certainty


@pytest.mark.parametrize("found", [COVER, KARAOKE, REACTION, LONG, OTHER_ARTIST, OTHER_SONG])
def test_what_does_not_fit_is_not_offered(found: Video) -> None:
    assert rate(SONG, found).score < LEAST
    assert best(SONG, [found]) is None


def test_of_what_is_sure_an_official_video_comes_first() -> None:
    everything = [COVER, TOPIC, REACTION, LYRICS, OFFICIAL, LIVE, LONG, OTHER_ARTIST]
    match = best(SONG, everything)
    assert match is not None
    assert match.video == OFFICIAL
    assert "it is the official video" in match.reasons
    assert best(SONG, [COVER, TOPIC, LYRICS]) == rate(SONG, TOPIC)


def test_a_live_recording_is_taken_where_the_song_is_one() -> None:
    song = Song("Velvet Tigers", "Paper Ghosts (Live)", 268_000)
    match = best(song, [TOPIC, LIVE])
    assert match is not None
    assert match.video == LIVE
    assert match.certainty == "sure"


def test_reasons_say_what_speaks_against_it() -> None:
    reasons = rate(SONG, LIVE).reasons
    assert "it is 68 s longer" in reasons
    assert any("live" in reason for reason in reasons)


def test_nothing_found_is_no_match() -> None:
    assert best(SONG, []) is None
    assert nearest(SONG, []) == ()


@pytest.mark.parametrize(
    ("song", "query"),
    [
        (Song("Velvet Tigers", "Paper Ghosts - Remastered 2011"), "Velvet Tigers Paper Ghosts"),
        (Song("AC/DC", "T.N.T."), "AC/DC T.N.T."),
        (Song("Jay-Z", "99 Problems (feat. Nobody)"), "Jay-Z 99 Problems"),
        (Song("Sunn O)))", 'A -not "quoted" | song'), "Sunn O))) A not quoted song"),
        (Song("", "|"), "|"),
    ],
)
def test_query_has_no_operators_and_no_pressing(song: Song, query: str) -> None:
    assert query_for(song) == query


def test_the_same_song_has_one_key_whatever_its_spelling_and_pressing() -> None:
    same = [
        SONG,
        Song("velvet tigers", "Paper Ghosts (feat. Mira)", 1),
        Song("Velvet Tigers", "Paper ghosts - Remastered"),
    ]
    assert len({key_of(song) for song in same}) == 1
    others = [SONG, Song("Velvet", "Tigers Paper Ghosts"), Song("Velvet Tigers", "!!!"), Song("Velvet Tigers", "???")]
    assert len({key_of(song) for song in others}) == 4


WORDS = st.lists(
    st.sampled_from(
        ["Velvet", "Tigers", "Paper", "Ghosts", "official", "video", "live", "(Cover)", "-", "é", "愛", "2011"]
    ),
    max_size=9,
).map(" ".join) | st.text(max_size=40)
SONGS = st.builds(Song, WORDS, WORDS, st.none() | st.integers(0, 10**8))
VIDEOS = st.builds(Video, st.just("a" * 11), WORDS, WORDS, duration_ms=st.none() | st.integers(0, 10**8))


@given(SONGS, VIDEOS)
def test_every_score_lies_between_0_and_1_and_fits_its_word(song: Song, found: Video) -> None:
    match = rate(song, found)
    assert 0 <= match.score <= 1
    assert (match.certainty == "sure") == (match.score >= 0.8)
    assert all(match.reasons)


@given(SONGS, st.lists(VIDEOS, max_size=8))
def test_what_is_chosen_is_among_what_is_kept(song: Song, found: list[Video]) -> None:
    kept = nearest(song, found)
    assert len(kept) == min(MATCHES_KEPT, len(found))
    first = best(song, found)
    assert (first is None) == (best(song, kept) is None)
    if first is not None:
        assert first.score >= LEAST


@given(
    st.sampled_from([one for one, factor, _ in ODD if factor < 0.9]), st.sampled_from([OFFICIAL, TOPIC, VEVO, LYRICS])
)
def test_an_odd_word_in_the_title_makes_nothing_better(words: str, found: Video) -> None:
    word = words.partition("|")[0].replace("[0-9][0-9]", "24").replace("?", "")
    assert rate(SONG, replace(found, title=f"{found.title} {word}")).score < rate(SONG, found).score


@given(st.integers(0, 600), st.integers(0, 600), st.sampled_from([OFFICIAL, TOPIC, LYRICS, LIVE]))
def test_the_nearer_in_length_the_better(one_s: int, other_s: int, found: Video) -> None:
    nearer, farther = sorted((one_s, other_s))
    longer = [rate(SONG, replace(found, duration_ms=200_000 + off * 1000)).score for off in (nearer, farther)]
    assert longer[0] >= longer[1]


@given(WORDS)
def test_the_artists_own_channel_is_never_worse(channel: str) -> None:
    assert (
        rate(SONG, replace(OFFICIAL, channel="Velvet Tigers")).score
        >= rate(SONG, replace(OFFICIAL, channel=channel)).score
    )


@given(st.text(max_size=60))
def test_a_title_is_never_stripped_to_nothing(title: str) -> None:
    assert bool(bare(title)) == bool(title)

"""Links and URIs of Spotify: what people paste, and what is made of it."""

import pytest

from songswap.spotify.links import SpotifyLink, link_in, link_of, page_of

ID = "4uLU6hMCjMI75M1A2tKUQC"


@pytest.mark.parametrize(
    "text",
    [
        f"spotify:playlist:{ID}",
        f"https://open.spotify.com/playlist/{ID}",
        f"https://open.spotify.com/intl-pt/playlist/{ID}?si=0f",
        f"  https://open.spotify.com/playlist/{ID}?si=0f\n",
    ],
)
def test_link_and_uri_name_the_same(text: str) -> None:
    link = link_of(text, "playlist", "album")
    assert link == SpotifyLink("playlist", ID)
    assert (link.uri, link.url) == (f"spotify:playlist:{ID}", f"https://open.spotify.com/playlist/{ID}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ID,
        f"spotify:album:{ID}",
        f"spotify:show:{ID}",
        f"spotify:playlist/{ID}",
        f"spotify:playlist:{ID}x",
        f"spotify:playlist:{ID} and more",
        f"see spotify:playlist:{ID}",
        f"http://open.spotify.com.example.org/playlist/{ID}",
    ],
)
def test_anything_but_a_link_of_the_wanted_kind_is_none(text: str) -> None:
    assert link_of(text, "playlist") is None


def test_the_first_link_in_a_text_is_found() -> None:
    text = f"no spotify:show:{ID}, but (https://open.spotify.com/track/{ID}?si=1) and spotify:album:{ID}"
    assert link_in(text) == SpotifyLink("track", ID)
    assert link_in("nothing at https://open.spotify.com/") is None


def test_only_what_can_be_played_at_spotify_has_a_page() -> None:
    assert page_of(f"spotify:track:{ID}") == f"https://open.spotify.com/track/{ID}"
    assert page_of("spotify:episode:3o0R") == "https://open.spotify.com/episode/3o0R"
    assert page_of("own:track:0123") is page_of("spotify:local:Ann:Home:Song:181") is page_of("spotify:track:!") is None

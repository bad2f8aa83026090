"""Players in pages: which commands go by the page, and as what."""

import pytest

from songswap.core.tabs import way_to
from songswap.model import CommandKind, Here, Listener

SONG, NEXT, OTHER = (f"spotify:track:{letter * 22}" for letter in "abc")
NOW_MS = 1_000_000.0


def listener(*, plays: bool, was_told_to_play: bool) -> Listener:
    here = Here(uris=(SONG, NEXT), is_playing=plays, ahead_ms=60.0, until_ms=NOW_MS + 20_000)
    return Listener("bob", device_id="page", is_playing=was_told_to_play, here=here)


@pytest.mark.parametrize(
    ("plays", "was_told_to_play", "kind"),
    [(True, True, "seek"), (False, True, "resume"), (False, False, "resume"), (True, False, "resume")],
)
def test_page_that_was_told_to_pause_has_to_go_on_whatever_its_last_report_says(
    plays: bool, was_told_to_play: bool, kind: CommandKind
) -> None:
    way = way_to(listener(plays=plays, was_told_to_play=was_told_to_play), {}, "start", SONG, NOW_MS)
    assert (way.kind, way.is_here) == (kind, True)


def test_next_song_is_skipped_to_and_any_other_is_started_by_spotify() -> None:
    bob = listener(plays=True, was_told_to_play=True)
    assert [way_to(bob, {}, "start", uri, NOW_MS).kind for uri in (NEXT, OTHER)] == ["next", "start"]
    assert not way_to(bob, {}, "start", OTHER, NOW_MS).is_here

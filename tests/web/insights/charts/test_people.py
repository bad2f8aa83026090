"""Charts of people side by side: what they share, who is like whom, who brought what; tops beside."""

from pathlib import Path
from typing import Any

import pytest

from songswap.columns.figures.answers import Count, ListenerShare
from songswap.columns.figures.names import ArtistRef, TrackRef
from songswap.columns.figures.people import Bringer, BroughtArtists, CommonGround, InCommon, Pair, Shared, TasteMatch
from songswap.columns.figures.top import Top, TopItem
from songswap.web.insights.charts import matching, people, tops
from songswap.web.insights.charts.parts import BAR_PX, LONGEST_LABEL, Bar, lying
from tests.web.insights.charts.answers import ADA, BOB, CLEO, about, colors_in, hover_of, table_of

STYLE = Path(__file__).parents[4] / "static" / "style.css"
EVERYBODY = about(people=(ADA, BOB, CLEO))


def heard(**plays: int) -> tuple[ListenerShare, ...]:
    return tuple(ListenerShare(who, count, count * 3.0) for who, count in plays.items())


def artist(name: str) -> ArtistRef:
    return ArtistRef(f"{abs(hash(name)) % 16**16:016x}", name)


def common(**more: Any) -> CommonGround:
    items = (
        InCommon(artist=artist("Aiko"), listeners=heard(bob=5, ada=2)),
        InCommon(artist=artist("Bent"), listeners=heard(cleo=4, ada=1)),
    )
    pairs = (Pair("ada", "bob", 0.5), Pair("bob", "cleo", 0.25))
    return CommonGround(about=EVERYBODY, kind="artists", items=items, pairs=pairs, **more)


def genres(**plays: int) -> Top:
    items = tuple(
        TopItem(genre=None if genre == "unknown" else genre.replace("_", " "), plays=count, minutes=count * 3.0)
        for genre, count in plays.items()
    )
    return Top(about=about(), kind="genres", items=items)


def test_what_is_in_common_is_stacked_by_person() -> None:
    chart = people.in_common(common())
    assert [(trace["name"], trace["x"]) for trace in chart.figure["data"]] == [
        ("Ada", [2, 1]),
        ("Bob", [5, 0]),
        ("Cleo", [0, 4]),
    ]
    assert hover_of(chart, 1) == ["Aiko: Bob 5 plays, 15 min", ""]
    assert chart.summary == "Aiko is heard by Ada and Bob."
    assert table_of(chart) == [["Aiko", "2 plays", "5 plays", "–"], ["Bent", "1 play", "–", "4 plays"]]


def test_tracks_in_common_are_labelled_by_title_and_told_with_their_artist() -> None:
    one = InCommon(track=TrackRef("0" * 16, "One", "Aiko"), listeners=heard(ada=2, bob=1))
    chart = people.in_common(CommonGround(about=EVERYBODY, kind="tracks", items=(one,), pairs=()))
    assert chart.figure["layout"]["yaxis"]["ticktext"] == ["One  "]
    assert table_of(chart)[0][0] == "One, Aiko"


def test_who_listens_alike_is_a_table_of_everybody_by_everybody() -> None:
    chart = people.pairs(common())
    assert chart
    assert chart.figure["data"][0]["z"] == [[None, 0.5, None], [0.5, None, 0.25], [None, 0.25, None]]
    assert chart.summary.replace("\N{NO-BREAK SPACE}", " ") == "Most alike are Ada and Bob: 50 %."
    assert table_of(chart) == [["Ada and Bob", "50 %"], ["Bob and Cleo", "25 %"]]


def test_two_people_alone_need_no_such_table() -> None:
    two = CommonGround(about=about(people=(ADA, BOB)), kind="artists", items=(), pairs=(Pair("ada", "bob", 0.5),))
    assert people.pairs(two) is None


def test_who_brought_artists_is_drawn_unless_nobody_did() -> None:
    brought = BroughtArtists(about=EVERYBODY, items=(), bringers=(Bringer("bob", 3), Bringer("ada", 1)))
    chart = people.bringers(brought)
    assert chart
    assert chart.summary.startswith("Bob brought most: 3 artists")
    assert table_of(chart) == [["Bob", "3"], ["Ada", "1"]]
    assert people.bringers(BroughtArtists(about=EVERYBODY, items=(), bringers=())) is None


def test_who_hears_one_thing_is_told_who_hears_most_first() -> None:
    chart = people.listeners(EVERYBODY, heard(bob=5, ada=2))
    assert chart.summary.startswith("Bob most: 5 plays")
    assert table_of(chart) == [["Bob", "5", "15 min"], ["Ada", "2", "6 min"]]


def test_what_two_share_goes_to_the_left_and_to_the_right() -> None:
    reasons = (Shared(artist=artist("Aiko"), first=Count(10, 30.0), second=Count(4, 12.0), share=0.2),)
    answer = TasteMatch(
        about=about(people=(ADA, BOB)),
        match=0.2,
        tracks_match=0.1,
        artists_in_common=1,
        tracks_in_common=1,
        artists=reasons,
        tracks=(),
    )
    chart = matching.shared_artists(answer, "You", "Bob")
    assert [trace["x"] for trace in chart.figure["data"]] == [[-10], [4]]
    assert chart.summary == "Aiko brings you closest."
    assert table_of(chart) == [["Aiko", "10 plays, 30 min", "4 plays, 12 min", "20 %"]]


def test_tastes_are_two_shapes_over_the_genres_that_are_known() -> None:
    chart = matching.tastes(
        genres(pop=5, jazz=3, unknown=90, dub=2), genres(pop=1, jazz=8, drum_and_bass=1), "You", "Bob"
    )
    assert chart
    first, second = chart.figure["data"]
    assert first["theta"] == ["jazz", "pop", "dub", "drum<br>and<br>bass", "jazz"]
    assert first["r"] == [0.3, 0.5, 0.2, 0, 0.3]
    assert second["r"] == [0.8, 0.1, 0, 0.1, 0.8]
    assert chart.summary.replace("\N{NO-BREAK SPACE}", " ").startswith("Closest in jazz: You 30 %, Bob 80 %.")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (genres(pop=1, jazz=1), genres(pop=1)),
        (genres(unknown=5), genres(pop=1, jazz=1, dub=1)),
        (genres(), genres()),
    ],
)
def test_tastes_are_not_drawn_of_too_few_genres(mine: Top, theirs: Top) -> None:
    assert matching.tastes(mine, theirs, "You", "Bob") is None


def test_unknown_genres_are_shown_as_such() -> None:
    chart = tops.genres(genres(unknown=9, pop=5))
    assert table_of(chart) == [["unknown", "9", "27 min"], ["pop", "5", "15 min"]]
    assert chart.figure["data"][0]["marker"]["color"] == ["--chart-unknown", "--accent"]
    assert chart.summary.startswith("Most: pop")
    assert tops.genres(genres(unknown=9)).summary == "No genre is known."


def test_artists_lead_to_their_own_pages() -> None:
    item = TopItem(artist=artist("Aiko"), plays=5, minutes=9.0)
    chart = tops.artists(Top(about=about(), kind="artists", items=(item,)), ["/insights/artists/1"])
    assert chart.table.rows[0][0].href == "/insights/artists/1"


def test_names_are_text_and_long_ones_are_cut() -> None:
    name = "<b>Fat & bold</b> with a very long name"
    drawn = lying([Bar(name, 1, name)])
    (label,) = drawn["layout"]["yaxis"]["ticktext"]
    assert "<" not in label
    assert "<" not in drawn["data"][0]["hovertext"][0]
    assert label.startswith("&lt;b&gt;Fat &amp; bold")
    assert len(label.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()) <= LONGEST_LABEL


def test_there_is_room_for_each_bar() -> None:
    heights = [lying([Bar("x", 1, "x")] * count)["layout"]["height"] for count in (1, 2, 12)]
    assert heights[1] - heights[0] == BAR_PX
    assert heights[2] - heights[0] == 11 * BAR_PX


def test_every_colour_is_a_token_of_the_style_sheet() -> None:
    charts = [
        people.in_common(common()),
        people.pairs(common()),
        tops.genres(genres(unknown=9, pop=5)),
        matching.tastes(genres(pop=5, jazz=3, dub=1), genres(pop=5), "You", "Bob"),
    ]
    style = STYLE.read_text(encoding="utf-8")
    named = {color for chart in charts if chart for color in colors_in(chart.figure)}
    assert named
    assert {color for color in named if style.count(f"{color}:") < 2} == set()  # once for light, once for dark

"""What is published: the same figures everywhere, and none of them written by hand."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench.sync.publish import FIGURES, ROOT, Published, publish, read, written_from
from bench.sync.report import BEGIN, END, inserted, markdown, text
from bench.sync.results import Changes, Clicks, Result, Spread
from bench.sync.scenarios import SCENARIOS

SVG = "{http://www.w3.org/2000/svg}"


def result(name: str = "a night", **given: object) -> Result:
    blank = Result(
        name=name,
        hours=1.0,
        seeds=4,
        skew_ms=Spread(1_000, 80.4, 1_279.6, 2_000.0),
        follow_s=Spread(80, 3.44, 6.06, 60.0),
        follow_p95_s_by_kind={"skip": 6.5, "pause": 5.5},
        off_percent=0.944,
        glitches_per_listener_hour=0.25,
        back_s=None,
        unled_s=None,
        changes=Changes(47, 2, Spread(235, 100.0, 300.0, 400.0), 0.0),
        clicks=None,
        interruptions=0,
        calls=3_600,
        calls_per_listener_hour=180.0,
        calls_by_family={"GET player": 3_000, "tokens": 600},
        most_calls=901,
        peak_30s=29,
        limited=0,
        while_blocked=0,
    )
    return Result(**{**{field: getattr(blank, field) for field in Result.__struct_fields__}, **given})


def test_short_table_has_a_row_for_each_scenario() -> None:
    assert markdown([result()]).splitlines()[2] == "| a night | 4 × 1 h | 80 / 1,280 | 3.4 / 6.1 | 0.94 | 0.25 | 180 |"


def test_full_table_tells_of_changes_clicks_ways_back_and_calls() -> None:
    clicks = Clicks(Spread(12, 0.54, 1.1, 1.69), Spread(12, 0.11, 0.14, 0.15), 11, Spread(52, 1.27, 1.39, 2.66))
    told = text(
        [result(clicks=clicks, back_s=Spread(6, 0.6, 4.0, 5.0), unled_s=Spread(3, 90.0, 180.0, 181.6))], "Here."
    )
    for words in (
        "0.6 / 4.0 / 5.0 (6)",
        "5.5 – – 6.5",
        "300 / 400",
        "11 of 12",
        "p95 1.39 s",
        "to 182 s",
        "600 tokens",
    ):
        assert words in told
    assert told.endswith("\n\nHere.\n")


def test_full_table_says_where_there_is_nothing_to_tell() -> None:
    told = text([result(skew_ms=None, follow_s=None, changes=Changes(0, 0, None, 0.0))], "Here.")
    assert "nan" not in told
    assert told.splitlines()[2].split()[6:8] == ["–", "–"]


def test_table_goes_between_its_markers_whatever_stood_there() -> None:
    page = f"Above.\n\n{BEGIN}\nold\n{END}\n\nBelow.\n"
    once = inserted(page, "| new |")
    assert once == f"Above.\n\n{BEGIN}\n\n| new |\n\n{END}\n\nBelow.\n"
    assert inserted(once, "| new |") == once


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END} {BEGIN}"])
def test_page_without_markers_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="no <!--"):
        inserted(page, "| new |")


def test_picture_is_svg_with_every_scenario_its_skews_and_its_calls() -> None:
    shown = [result("calm & quiet"), result("baseline: other", calls_per_listener_hour=1_287.0, skew_ms=None)]
    picture = ET.fromstring(written_from(Published("Here.", shown), f"{BEGIN}{END}")[Path("bench/sync.svg")])
    words = [element.text for element in picture.iter(f"{SVG}text")]
    for word in ("calm & quiet", "other", "80", "1,280 ms", "180", "1,287"):
        assert word in words


def test_picture_stays_within_its_frame() -> None:
    shown = [result(skew_ms=Spread(1, 0.0, 1e9, 1e9), calls_per_listener_hour=9_999.0), result("baseline: x")]
    picture = ET.fromstring(written_from(Published("Here.", shown), f"{BEGIN}{END}")[Path("bench/sync.svg")])
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    assert all(0 <= float(one.attrib["cx"]) <= width for one in picture.iter(f"{SVG}circle"))
    assert all(0 <= float(one.attrib["y"]) <= height for one in picture.iter(f"{SVG}text"))


def test_what_is_published_can_be_read_again(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "README.md").write_text(f"{BEGIN}{END}", encoding="utf-8")
    published = Published("Here.", [result(), result("baseline: other", skew_ms=None)])
    publish(published, tmp_path)
    assert read(tmp_path) == published
    assert markdown(published.results) in (tmp_path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["README.md", "bench/sync.txt", "bench/sync.svg"])
def test_what_the_project_shows_is_what_was_measured(path: str) -> None:
    shown = (ROOT / path).read_text(encoding="utf-8")
    assert shown == written_from(read(), (ROOT / "README.md").read_text(encoding="utf-8"))[Path(path)]


def test_every_scenario_was_measured_as_it_is_now() -> None:
    measured = [(one.name, one.hours, one.seeds) for one in read().results]
    assert measured == [(one.name, one.hours, len(one.seeds)) for one in SCENARIOS], f"{FIGURES}: run make bench-sync"

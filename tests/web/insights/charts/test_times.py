"""Charts of when music was heard: the drawing, the words and the table say the same."""

from datetime import date, timedelta

import pytest

from songswap.columns.figures.sittings import ListeningSession, Sessions
from songswap.columns.figures.times import Heatmap, TimeStep, WeekHour
from songswap.core.insights.periods import Step
from songswap.web.insights.charts import times
from tests.web.friends import ms
from tests.web.insights.charts.answers import Leads, about, hover_of, table_of


def days(*plays: int, first: date = date(2026, 3, 1)) -> list[TimeStep]:
    return [TimeStep(first + timedelta(days=after), count, count * 3.0) for after, count in enumerate(plays)]


def hours(heard: dict[tuple[int, int], int]) -> tuple[WeekHour, ...]:
    counts = ((weekday, hour, heard.get((weekday, hour), 0)) for weekday in range(7) for hour in range(24))
    return tuple(WeekHour(weekday, hour, count, count * 3.0) for weekday, hour, count in counts)


def test_bars_over_time_are_drawn_told_and_listed() -> None:
    chart = times.over_time(about(), "day", days(3, 0, 40), Leads())
    assert chart.figure["data"][0]["y"] == [3, 0, 40]
    assert hover_of(chart) == [
        "Sun 1 March 2026: 3 plays, 9 min",
        "Mon 2 March 2026: 0 plays, 0 min",
        "Tue 3 March 2026: 40 plays, 2 h",
    ]
    assert chart.summary.replace("\N{NO-BREAK SPACE}", " ") == (
        "Most on Tue 3 March 2026: 40 plays, 2 h. Nothing in 1 of 3 days."
    )
    assert table_of(chart) == [
        ["Sun 1 March 2026", "3", "9 min"],
        ["Mon 2 March 2026", "0", "0 min"],
        ["Tue 3 March 2026", "40", "2 h"],
    ]
    assert [row[0].href for row in chart.table.rows] == ["/day/2026-03-01", "/day/2026-03-02", "/day/2026-03-03"]


def test_days_to_come_are_not_days_without_music() -> None:
    chart = times.over_time(about(), "day", days(3, 0, 0, 0), Leads(today=date(2026, 3, 2)))
    assert chart.summary.endswith("Nothing in 1 of 2 days.")


@pytest.mark.parametrize(
    ("minutes", "drawn", "unit"), [([10.0, 179.0], [10, 179], " min"), ([30.0, 180.0], [0.5, 3], " h")]
)
def test_time_is_drawn_in_minutes_or_hours_as_it_is_read_best(
    minutes: list[float], drawn: list[float], unit: str
) -> None:
    items = [TimeStep(date(2026, 3, 1 + place), 1, one) for place, one in enumerate(minutes)]
    chart = times.over_time(about(by="minutes"), "day", items, Leads())
    assert chart.figure["data"][0]["y"] == drawn
    assert chart.figure["layout"]["yaxis"]["ticksuffix"] == unit
    assert chart.table.columns == ("Day", "Time", "Plays")


@pytest.mark.parametrize(
    ("step", "count", "labels"),
    [
        ("day", 30, ["1 Mar", "7 Mar", "13 Mar", "19 Mar", "25 Mar"]),
        ("month", 12, ["Mar", "May", "Jul", "Sep", "Nov", "Jan"]),
        ("month", 40, ["2027", "2028", "2029"]),
        ("month", 300, ["2027", "2032", "2037", "2042", "2047"]),
    ],
)
def test_there_is_room_for_every_label(step: Step, count: int, labels: list[str]) -> None:
    firsts = (
        [date(2026, 3, 1) + timedelta(days=after) for after in range(count)]
        if step == "day"
        else [date(2026 + (2 + after) // 12, 1 + (2 + after) % 12, 1) for after in range(count)]
    )
    chart = times.over_time(about(), step, [TimeStep(first, 1, 3.0) for first in firsts], Leads())
    assert chart.figure["layout"]["xaxis"]["ticktext"] == labels


def test_figures_that_are_at_least_are_said_to_be() -> None:
    sure, unsure = (
        times.over_time(about(minutes_at_least=flag, by="minutes"), "day", days(3), Leads()) for flag in (False, True)
    )
    assert "at least" not in sure.summary
    assert sure.table.columns == ("Day", "Time", "Plays")
    assert unsure.summary.endswith("Figures are “at least”.")
    assert unsure.table.columns == ("Day", "Time, at least", "Plays")
    plays = times.over_time(about(minutes_at_least=True), "day", days(3), Leads())
    assert "at least" not in plays.summary
    assert plays.table.columns == ("Day", "Plays", "Time, at least")


def test_the_week_begins_where_the_reader_has_it_begin() -> None:
    answer = Heatmap(about=about(), items=hours({(6, 17): 5, (0, 3): 2}))
    monday, sunday = times.heatmap(answer, "monday"), times.heatmap(answer, "sunday")
    assert monday.figure["layout"]["yaxis"]["ticktext"] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert sunday.figure["layout"]["yaxis"]["ticktext"] == ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    assert monday.figure["data"][0]["z"][6][17] == sunday.figure["data"][0]["z"][0][17] == 5
    assert hover_of(sunday)[0][17] == "Sunday, 17:00–18:00: 5 plays, 15 min"
    assert monday.summary.startswith("Most on Sundays, 17:00–18:00: 5 plays")
    assert table_of(sunday)[17] == ["17:00–18:00", "5", "0", "0", "0", "0", "0", "0"]


def test_the_clock_adds_up_the_days_of_the_week() -> None:
    chart = times.day_clock(Heatmap(about=about(), items=hours({(6, 17): 5, (0, 17): 2, (3, 23): 6})))
    assert chart.figure["data"][1]["r"][17] == 7
    assert chart.summary.startswith("Most at 17:00–18:00: 7 plays")
    assert table_of(chart)[23] == ["23:00–00:00", "6", "18 min"]
    assert [place for place, color in enumerate(chart.figure["data"][1]["marker"]["color"]) if color == "--heat-4"] == [
        17
    ]


def test_where_nothing_was_heard_the_drawings_say_so() -> None:
    nothing = Heatmap(about=about(), items=hours({}))
    assert times.over_time(about(), "day", days(0, 0), Leads()).summary == "Nothing was heard."
    assert times.heatmap(nothing, "monday").summary == "Nothing was heard."
    assert times.day_clock(nothing).summary == "Nothing was heard."


@pytest.mark.parametrize(
    ("names", "label", "row"),
    [
        ({}, "Sat, 14 Mar 2026  ", ["Sat 14 March 2026", "23:30–01:30", "2 h", "40"]),
        ({"ada": "Ada"}, "Ada, 14 Mar 2026  ", ["Sat 14 March 2026", "Ada", "23:30–01:30", "2 h", "40"]),
    ],
)
def test_sessions_are_told_in_the_readers_zone_and_by_whom(names: dict[str, str], label: str, row: list[str]) -> None:
    one = ListeningSession("ada", ms("2026-03-14T22:30"), ms("2026-03-15T00:30"), 40)
    answer = Sessions(
        about=about(zone="Europe/Berlin"), sessions=1, mean_length_ms=7.2e6, mean_plays=40.0, items=(one,)
    )
    chart = times.sessions(answer, names)
    assert chart.figure["layout"]["yaxis"]["ticktext"] == [label]
    assert chart.figure["data"][0]["x"] == [2.0]
    assert table_of(chart) == [row]
    assert len(chart.table.columns) == len(row)

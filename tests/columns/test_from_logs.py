"""From logs to figures: what is built is what is asked."""

from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from songswap.columns.build import build
from songswap.columns.figures.top import Top, top
from songswap.columns.figures.totals import TotalsAnswer, totals
from songswap.columns.plays import Question
from songswap.columns.query import Engine
from songswap.core.insights.periods import between
from songswap.documents import GAPS
from songswap.model.history import Gap, Play, TrackName
from tests.columns.logs import ACCOUNT, JOGA, SOS, an_account, keep, keep_names, ms

ASKED = Question(
    (ACCOUNT,), between("custom", ZoneInfo("UTC"), date(2023, 1, 1), date(2024, 12, 31)), None, date(2024, 12, 31)
)


def test_figures_are_of_what_the_logs_say(tmp_path: Path) -> None:
    store = an_account(tmp_path / "store")
    other = "9" * 22
    plays = [
        Play(ms("2023-05-01T10:00:00"), JOGA, 200_000),
        Play(ms("2023-05-01T11:00:00"), other, 200_000),
        Play(ms("2024-05-01T10:00:00"), SOS, 20_000),
    ]
    keep(store, {"export": plays, "recent": [Play(ms("2024-06-01T10:00:00"), SOS)]})
    keep_names(
        store,
        {
            "export": [
                TrackName(JOGA, "Jóga", "Björk", "Homogenic"),
                TrackName(other, "Jóga", "Björk", "Volumen"),
                TrackName(SOS, "SOS", "Abba"),
            ]
        },
    )
    store.append(GAPS, Gap(ms("2024-07-01T00:00:00"), ms("2024-07-02T00:00:00"), "missed"), ACCOUNT)
    build(store.root, ACCOUNT)
    engine = Engine(store.root)
    told = engine.answer(totals, TotalsAnswer, ASKED)
    assert (told.totals.plays, told.totals.tracks, told.totals.albums) == (3, 2, 2)
    assert (told.totals.minutes, told.about.plays_at_least) == (7.2, True)
    albums = engine.answer(partial(top, kind="albums", limit=5), Top, ASKED).items
    assert {(item.album.name, item.album.artist) for item in albums if item.album} == {
        ("Homogenic", "Björk"),
        ("Volumen", "Björk"),
    }
    tracks = engine.answer(partial(top, kind="tracks", limit=5), Top, ASKED).items
    assert [(item.track.title, item.plays) for item in tracks if item.track] == [("Jóga", 2), ("SOS", 1)]
    engine.close()

"""python -m songswap catalogue …: what an operator sees, and that it can be stopped and killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from songswap.catalogue.shelf import open_shelf
from songswap.columns.report import BUSY, STOPPED, UNFIT
from songswap.commands import main
from songswap.commands.cataloguing import Progress
from songswap.store import hold
from tests.catalogue.tables import row, some_rows, table, track_id

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def write(store: Path, content: str, name: str = "features.csv") -> str:
    path = store.parent / name
    path.write_text(content, encoding="utf-8", newline="")
    return str(path)


def catalogue(store: Path, *arguments: str) -> int:
    return main(["catalogue", *arguments, "--store", str(store)])


def songs(store: Path) -> int:
    shelf = open_shelf(store)
    return shelf.manifest.songs if shelf else 0


def test_load_ends_with_the_account_of_all_rows(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*some_rows(5), row(2), row(9, energy=3)]
    assert catalogue(store, "load", write(store, table(rows))) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "kept 5 duplicates 1 unreadable 1 total 7"
    assert "without danceability, acousticness, instrumentalness, liveness, speechiness" in said.out
    assert said.err == "features.csv line 8: energy is “3”: not from 0 to 1\n"


def test_what_is_loaded_can_be_asked_dumped_and_removed(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(1, "Björk", "Jóga", energy=0.4), row(2, "Aiko", "Two", energy=0.9), row(3, "Aiko", "Three", energy=0.8)]
    catalogue(store, "load", write(store, table(rows)))
    capsys.readouterr()
    assert catalogue(store, "query", "--text", "bjork") == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"{track_id(1)}  Björk – Jóga  (energy 0.4, valence 0.5, tempo 120, popularity 50)", "1 of 1"]
    assert catalogue(store, "query", "--min", "energy=0.5", "--limit", "1") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2"
    assert catalogue(store, "query", "--like", track_id(2), "--limit", "1") == 0
    assert "Three" in capsys.readouterr().out
    target = store.parent / "dump.csv"
    assert catalogue(store, "dump", "--artist", "aiko", "-o", str(target)) == 0
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3
    assert catalogue(store, "reset") == 0
    assert songs(store) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("query", "--min", "energy=loud"), "--min and --max are given as energy=0.5"),
        (("query", "--max", "loudness=1"), "There is no attribute “loudness”"),
        (("query", "--limit", "0"), "--limit is from 1 to 500"),
        (("query", "--start", "-1"), "--start from 0 on"),
        (("query", "--like", "x"), "the catalogue has no track x"),
        (("dump", "-o", "/nowhere/x.csv"), "can't be written"),
    ],
)
def test_question_that_makes_no_sense_is_refused(
    store: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    catalogue(store, "load", write(store, table([row(1)])))
    assert catalogue(store, *arguments) == 1
    assert said in capsys.readouterr().err


def test_dump_writes_nothing_over(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(store, table([row(1)]))
    catalogue(store, "load", path)
    assert catalogue(store, "dump", "-o", path) == 1
    assert "can't be written: File exists" in capsys.readouterr().err
    assert Path(path).read_text(encoding="utf-8").startswith("track_id")


def test_unfit_file_a_busy_store_and_no_catalogue_have_codes_of_their_own(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert catalogue(store, "load", write(store, "a,b\n")) == UNFIT
    with hold(store, "catalogue"):
        assert catalogue(store, "load", write(store, table([row(1)]))) == BUSY
        assert catalogue(store, "reset") == BUSY
    assert catalogue(store, "query") == 1
    assert "There is no catalogue" in capsys.readouterr().err


def test_other_programs_are_told_in_lines_of_json(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(store, table(some_rows(50)))
    assert catalogue(store, "load", path, "--report", "--called", "theirs.csv") == 0
    told = [msgspec.json.decode(line, type=Progress) for line in capsys.readouterr().out.splitlines()]
    assert (told[-1].read, told[-1].tally.kept) == (told[-1].size, 50)
    shelf = open_shelf(store)
    assert shelf is not None
    assert shelf.manifest.file == "theirs.csv"


@pytest.mark.processes
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, STOPPED), (signal.SIGKILL, -signal.SIGKILL)])
def test_loading_ended_in_the_middle_does_no_harm(store: Path, number: int, code: int) -> None:
    catalogue(store, "load", write(store, table([row(1)])))
    large = write(store, table(some_rows(150_000)), "large.csv")
    command = [sys.executable, "-m", "songswap", "catalogue", "load", large, "--report", "--store", str(store)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()  # it has begun
        os.kill(process.pid, number)
        assert process.wait(PATIENCE_S) == code
    assert songs(store) == 1
    assert catalogue(store, "load", write(store, table(some_rows(3)))) == 0
    assert songs(store) == 3
    assert len(list((store / "catalogue").glob("features-*"))) == 1

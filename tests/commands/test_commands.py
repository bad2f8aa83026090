"""python -m songswap …: what an operator sees, and what another program is told."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from songswap.columns.report import BUSY, STOPPED, UNFIT, BuildReport
from songswap.commands import main
from songswap.documents import ACCOUNT as ACCOUNTS
from songswap.documents import Account
from songswap.store import Store, hold
from tests.columns.logs import ACCOUNT, an_account, columns_of, plays_in
from tests.columns.test_kill import row_of
from tests.core.history.formats.files import an_extended_row, compact, json_lines

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with Ada's account."""
    store = an_account(tmp_path / "store")
    person = Account(ACCOUNT, "spotify", "ada", "Ada", "default", 0.0)
    Store(store.root, "server").write(ACCOUNTS, person, ACCOUNT)
    return store


@pytest.fixture
def config(store: Store) -> Path:
    path = store.root.parent / "config.ini"
    path.write_text(f"[store]\npath = {store.root}\n[spotify]\nclient_id = an-app\n", encoding="utf-8")
    return path


def a_file(store: Store, rows: int = 10, name: str = "endsong_0.json", extra: bytes = b"") -> str:
    path = store.root.parent / name
    path.write_bytes(compact(row_of(number) for number in range(rows)) + extra)
    return str(path)


def test_an_import_ends_with_the_account_of_every_row(
    store: Store, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    podcast = an_extended_row(spotify_track_uri=None, master_metadata_track_name=None, episode_name="One")
    file = a_file(store, extra=b"\n" + json_lines([podcast, {"ts": "never"}]))
    assert main(["import", "--account", ACCOUNT, "--config", str(config), file, file]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "kept 10 duplicates 10 podcasts 2 unreadable 2 total 24"
    assert re.search(r"^endsong_0\.json, line 3: .*ts", said.err, re.MULTILINE)
    assert len(plays_in(store)) == 10


def test_options_may_stand_before_or_after_the_files(store: Store, config: Path) -> None:
    assert main(["import", a_file(store), "--account", ACCOUNT, "--config", str(config)]) == 0
    assert main(["import", "--store", str(store.root), "--account", ACCOUNT, a_file(store)]) == 0


@pytest.mark.parametrize("form", ["jsonl", "csv", "listenbrainz"])
def test_an_export_can_be_imported_again(store: Store, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--store", str(store.root), "--account", ACCOUNT]
    assert main(["import", *where, a_file(store)]) == 0
    plays = plays_in(store)
    out = store.root.parent / "out"
    assert main(["export", *where, "--format", form, "-o", str(out)]) == 0
    assert main(["forget", *where, "--everything"]) == 0
    assert plays_in(store) == []
    assert main(["import", *where, str(out)]) == 0
    assert plays_in(store) == plays
    assert main(["import", *where, str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "kept 0 duplicates 10 podcasts 0 unreadable 0 total 10"


def test_an_export_goes_to_standard_output_unless_told_otherwise(store: Store) -> None:
    where = ["--store", str(store.root), "--account", ACCOUNT]
    assert main(["import", *where, a_file(store)]) == 0
    command = [sys.executable, "-m", "songswap", "export", *where, "--format", "csv"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=PATIENCE_S).stdout
    assert said.startswith(b"source,at,")
    assert said.count(b"\r\n") == 11


def test_an_export_goes_over_no_other_file(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    precious = Path(a_file(store))
    before = precious.read_bytes()
    where = ["--store", str(store.root), "--account", ACCOUNT]
    assert main(["export", *where, "-o", str(precious)]) == 1
    assert f"{precious} can't be written: File exists" in capsys.readouterr().err
    assert precious.read_bytes() == before


def test_an_unknown_account_is_told_with_those_there_are(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--store", str(store.root), "--account", "bob", a_file(store)]) == 1
    assert capsys.readouterr().err == "There is no account bob. There are:\n  ada  Ada\n"
    assert main(["export", "--store", str(store.root), "--account", "../ada"]) == 1
    assert "can't be a name in the store" in capsys.readouterr().err


def test_a_file_of_another_kind_is_refused_before_anything_is_kept(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = store.root.parent / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7")
    where = ["--store", str(store.root), "--account", ACCOUNT]
    assert main(["import", *where, a_file(store), str(letter)]) == UNFIT
    assert "letter.pdf is no listening history." in capsys.readouterr().err
    assert not (store.root / "accounts" / ACCOUNT / "plays").exists()


def test_one_import_at_a_time(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with hold(store.root, "importer"):
        assert main(["import", "--store", str(store.root), "--account", ACCOUNT, a_file(store)]) == BUSY
    said = capsys.readouterr().err
    assert said == f"an importer runs on the store {store.root} already: process {os.getpid()}\n"


def test_a_configuration_that_cannot_be_used_is_told(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = str(store.root / "nowhere.ini")
    assert main(["import", "--account", ACCOUNT, "--config", nowhere, a_file(store)]) == 2
    assert "no such file" in capsys.readouterr().err


def test_another_program_is_told_in_lines(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--store", str(store.root), "--account", ACCOUNT]
    assert main(["import", *where, "--report", "--called", "mine.json", a_file(store, extra=b"?")]) == 0
    reports = [msgspec.json.decode(line, type=BuildReport) for line in capsys.readouterr().out.splitlines()]
    last = reports[-1]
    assert (last.tally.kept, last.tally.unreadable, last.error) == (10, 1, "")
    assert last.tally.problems[0].file == "mine.json"
    letter = store.root.parent / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7")
    assert main(["import", *where, "--report", str(letter)]) == UNFIT
    (line,) = capsys.readouterr().out.splitlines()
    assert "letter.pdf is no listening history" in msgspec.json.decode(line, type=BuildReport).error


def test_columns_that_were_lost_are_made_anew(store: Store) -> None:
    where = ["--store", str(store.root)]
    assert main(["import", *where, "--account", ACCOUNT, a_file(store)]) == 0
    for path in columns_of(store).iterdir():
        path.unlink()
    assert main(["columns", *where]) == 0
    assert len(plays_in(store)) == 10


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_import_that_is_stopped_says_so_and_can_be_run_again(store: Store, number: signal.Signals) -> None:
    file = a_file(store, rows=60_000)
    where = ["--store", str(store.root), "--account", ACCOUNT]
    command = [sys.executable, "-m", "songswap", "import", *where, file]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline_s = time.monotonic() + PATIENCE_S
    while not any((store.root / "accounts" / ACCOUNT).glob("plays/export-*")):
        assert process.poll() is None
        assert time.monotonic() < deadline_s
        time.sleep(0.002)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == STOPPED, err
    assert "Stopped. What was kept stays; run it again to go on." in err
    kept = int(re.findall(r"^kept (\d+) ", out, re.MULTILINE)[-1])
    assert 0 < kept < 60_000
    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=PATIENCE_S, text=True).stdout
    assert said.splitlines()[-1] == f"kept {60_000 - kept} duplicates {kept} podcasts 0 unreadable 0 total 60000"
    assert len(plays_in(store)) == 60_000

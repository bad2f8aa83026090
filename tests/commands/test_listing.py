"""python -m songswap list, as the worker runs it."""

from pathlib import Path

import msgspec
import pytest

from songswap.columns.figures.lists import ListedTracks
from songswap.commands import main
from songswap.documents import ACCOUNT, Account
from songswap.store import Store
from tests.columns.shelves import Shelved, Stored, shelve
from tests.web.friends import AIKO, play


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store", "server")
    store.write(ACCOUNT, Account("ada", "ada", "ada", "Ada", "default", 0.0), "ada")
    rows = (play("2024-01-01T00:30"), play("2024-01-01T00:34", private=True))
    shelve(store.root, Stored({"ada": Shelved(rows, (AIKO,))}))
    return store


def listed(store: Store, capsys: pytest.CaptureFixture[str], *more: str) -> ListedTracks:
    assert main(["list", "--store", str(store.root), "--account", "ada", *more]) == 0
    return msgspec.json.decode(capsys.readouterr().out, type=ListedTracks)


def test_it_tells_one_line_of_tracks(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(store, capsys, '--source={"kind": "most_played"}')
    assert [entry.title for entry in found.entries] == ["One"]
    assert listed(store, capsys, '--source={"kind": "not_heard"}', "--with-private").entries == found.entries
    assert listed(store, capsys, '--source={"kind": "new"}', "--zone=Europe/Berlin").entries == ()


def test_it_leaves_what_the_server_put_aside_alone(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    spill = store.root / "spill"
    spill.mkdir()
    listed(store, capsys, '--source={"kind": "most_played"}')
    assert spill.exists()


@pytest.mark.parametrize("wrong", [["--source={}"], ["--source=x"], ['--source={"kind": "new"}', "--zone=Mars"]])
def test_what_makes_no_sense_is_named(store: Store, capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["list", "--store", str(store.root), "--account", "ada", *wrong])
    assert ended.value.code == 2
    assert wrong[-1].partition("=")[0] in capsys.readouterr().err

"""Looking through the whole store finds what has become unreadable, whatever the clocks say."""

import time
from pathlib import Path

import pytest

from songswap.documents import LOOKS
from songswap.store import Store
from songswap.survey import Survey

DAY_NS = 24 * 3600 * 10**9


def damage(store: Store, account: str) -> str:
    """Leave half a document behind; returns its path."""
    path = store.root / LOOKS.path(account)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a docu")
    return LOOKS.path(account)


@pytest.mark.parametrize("days", [-365, -1, 1, 365])
def test_what_breaks_after_a_clock_was_wrong_for_a_while_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    store = Store(tmp_path, "server")
    survey = Survey(store)
    now_ns = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + days * DAY_NS)
    broken = {damage(store, "ada")}
    survey.look()
    assert set(store.broken) == broken
    broken.add(damage(store, "ben"))
    survey.look()
    assert set(store.broken) == broken
    monkeypatch.undo()
    broken.add(damage(store, "cem"))
    survey.look()
    assert set(store.broken) == broken


@pytest.mark.parametrize("days", [-365, 365])
def test_what_breaks_on_a_file_system_with_another_clock_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    now_ns = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + days * DAY_NS)
    store = Store(tmp_path, "server")
    survey = Survey(store)
    survey.look()
    broken = set()
    for account in ("ada", "ben"):
        broken.add(damage(store, account))
        survey.look()
        assert set(store.broken) == broken

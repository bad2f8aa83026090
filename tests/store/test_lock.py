"""One process a role and store."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from songswap.store import HeldError, Store, StoreError, hold
from tests.store.notes import hold_on, start


def test_a_second_holder_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    holder, connection = start(hold_on, tmp_path, "worker")
    assert connection.recv() == "held"
    names_the_holder = rf"a worker runs on the store {tmp_path} already: process {holder.pid}$"
    with pytest.raises(HeldError, match=names_the_holder), hold(tmp_path, "worker"):
        pass
    connection.send("end")
    holder.join()
    with hold(tmp_path, "worker"):
        assert (tmp_path / "worker.lock").read_text() == f"{os.getpid()}\n"


def test_a_killed_holder_holds_no_more(tmp_path: Path) -> None:
    holder, connection = start(hold_on, tmp_path, "worker")
    assert connection.recv() == "held"
    holder.kill()
    holder.join()
    with hold(tmp_path, "worker"):
        pass


def test_server_and_worker_and_other_stores_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with ExitStack() as held:
        for store, role in (("a", "server"), ("a", "worker"), ("b", "server")):
            held.enter_context(hold(tmp_path / store, role))
        with pytest.raises(HeldError):
            held.enter_context(hold(tmp_path / "a", "server"))


def test_the_lock_is_for_the_owner_alone(tmp_path: Path) -> None:
    with hold(tmp_path, "server"):
        assert (tmp_path / "server.lock").stat().st_mode & 0o777 == 0o600


def test_a_lock_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    wrong = pytest.raises(StoreError, match=r"gone/server\.lock can't be written: No such file")
    with wrong, hold(tmp_path / "gone", "server"):
        pass


@pytest.mark.parametrize("role", ["server", "worker"])
def test_removing_the_file_of_a_lock_lets_nobody_else_in(tmp_path: Path, role: str) -> None:
    Store(tmp_path, "server")
    with hold(tmp_path, role):
        (tmp_path / f"{role}.lock").unlink()
        with pytest.raises(HeldError, match=f"{role}.lock was removed"), hold(tmp_path, role):
            pass
    with hold(tmp_path, role):
        pass

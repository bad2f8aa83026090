from typing import get_args

import pytest

from songswap.core.history import imports as rules
from songswap.core.history.imports import MOST_LISTED, NoSuchImportError, Progress
from songswap.model.imports import Forget, Imported, Imports, ImportsSeen, ImportState, Upload

UPLOAD = Upload("first", "my_spotify_data.zip", 1_000, 5.0, rev=2)


def seen(state: ImportState, rev: int = 2, upload: str = "first") -> ImportsSeen:
    return ImportsSeen({upload: Imported(rev, state, 6.0)})


@pytest.mark.parametrize(
    ("is_stopped", "observed", "expected"),
    [
        (False, ImportsSeen(), "waiting"),
        (False, seen("working"), "working"),
        (False, seen("done"), "done"),
        (False, seen("failed"), "failed"),
        (False, seen("stopped"), "waiting"),
        (False, seen("done", rev=1), "waiting"),
        (True, ImportsSeen(), "stopped"),
        (True, seen("working"), "stopping"),
        (True, seen("stopped"), "stopped"),
        (True, seen("done"), "done"),
        (True, seen("failed"), "failed"),
        (True, seen("working", rev=1), "stopped"),
    ],
)
def test_progress_follows_from_what_was_wanted_and_what_was_seen(
    is_stopped: bool, observed: ImportsSeen, expected: Progress
) -> None:
    upload = Upload("first", "a.zip", 1_000, 5.0, rev=2, is_stopped=is_stopped)
    assert rules.progress_of(upload, observed) == expected


def test_every_state_that_is_seen_can_be_told() -> None:
    told = {rules.progress_of(UPLOAD, seen(state)) for state in get_args(ImportState)}
    assert told <= set(get_args(Progress))


def test_starting_again_is_another_try() -> None:
    stopped = rules.stop(Imports((UPLOAD,)), "first")
    assert rules.progress_of(stopped.uploads[0], seen("stopped")) == "stopped"
    started = rules.start(stopped, "first")
    assert started.uploads[0].rev == 3
    assert rules.progress_of(started.uploads[0], seen("stopped")) == "waiting"


@pytest.mark.parametrize("change", [rules.stop, rules.start, rules.discard])
def test_an_import_that_is_not_there_can_not_be_changed(change: object) -> None:
    assert callable(change)
    with pytest.raises(NoSuchImportError):
        change(Imports((UPLOAD,)), "second")


def test_a_discarded_file_is_the_only_one_to_go() -> None:
    other = Upload("second", "b.zip", 1, 6.0)
    assert rules.discard(Imports((UPLOAD, other)), "first") == Imports((other,))


def test_a_long_list_loses_its_oldest_import_that_has_ended() -> None:
    uploads = tuple(Upload(str(number), "a.json", 1, number) for number in range(MOST_LISTED))
    ended = ImportsSeen({"3": Imported(1, "done", 1.0), "7": Imported(1, "failed", 1.0)})
    after = rules.bring(Imports(uploads), ended, UPLOAD)
    assert [one.id for one in after.uploads] == [str(n) for n in range(MOST_LISTED) if n != 3] + ["first"]


def test_a_list_in_which_nothing_has_ended_is_full() -> None:
    uploads = tuple(Upload(str(number), "a.json", 1, number) for number in range(MOST_LISTED))
    assert rules.is_full(Imports(uploads), ImportsSeen())
    assert not rules.is_full(Imports(uploads[1:]), ImportsSeen())
    assert not rules.is_full(Imports(uploads), seen("done", rev=1, upload="5"))


def test_forgetting_everything_calls_off_all_that_waits() -> None:
    before = Imports((UPLOAD,), (Forget("old", "lastfm", 1.0),))
    assert rules.forget(before, None, "new", 9.0) == Imports(forgets=(Forget("new", None, 9.0),))


def test_forgetting_a_source_leaves_files_that_wait() -> None:
    after = rules.forget(Imports((UPLOAD,)), "lastfm", "new", 9.0)
    assert after == Imports((UPLOAD,), (Forget("new", "lastfm", 9.0),))


@pytest.mark.parametrize("there", [Forget("old", "lastfm", 1.0), Forget("old", None, 1.0)])
def test_what_is_being_forgotten_is_not_forgotten_twice(there: Forget) -> None:
    before = Imports(forgets=(there,))
    assert rules.forget(before, "lastfm", "new", 9.0) == before


def test_only_what_has_been_forgotten_is_taken_off() -> None:
    forgets = (Forget("done", "lastfm", 1.0), Forget("failed", "recent", 2.0), Forget("waits", None, 3.0))
    observed = ImportsSeen(forgotten={"done": "", "failed": "The disk is full.", "other": ""})
    assert rules.without_forgotten(Imports(forgets=forgets), observed).forgets == forgets[1:]

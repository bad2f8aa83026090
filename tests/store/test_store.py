"""Documents and logs in a folder, and everything that can be wrong with them."""

import logging
import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.store import (
    BrokenError,
    Document,
    GoneError,
    Log,
    NewerVersionError,
    NotTheWriterError,
    Store,
    StoreError,
    UnfitNameError,
)
from tests.store.notes import BOARD, CALLS, DIARY, NOTE, SEEN, Note


@pytest.fixture
def worker(store: Store) -> Store:
    """The same store as the worker sees it."""
    return Store(store.root, "worker")


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a disk that fills up: what goes beyond `size` bytes of a file is refused."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_in(store: Store) -> set[str]:
    every = {path.relative_to(store.root).as_posix() for path in store.root.rglob("*") if path.is_file()}
    return every - {"store.id"}


# What is written can be read


def test_there_is_nothing_in_an_empty_store(store: Store) -> None:
    assert store.read(NOTE, "a") is None
    assert list(store.rows(DIARY, "a")) == []
    assert store.names("notes") == []


def test_what_one_process_writes_the_other_reads(store: Store, worker: Store) -> None:
    store.write(NOTE, Note("one", 1), "a")
    store.write(NOTE, Note("two", 2), "a")
    worker.write(SEEN, Note("seen", 3), "a")
    assert worker.read(NOTE, "a") == Note("two", 2)
    assert store.read(SEEN, "a") == Note("seen", 3)


def test_rows_come_back_in_order(store: Store, worker: Store) -> None:
    for number in range(5):
        store.append(DIARY, Note(number=number), "a", durable=number % 2 == 0)
    assert [row.number for row in worker.rows(DIARY, "a")] == [0, 1, 2, 3, 4]


def test_names_are_those_of_folders_in_order(store: Store) -> None:
    for name in ("b", "a", "C-1_"):
        store.write(NOTE, Note(), name)
    (store.root / "notes" / ".hidden").mkdir()
    assert store.names("notes") == ["C-1_", "a", "b"]


notes = st.builds(Note, st.text(), st.integers(-(2**53), 2**53))


@given(note=notes)
def test_every_value_survives_the_way_to_disk_and_back(note: Note) -> None:
    assert NOTE.decode(NOTE.encode(note), "note") == note


@given(rows=st.lists(notes))
def test_every_row_survives_the_way_to_disk_and_back(rows: list[Note]) -> None:
    content = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    assert list(DIARY.rows(content, "diary")) == rows


def test_everything_is_for_the_owner_alone(store: Store) -> None:
    store.write(NOTE, Note(), "a")
    store.append(DIARY, Note(), "a")
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in [store.root, *store.root.rglob("*")]}
    assert modes == {True: 0o700, False: 0o600}


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    assert stat.S_IMODE(Store(tmp_path / "open", "server").root.stat().st_mode) == 0o700


# One writer


def test_only_its_writer_writes_a_document(store: Store, worker: Store) -> None:
    with pytest.raises(NotTheWriterError, match=r"notes/a/seen\.json is written by the worker, not by the server"):
        store.write(SEEN, Note(), "a")
    with pytest.raises(NotTheWriterError):
        worker.append(DIARY, Note(), "a")
    with pytest.raises(NotTheWriterError):
        worker.remove("notes/{}", "a")


def test_each_process_writes_logs_of_its_own(store: Store, worker: Store) -> None:
    store.append(CALLS, Note(number=1), "server")
    worker.append(CALLS, Note(number=2), "worker")
    assert [row.number for name in ("server", "worker") for row in store.rows(CALLS, name)] == [1, 2]


def test_the_worker_brings_nothing_back_that_was_removed(store: Store, worker: Store) -> None:
    store.write(NOTE, Note(), "a")
    worker.write(SEEN, Note(), "a")
    store.remove("notes/{}", "a")
    with pytest.raises(GoneError, match=r"notes/a can't be written to: it is gone"):
        worker.write(SEEN, Note(), "a")
    assert files_in(store) == set()


def test_the_worker_makes_a_folder_within_one_that_is_there_and_in_none_that_is_gone(
    store: Store, worker: Store
) -> None:
    pages = Log("notes/{}/pages/{}.jsonl", Note, "worker")
    store.write(NOTE, Note(), "a")
    worker.append(pages, Note(number=1), "a", "one")
    assert [row.number for row in store.rows(pages, "a", "one")] == [1]
    store.remove("notes/{}", "a")
    with pytest.raises(GoneError):
        worker.append(pages, Note(number=2), "a", "one")
    assert files_in(store) == set()


def test_the_worker_writes_what_lies_at_the_top(store: Store, worker: Store) -> None:
    worker.write(BOARD, Note("alive"))
    assert store.read(BOARD) == Note("alive")


# Versions


def test_a_newer_version_is_refused_and_never_overwritten(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    newer = Document("notes/{}/note.json", Note, "server", version=2)
    store.write(newer, Note("from the future"), "a")
    assert store.read(NOTE, "a") is None
    assert "notes/a/note.json has version 2; this SongSwap knows 1" in caplog.text
    assert store.broken.keys() == {"notes/a/note.json"}
    with pytest.raises(NewerVersionError):
        store.write(NOTE, Note("old"), "a")
    assert store.read(newer, "a") == Note("from the future")


def test_a_newer_version_is_refused_whatever_it_holds(store: Store) -> None:
    (store.root / "notes/a").mkdir(parents=True)
    (store.root / "notes/a/note.json").write_text('{"version": 2, "data": ["nothing", "we know"], "more": {}}')
    assert store.read(NOTE, "a") is None
    with pytest.raises(NewerVersionError):
        store.write(NOTE, Note("old"), "a")


def test_a_newer_version_of_what_is_of_the_moment_is_set_aside(store: Store) -> None:
    newer, passing = (Document("notes/{}/night.json", Note, "server", version=v, passing=True) for v in (2, 1))
    store.write(newer, Note("from the future"), "a")
    content = (store.root / "notes/a/night.json").read_bytes()
    store.write(passing, Note("now"), "a")
    assert store.read(passing, "a") == Note("now")
    assert [aside.read_bytes() for aside in (store.root / "broken").iterdir()] == [content]


# Broken files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 100,
        b'{"version": 1, "data": {"text": "half',
        b'{"version": 1, "data": {"text": 5}}',
        b'{"version": "one", "data": {}}',
        b'{"version": 1}',
        b"[]",
        b'{"version": 1, "data": {"text": "\xff"}}',
        b"[" * 100_000,
    ],
)
def test_a_broken_document_stays_where_it_is_until_it_is_mended_and_the_rest_goes_on(
    store: Store, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    caplog.set_level(logging.INFO)
    store.write(NOTE, Note("whole"), "whole")
    store.write(NOTE, Note(), "broken")
    place = store.root / "notes/broken/note.json"
    whole = place.read_bytes()
    place.write_bytes(content)
    assert [store.read(NOTE, "broken") for _ in range(3)] == [None, None, None]
    assert store.read(NOTE, "whole") == Note("whole")
    assert place.read_bytes() == content
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "notes/broken/note.json" in record.getMessage()
    assert store.broken.keys() == {"notes/broken/note.json"}

    place.write_bytes(whole)
    assert store.read(NOTE, "broken") == Note()
    assert not store.broken
    assert caplog.records[-1].getMessage() == "notes/broken/note.json can be read again"


def test_a_broken_document_is_kept_when_it_is_written_anew(store: Store) -> None:
    store.write(NOTE, Note(), "a")
    (store.root / "notes/a/note.json").write_bytes(b"precious")
    store.write(NOTE, Note("new"), "a")
    assert store.read(NOTE, "a") == Note("new")
    assert [aside.read_bytes() for aside in (store.root / "broken").iterdir()] == [b"precious"]


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link_in_a_circle(path: Path) -> None:
    path.symlink_to(path.name)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_device_without_end(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [a_folder, a_link_in_a_circle, a_pipe, a_device_without_end])
def test_what_is_no_file_counts_as_not_there_and_makes_way_for_one(store: Store, make: Callable[[Path], None]) -> None:
    for kind, name in ((NOTE, "notes/a/note.json"), (DIARY, "diary/a.jsonl")):
        (store.root / name).parent.mkdir(parents=True)
        make(store.root / name)
        if isinstance(kind, Document):
            assert store.read(kind, "a") is None
            assert store.broken.keys() == {name}
            store.write(kind, Note("new"), "a")
            assert store.read(kind, "a") == Note("new")
        else:
            assert list(store.rows(kind, "a")) == []
            assert store.broken.keys() == {name}
            store.append(kind, Note("new"), "a")
            assert list(store.rows(kind, "a")) == [Note("new")]
        assert not store.broken
    assert len(list((store.root / "broken").iterdir())) == 2


def test_what_can_not_be_read_for_want_of_descriptors_is_not_broken(store: Store) -> None:
    store.write(NOTE, Note("fine"), "a")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(StoreError, match=r"notes/a/note\.json can't be read: Too many open files"):
            store.read(NOTE, "a")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert not store.broken
    assert store.read(NOTE, "a") == Note("fine")


def test_a_stray_file_among_folders_is_no_name(store: Store) -> None:
    store.write(NOTE, Note(), "a")
    (store.root / "notes/README").touch()
    (store.root / "notes/round").symlink_to("round")
    assert store.names("notes") == ["a"]


def test_a_document_in_the_wrong_place_is_broken(store: Store) -> None:
    named = Document("notes/{}/name.json", Note, "server", named_by="text")
    store.write(named, Note("a"), "a")
    store.write(named, Note("b"), "b")
    (store.root / "notes/b/name.json").write_bytes((store.root / "notes/a/name.json").read_bytes())
    assert store.read(named, "b") is None
    assert "wrong place" in store.broken["notes/b/name.json"]


def test_a_file_from_before_it_said_where_it_belongs_is_read(store: Store) -> None:
    store.write(NOTE, Note("a"), "a")
    (store.root / "notes/a/note.json").write_bytes(NOTE.encode(Note("old")))
    assert b"path" not in NOTE.encode(Note("old"))
    assert store.read(NOTE, "a") == Note("old")


def test_anothers_document_is_not_ones_own(store: Store) -> None:
    for name in ("a", "b"):
        store.write(NOTE, Note(name), name)
        store.write(KEPT, Note(name), name)
    for name in ("note.json", "kept.json"):
        (store.root / "notes/b" / name).write_bytes((store.root / "notes/a" / name).read_bytes())
    assert store.read(NOTE, "b") is None
    assert store.read(KEPT, "b") == Note("b")
    assert "wrong place" in store.broken["notes/b/note.json"]


# What is kept


KEPT = Document("notes/{}/kept.json", Note, "server", when_bad="kept")
CLOSED = Document("notes/{}/closed.json", Note, "server", when_bad="kept", closed=Note("shut"))
REFUSED = Document("notes/{}/refused.json", Note, "server", when_bad="refused")


@pytest.mark.parametrize("document", [KEPT, CLOSED, REFUSED])
@pytest.mark.parametrize("content", [b"", b"{}", b'{"version": 2, "data": {}}', None])
def test_what_is_kept_counts_as_it_was_last(
    store: Store, worker: Store, document: Document[Note], content: bytes | None
) -> None:
    store.write(document, Note("first"), "a")
    assert worker.read(document, "a") == Note("first")
    store.write(document, Note("last"), "a")
    place = store.root / document.path("a")
    place.unlink()
    if content is not None:
        place.write_bytes(content)
    for process in (store, worker, Store(store.root, "server")):
        assert process.read(document, "a") == Note("last")
        assert process.broken.keys() == {document.path("a")}


def test_what_is_kept_is_known_even_if_its_copy_is_lost_as_well(store: Store) -> None:
    store.write(KEPT, Note("last"), "a")
    for path in (store.root / "notes/a").iterdir():
        path.write_bytes(b"")
    assert store.read(KEPT, "a") == Note("last")


def test_where_nothing_is_left_it_is_shut_or_refused(store: Store) -> None:
    for document in (KEPT, CLOSED, REFUSED):
        store.write(document, Note("open"), "a")
    for path in (store.root / "notes/a").iterdir():
        path.write_bytes(b"")
    other = Store(store.root, "worker")
    assert other.read(KEPT, "a") is None
    assert other.read(CLOSED, "a") == Note("shut")
    with pytest.raises(BrokenError, match=r"notes/a/refused\.json"):
        other.read(REFUSED, "a")


def test_a_copy_goes_with_what_it_is_of(store: Store) -> None:
    store.write(KEPT, Note("secret"), "a")
    store.drop(KEPT, "a")
    assert store.read(KEPT, "a") is None
    store.write(KEPT, Note("secret"), "a")
    store.remove("notes/{}", "a")
    assert store.read(KEPT, "a") is None
    assert files_in(store) == set()


@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_note_or_nothing(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "any-bytes", "server")
    store.write(NOTE, Note(), "a")
    (store.root / "notes/a/note.json").write_bytes(content)
    assert store.read(NOTE, "a") is None


# Torn lines


def test_a_torn_last_line_waits_for_readers_and_is_cut_off_by_the_writer(store: Store) -> None:
    store.append(DIARY, Note("first"), "a")
    with (store.root / "diary/a.jsonl").open("ab") as file:
        file.write(b'{"text": "half')
    assert list(store.rows(DIARY, "a")) == [Note("first")]
    store.append(DIARY, Note("second"), "a")
    assert list(store.rows(DIARY, "a")) == [Note("first"), Note("second")]


def test_a_line_that_can_not_be_read_is_passed_over_and_named(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.append(DIARY, Note("first"), "a")
    with (store.root / "diary/a.jsonl").open("ab") as file:
        file.write(b"what?\n")
    store.append(DIARY, Note("third"), "a")
    assert list(store.rows(DIARY, "a")) == [Note("first"), Note("third")]
    assert list(store.rows(DIARY, "a")) == [Note("first"), Note("third")]
    assert ["diary/a.jsonl line 2 can't be read" in r.getMessage() for r in caplog.records] == [True]
    assert store.broken.keys() == {"diary/a.jsonl"}


@given(rows=st.lists(notes, min_size=1), torn=st.integers(1))
def test_wherever_the_last_line_is_torn_the_others_are_there(rows: list[Note], torn: int) -> None:
    *whole, last = (msgspec.json.encode(row) + b"\n" for row in rows)
    content = b"".join(whole) + last[: torn % len(last)]
    assert list(DIARY.rows(content, "diary")) == rows[:-1]


# Disks


def test_a_full_disk_is_named_and_the_old_document_stays(store: Store) -> None:
    store.write(NOTE, Note("old"), "a")
    (store.root / "notes/a/note.json.tmp").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"notes/a/note\.json can't be written: No space left on device"):
        store.write(NOTE, Note("new"), "a")
    assert store.read(NOTE, "a") == Note("old")
    store.write(NOTE, Note("there is room again"), "a")
    assert store.read(NOTE, "a") == Note("there is room again")


def test_a_disk_that_fills_up_amid_a_document_leaves_the_old_one(store: Store) -> None:
    store.write(NOTE, Note("old"), "a")
    before = files_in(store)
    with no_file_larger_than(1000), pytest.raises(StoreError, match=r"notes/a/note\.json can't be written"):
        store.write(NOTE, Note("n" * 100_000), "a")
    assert store.read(NOTE, "a") == Note("old")
    assert files_in(store) == before


@pytest.mark.parametrize("durable", [True, False])
def test_a_disk_that_fills_up_amid_a_row_keeps_the_rows_before(store: Store, durable: bool) -> None:
    store.append(DIARY, Note("first"), "a")
    content = (store.root / "diary/a.jsonl").read_bytes()
    with no_file_larger_than(len(content) + 10), pytest.raises(StoreError, match=r"diary/a\.jsonl can't be written"):
        store.append(DIARY, Note("second"), "a", durable=durable)
    assert (store.root / "diary/a.jsonl").read_bytes() == content
    store.append(DIARY, Note("third"), "a")
    assert list(store.rows(DIARY, "a")) == [Note("first"), Note("third")]


def test_a_store_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for root in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreError, match=f"{root} can't be used as the store: "):
            Store(root, "server")


def test_a_store_on_a_full_disk_can_be_read_and_says_what_is_wrong(store: Store) -> None:
    store.write(NOTE, Note("there"), "a")
    with no_file_larger_than(0):
        reader = Store(store.root, "server")
        assert reader.trouble
        assert reader.read(NOTE, "a") == Note("there")
    reader.catch_up()
    assert not reader.trouble


def test_a_probe_tells_when_the_disk_is_full(store: Store) -> None:
    store.probe()
    with no_file_larger_than(0), pytest.raises(StoreError, match=f"{store.root} can't be written to: "):
        store.probe()
    store.probe()
    assert files_in(store) == set()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda store: store.write(NOTE, Note(), "a"),
        lambda store: store.append(DIARY, Note(), "a"),
        lambda store: store.names("notes"),
        lambda store: store.remove("notes/{}", "a"),
    ],
)
def test_a_file_in_the_place_of_a_folder_is_named(store: Store, attempt: Callable[[Store], object]) -> None:
    (store.root / "notes").touch()
    (store.root / "diary").touch()
    with pytest.raises(StoreError, match=rf"{store.root}/(notes|diary)"):
        attempt(store)


# Names from outside


@given(name=st.text() | st.sampled_from(["", ".", "..", "../x", "a/b", "/etc", "a\n", "a\0", "a" * 65, "ä"]))
def test_a_name_from_outside_stays_inside(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    root = tmp_path_factory.getbasetemp()
    try:
        path = root / NOTE.path(name)
    except UnfitNameError:
        return
    assert path.resolve() == root.resolve() / "notes" / name / "note.json"
    assert name.isascii()


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", "a\n", "a\0", "a" * 65, "ä", "a b", "~"])
def test_a_name_that_is_none_is_refused_by_all(store: Store, name: str) -> None:
    for attempt in (
        lambda: store.read(NOTE, name),
        lambda: store.write(NOTE, Note(), name),
        lambda: store.append(DIARY, Note(), name),
        lambda: store.rows(DIARY, name),
        lambda: store.remove("notes/{}", name),
    ):
        with pytest.raises(UnfitNameError, match="can't be a name in the store"):
            attempt()


# Removal


def test_what_is_removed_is_gone_from_every_corner(store: Store, worker: Store) -> None:
    store.write(NOTE, Note("secret"), "a")
    worker.write(SEEN, Note("secret"), "a")
    store.write(NOTE, Note("stays"), "b")
    store.remove("notes/{}", "a")
    assert worker.read(NOTE, "a") is None
    assert store.names("notes") == ["b"]
    assert files_in(store) == {"notes/b/note.json"}


def test_removing_what_is_not_there_is_no_error(store: Store) -> None:
    store.remove("notes/{}", "a")


def test_a_removal_that_was_interrupted_is_finished_later(store: Store) -> None:
    store.write(NOTE, Note("secret"), "a")
    (store.root / "trash").mkdir()
    (store.root / "notes/a").rename(store.root / "trash/0123456789abcdef")
    assert store.names("notes") == []
    store.empty_trash()
    assert files_in(store) == set()

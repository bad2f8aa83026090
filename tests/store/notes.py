"""Documents and logs to try the store with, and what other processes do to it."""

from collections.abc import Callable
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Barrier

import msgspec

from songswap.store import Document, Log, Store, hold
from songswap.vault import keep_secret

processes = get_context("forkserver")
processes.set_forkserver_preload([__name__])


def start(target: Callable[..., None], *args: object) -> tuple[ForkServerProcess, Connection]:
    """Let another process run `target(*args, connection)`. Returns it, and our end of the connection."""
    ours, its = processes.Pipe()
    process = processes.Process(target=target, args=(*args, its))
    process.start()
    its.close()
    return process, ours


class Note(msgspec.Struct, frozen=True):
    text: str = ""
    number: int = 0


NOTE = Document("notes/{}/note.json", Note, "server")
SEEN = Document("notes/{}/seen.json", Note, "worker")
BOARD = Document("board.json", Note, "worker")
DIARY = Log("diary/{}.jsonl", Note, "server")
CALLS = Log("calls/{}.jsonl", Note)

NOTES = 7
"""How many notes `write_on_and_on` goes round in."""
PADDING = "♫ " * 400
"""Makes a row or document long enough to be torn in the middle."""


def write_on_and_on(root: Path, first: int, acknowledged: Connection) -> None:
    """Write number after number, from `first`, as a row and a note; now and then remove a note that was passing by.

    Sends each number when it is written.
    """
    store = Store(root, "server")
    for number in count(first):
        note = Note(PADDING, number)
        store.append(DIARY, note, "all")
        store.write(NOTE, note, str(number % NOTES))
        if number % NOTES == 0:
            store.write(NOTE, note, "passing")
            store.remove("notes/{}", "passing")
        acknowledged.send(number)


def keep_secrets(folders: list[Path], at_once: Barrier, made: Connection) -> None:
    """Make the secret of each folder at the same moment as others do, send all."""
    secrets = []
    for folder in folders:
        at_once.wait(timeout=60)
        secrets.append(keep_secret(folder))
    made.send(secrets)


def hold_on(root: Path, role: str, connection: Connection) -> None:
    """Hold a lock, say so, and go on until told to end."""
    with hold(root, role):
        connection.send("held")
        connection.recv()


def write_when_told(root: Path, told: Connection) -> None:
    """Write the note that is named by each message, until there are no more."""
    store = Store(root, "server")
    while name := told.recv():
        store.write(NOTE, Note(), name)

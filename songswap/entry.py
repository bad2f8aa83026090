"""What a process does first: read the configuration, set up logs, open the store, listen."""

import argparse
import contextlib
import os
import resource
import socket
import sys
from pathlib import Path

from songswap import config, logs
from songswap.clock import Clock
from songswap.store import Store, Syncing
from songswap.store.files import Writer
from songswap.store.home import expect, remember

PRIVATE = 0o077
"""umask: files for their owner only."""
MANY_FILES = 2**16
"""Enough wherever the system itself names no bound."""
BACKLOG = 1_024
"""Connections that may wait to be taken: everybody's pages come back at once after a restart."""


class ListenError(Exception):
    """An address to listen on can't be had; the message names it and why."""


def arguments(program: str, description: str) -> argparse.ArgumentParser:
    """A parser that knows --config."""
    parser = argparse.ArgumentParser(program, description=description)
    parser.add_argument("--config", type=Path, default=Path("config.ini"), metavar="FILE")
    return parser


def read_config(path: Path) -> config.Config | None:
    """The configuration, with logs set up accordingly; None after all its problems were printed."""
    try:
        read = config.load(path, os.environ)
    except config.ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return None
    logs.set_up(read.log.level)
    return read


def open_store(read: config.Config, role: Writer, syncing: Syncing, clock: Clock) -> Store:
    """The store of the configuration, as `role` sees it by `clock`; `syncing` takes care of the disk.

    Raises StoreError.
    """
    os.umask(PRIVATE)
    open_many_files()
    expect(read.store.path)
    store = Store(read.store.path, role, syncing=syncing, clock=clock)
    remember(store.root, store.id)
    return store


def open_many_files() -> None:
    """Let this process have as many files and connections open as the system allows it to have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # some systems have a further bound, and don't name it
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ListenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP, as only then does asyncio send what is written at once. Otherwise the second part of each answer
    # waits until the browser acknowledges the first, which takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ListenError(f"can't listen on {host} port {port}: {error.strerror}") from error
    return listener

"""A group of many people and its chat of any length, written into a store; a real server over it."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from songswap.core.talk.posts import PAGE
from songswap.documents import ACCOUNT, BROWSERS, CHAT, GROUP, Account, Browser, Browsers
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member
from songswap.model.posts import Row, Written
from songswap.store import Store
from songswap.web.kit.cookies import SESSION
from tests.processes import Installation, Program, an_installation

GROUP_ID = "friday"
BEGAN_MS = 1_700_000_000_000
WORDS = ("that", "song", "again", "please", "who", "wished", "for", "this", "one", "louder", "and", "slower", "🎉")


@dataclass(frozen=True)
class Someone:
    """An account, and the cookie of a browser it is logged in with."""

    account: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"{SESSION}={self.cookie}"}


@dataclass(frozen=True)
class Running:
    """A server that runs over a group's chat."""

    installation: Installation
    server: Program
    people: tuple[Someone, ...]

    @property
    def url(self) -> str:
        return self.installation.url

    @property
    def place(self) -> str:
        return f"chat:{GROUP_ID}"

    def memory_mb(self) -> float:
        """What the server takes of the machine's memory by now."""
        status = Path(f"/proc/{self.server.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def running(folder: Path, people: int, messages: int) -> Iterator[Running]:
    """A server over a group of so many people who have written so much."""
    folder.mkdir()
    with an_installation(folder) as installation:
        store = Store(installation.store, "server")
        everybody = tuple(someone(store, f"p{number:011d}") for number in range(people))
        members = {one.account: Member("listener", 0.0) for one in everybody}
        members[everybody[0].account] = Member("host", 0.0)
        store.write(GROUP, Group(GROUP_ID, "Friday", 0.0, SecretLink("secret", 0.0), members), GROUP_ID)
        _write(store, everybody, messages)
        yield Running(installation, installation.start_server(), everybody)


def someone(store: Store, account: str) -> Someone:
    """An account in `store`, and the browser it is logged in with."""
    secret = secrets.token_urlsafe(32)
    store.write(ACCOUNT, Account(account, account, account, account.title(), "default", 0.0, handle=account), account)
    fingerprint = hashlib.sha256(secret.encode()).hexdigest()
    store.write(BROWSERS, Browsers((Browser(fingerprint, 4e12),)), account)
    return Someone(account, f"{account}.{secret}")


def _write(store: Store, people: tuple[Someone, ...], messages: int) -> None:
    """The pages of a chat as the server would have written them, but not made durable one by one."""
    for start in range(0, messages, PAGE):
        rows = [_row(people, number) for number in range(start, min(start + PAGE, messages))]
        path = store.root / CHAT.path(GROUP_ID, str(rows[0].n))
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(msgspec.json.Encoder().encode_lines(rows))


def _row(people: tuple[Someone, ...], number: int) -> Row:
    at_ms = BEGAN_MS + 20_000 * number
    text = " ".join(WORDS[(number * 7 + place) % len(WORDS)] for place in range(4 + number % 9))
    return Written(at_ms, at_ms, people[number % len(people)].account, text)

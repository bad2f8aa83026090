"""python -m bench.groups: what one click costs where there are 10,000 groups; writes bench/groups.txt."""

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from songswap.documents import GROUP, SESSION_WISH, SessionWish
from songswap.jobs.worker import ASKED_FOR, WantedRun
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member
from songswap.store import Document, Store
from songswap.web.people.membership import groups_of

TABLE: Final = Path(__file__).resolve().with_suffix(".txt")
GROUPS: Final = 10_000
CLICKS: Final = 200
ALLOWED_MS: Final = 5.0


def fill(store: Store) -> None:
    """Groups of two, ten of them with Ada."""
    for number in range(GROUPS):
        name = f"group{number:07d}"
        who = "ada" if number % (GROUPS // 10) == 0 else f"p{number}"
        group = Group(name, name, float(number), SecretLink("x", 0.0), {who: Member("host", 0.0)})
        put(store, GROUP, group, name)
        put(store, SESSION_WISH, SessionWish(), name)


def put(store: Store, document: Document[Any], value: object, name: str) -> None:
    """As the store writes it, but not made durable one by one."""
    path = store.root / document.path(name)
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(document.encode(value))


def clicked(store: Store, number: int) -> None:
    """What a click writes, told to those who wait for it."""
    name = f"group{number * 37 % GROUPS:07d}"
    put(store, SESSION_WISH, SessionWish(), name)
    store.changes.notify(SESSION_WISH.path(name))


async def measure(root: Path) -> list[str]:
    """The lines of the result; times are of the processor."""
    store = Store(root, "server")
    fill(store)
    means: Any = SimpleNamespace(store=store)
    accounts: Any = None
    wanted = WantedRun(means, accounts)
    lines = []
    with store.changes.subscribe("accounts/", "groups/", endings=ASKED_FOR, on_change=wanted.note):
        for name, ask in (("the worker's look at who wants what", wanted.jobs), ("the groups somebody is in", None)):
            first_ms = await timed(ask or (lambda: groups_of(store, "ada")))
            after_ms = []
            for number in range(CLICKS):
                clicked(store, number)
                after_ms.append(await timed(ask or (lambda: groups_of(store, "ada"))))
            lines.append(
                f"{name:36} at first {first_ms:8.1f} ms   after a click {statistics.median(after_ms):6.3f} ms, "
                f"at most {max(after_ms):6.3f} ms"
            )
    return lines


async def timed(ask: Callable[[], Any]) -> float:
    """Processor time of one answer in ms."""
    began_s = time.process_time()
    answer = ask()
    if asyncio.iscoroutine(answer):
        await answer
    return (time.process_time() - began_s) * 1000


def main() -> int:
    """Measure, print, write; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"What a click costs with {GROUPS:,} groups, in time of the processor, {CLICKS} clicks:", ""]
        lines += asyncio.run(measure(Path(folder) / "store"))
    lines += [
        "",
        f"Allowed: {ALLOWED_MS:.0f} ms. Measured on {os.cpu_count()} cores, Python {platform.python_version()}.",
    ]
    print("\n".join(lines))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

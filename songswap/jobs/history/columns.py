"""Keeps the columns of listening history up to date with the logs, in a process of its own."""

import asyncio
import math

from songswap.columns import schema
from songswap.columns.sources import PLAYS_FOLDER, State, states
from songswap.documents import ACCOUNT
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.kit.subprocess_jobs import ignore, is_woken
from songswap.store import StoreError
from songswap.store.files import fill

COLUMN_ENDINGS = (".jsonl", ".parquet", schema.MANIFEST)
QUIET_S = 5.0
"""So long nothing may change before columns are made: what is written together is made together."""
PATIENCE_S = 60.0
"""While changes go on, columns are made this often."""
THOROUGH_S = 24 * 3_600.0
"""What is known better of tracks reaches all years as often."""


class ColumnsError(Exception):
    """The columns of an account could not be made."""


class KeeperJob:
    """Has columns made where logs have changed; at the worker's start and once a day for everybody, thoroughly."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store
        self._made_of: dict[str, list[State]] = {}
        self._thorough_at_s = math.inf

    async def run(self) -> None:
        """Keep them until cancelled. Raises ColumnsError."""
        loop = asyncio.get_running_loop()
        if math.isinf(self._thorough_at_s):
            self._thorough_at_s = loop.time()
        with self._store.changes.subscribe("accounts/", endings=COLUMN_ENDINGS) as changes:
            while True:
                is_due = loop.time() >= self._thorough_at_s
                self._thorough_at_s += THOROUGH_S * is_due
                await self._make(thorough=is_due)
                if await is_woken(changes, self._thorough_at_s - loop.time()):
                    patient_until_s = loop.time() + PATIENCE_S
                    while await is_woken(changes, min(QUIET_S, patient_until_s - loop.time())):
                        pass

    async def _make(self, *, thorough: bool) -> None:
        """Everybody's. One that can't be made keeps nobody else waiting. Raises ColumnsError when all are seen to."""
        failed = []
        for account in self._store.names("accounts"):
            try:
                await self._make_of(account, thorough=thorough)
            except (ColumnsError, StoreError) as error:
                failed.append(f"the columns of account {account} could not be made: {error}")
        if failed:
            raise ColumnsError("; ".join(failed))

    async def _make_of(self, account: str, *, thorough: bool) -> None:
        plays = states(self._store.root / fill(PLAYS_FOLDER, (account,)))
        there = schema.manifest(schema.folder(self._store.root, account))
        is_as_made = plays == self._made_of.get(account, []) and self._is_there(account, there)
        if (is_as_made and not thorough) or not (plays or there.years):
            return
        how = ("--thorough",) if thorough else ()
        where = ("--store", str(self._store.root), "--account", account, "--gently")
        code = await self._means.beside(("columns", *where, *how), ignore)
        if code and self._store.read(ACCOUNT, account) is not None:
            raise ColumnsError("the log says why")
        self._made_of[account] = plays

    def _is_there(self, account: str, manifest: schema.ColumnsManifest) -> bool:
        """Whether every file has the size it was made with; a closer look is taken when anything is made."""
        sizes = {name: size for name, size, _ in states(schema.folder(self._store.root, account))}
        parts = {f"{year}.parquet": part for year, part in manifest.years.items() if part.rows}
        if manifest.names is not None:
            parts[schema.NAMES] = manifest.names
        return schema.MANIFEST in sizes and all(sizes.get(name) == part.size for name, part in parts.items())

"""Accounts with logs of plays, and their columns read back."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from songswap.columns import schema
from songswap.core.history.name_folding import own_id
from songswap.documents import PLAYS, TRACK_NAMES
from songswap.model.history import Play, Source, TrackName
from songswap.store import Store

ACCOUNT = "ada"
JOGA, SOS = "joga0000000000000000aa", "sos00000000000000000aa"
OWN_JOGA = own_id("Björk", "Jóga")


def ms(text: str) -> int:
    """A UTC moment such as 2024-03-01T12:00:00."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def an_account(root: Path) -> Store:
    """A store with one account that has nothing yet, as the importer sees it."""
    Store(root, "server")
    (root / "accounts" / ACCOUNT).mkdir(parents=True)
    return Store(root, "importer")


def month_of(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m")


def keep(store: Store, rows: Mapping[Source, Sequence[Play]]) -> None:
    """Append rows to their logs."""
    for source, plays in rows.items():
        for play in plays:
            store.append(PLAYS, play, ACCOUNT, source, month_of(play.at_ms), durable=False)


def keep_names(store: Store, names: Mapping[Source, Sequence[TrackName]]) -> None:
    """Append names to their logs."""
    for source, rows in names.items():
        store.extend(TRACK_NAMES, rows, ACCOUNT, source, durable=False)


def columns_of(store: Store) -> Path:
    return schema.folder(store.root, ACCOUNT)


def plays_in(store: Store) -> list[dict[str, Any]]:
    """All rows of all years, in order."""
    return [row for path in schema.files(columns_of(store)) for row in rows_of(path, schema.PLAY_COLUMNS)]


def names_in(store: Store) -> list[dict[str, Any]]:
    return rows_of(columns_of(store) / schema.NAMES, schema.NAME_COLUMNS)


def rows_of(path: Path, columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of a Parquet file, which has to have just these columns with these types.

    DuckDB opens a file more than once and takes what replaced it meanwhile for damage, so it gets a copy.
    """
    with tempfile.NamedTemporaryFile(suffix=path.suffix) as copy, duckdb.connect() as connection:
        shutil.copyfile(path, copy.name)
        found = connection.execute("SELECT * FROM read_parquet(?)", [copy.name])
        assert {column[0]: str(column[1]) for column in found.description or ()} == columns
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

"""What a crash left half-written is gone after the next start, and nothing else."""

from pathlib import Path

import pytest

from songswap.documents import KINDS
from songswap.store.files import Writer
from songswap.store.sweeping import sweep

SERVERS = (
    "accounts/ada/account.json.tmp",
    "accounts/ada/circle.json.good.tmp",
    "groups/one/group.json.tmp",
    "groups/one/chat/17.jsonl.tmp",
    "audit/202611.jsonl.tmp",
    "reports.json.tmp",
    "health.tmp",
)
WORKERS = ("accounts/ada/token.json.tmp", "groups/one/night.json.tmp", "heartbeat.json.tmp")
OTHERS = ("accounts/ada/derived/2026.parquet.tmp", "accounts/ada/account.json", "notes.tmp", "secret.key")


@pytest.mark.parametrize(("role", "swept"), [("server", SERVERS), ("worker", WORKERS)])
def test_each_process_sweeps_its_own(tmp_path: Path, role: Writer, swept: tuple[str, ...]) -> None:
    every = {*SERVERS, *WORKERS, *OTHERS}
    for name in every:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    sweep(tmp_path, role, KINDS)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert every - left == set(swept)

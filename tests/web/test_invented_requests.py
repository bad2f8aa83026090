"""The API keeps to its own description, whatever is sent: requests that another program invents from it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from songswap.documents import HEARTBEAT, Heartbeat
from songswap.simulator import World
from tests.ports import free_port
from tests.web.site import group_of, open_site

pytestmark = pytest.mark.processes

EXAMPLES = "200" if os.environ.get("SONGSWAP_NIGHTLY") == "1" else "5"
"""For each route by chance, beside some 50 at the bounds of what it takes."""
EXCLUDED_CHECKS = "positive_data_acceptance,ensure_resource_availability"
"""What fits may still be refused by the state things are in, and a group is gone when its last member leaves."""


async def test_api_keeps_its_word_whatever_is_sent(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "store", world, port=free_port(), is_live=True) as site:
        host = await site.log_in("ada")
        site.seen(host)
        site.worker.write(HEARTBEAT, Heartbeat(1, 0.0, site.clock.now_ms()))
        group_id = await group_of(host, await site.log_in("bob"))
        await host.put(f"/api/groups/{group_id}/session", {"state": "running"})
        cookie = next(cookie.value for cookie in host.client.cookie_jar if cookie.name == "songswap")
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(
            f'[parameters]\n"path.group_id" = "{group_id}"\n[auth.openapi.cookie]\napi_key = "{cookie}"\n'
        )
        checked = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)),
            *("run", f"{site.config.server.url}/openapi.json"),
            *("--exclude-operation-id", "disconnect", "--exclude-checks", EXCLUDED_CHECKS),
            *("--max-examples", EXAMPLES, "--seed", "1", "--no-color", "--generation-database", "none"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        report, _ = await checked.communicate()
        assert checked.returncode == 0, report.decode()

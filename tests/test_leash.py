"""A process that works for another ends with it, whatever it is in the middle of."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import PATIENCE_S, ROOT

BUSY = ("timeit", "-n1", "-r1", "sum(range(10**13))")
"""Nothing else of the process runs meanwhile, no thread and no handler of a signal."""
LAUNCHER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "songswap.leash", *sys.argv[1:]])
print(child.pid, flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="not on Linux")
def test_it_ends_with_a_parent_that_is_killed_though_its_pipe_stays_open() -> None:
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, *BUSY], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert launcher.stdout is not None
    pid = int(launcher.stdout.readline())
    while b"timeit" not in Path(f"/proc/{pid}/cmdline").read_bytes():
        time.sleep(0.01)
    while float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11]) < 30:
        time.sleep(0.01)  # until it is at work
    launcher.kill()
    launcher.wait()
    deadline_s = time.monotonic() + PATIENCE_S
    while is_running(pid):
        if time.monotonic() > deadline_s:
            os.kill(pid, 9)
            raise TimeoutError("it runs on")
        time.sleep(0.01)
    launcher.stdout.close()
    if launcher.stdin is not None:
        launcher.stdin.close()

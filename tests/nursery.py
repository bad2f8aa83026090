"""Starts and kills servers and workers quickly: `python -m tests.nursery CONFIG OUTPUT`.

Imports once what they need, which takes most of their start, and forks for each. A fork is taken before anything has
made a loop or a thread, and begins in `main` as a fresh process does.

Commands come as lines on stdin, each answered by a line: `start ROLE`, `kill ROLE`.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import serve
import worker

MAINS: dict[str, Callable[[list[str]], int]] = {"server": serve.main, "worker": worker.main}


def born(role: str, config: str, output: Path) -> int:
    """Fork a process of this role; returns its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDWR)
        for source, target in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(source, target)
        code = MAINS[role](["--config", config])
    finally:
        os._exit(code)


def killed(pid: int) -> str:
    """Kill a process; returns what became of it."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return "killed" if os.WIFSIGNALED(status) else f"had ended with {os.waitstatus_to_exitcode(status)}"


def main(config: str, output: Path) -> None:
    """Obey until stdin ends; then leave nobody behind."""
    running: dict[str, int] = {}
    for line in sys.stdin:
        command, role = line.split()
        if command == "start":
            running[role] = born(role, config, output)
            print("started", flush=True)
        else:
            print(killed(running.pop(role)), flush=True)
    for pid in running.values():
        killed(pid)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

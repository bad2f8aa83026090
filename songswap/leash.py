"""Run another module for as long as somebody holds the other end of standard input.

python -m songswap.leash MODULE [ARGUMENT ...]: so no process is left behind, even when its launcher is killed.
"""

import contextlib
import ctypes
import os
import runpy
import signal
import sys
import threading
import time

GRACE_S = 2.5
"""For the module to end after SIGTERM."""
PR_SET_PDEATHSIG = 1
"""Linux: have the system send a signal when the parent has ended [prctl(2)]."""


def _end_with_standard_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def _end_with_parent() -> None:
    """Have the system end us where our thread can't: stopped, or in the middle of work that lets no thread run."""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):  # not on Linux
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended meanwhile
        os._exit(1)


def main(module: str, arguments: list[str]) -> None:
    """Run `module` as `python -m` would, and end it when standard input or the parent ends."""
    _end_with_parent()
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

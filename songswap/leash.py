"""Run another module for as long as somebody holds the other end of standard input.

python -m songswap.leash MODULE [ARGUMENT ...]: so no process is left behind, even when its launcher is killed.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_S = 2.5
"""For the module to end after SIGTERM."""


def _end_with_standard_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def main(module: str, arguments: list[str]) -> None:
    """Run `module` as `python -m` would, and end it when standard input ends."""
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

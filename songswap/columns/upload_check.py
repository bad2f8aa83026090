"""python -m songswap.columns.upload_check FILE NAME: why a file can't be imported, as one line of JSON.

It says nothing where it can. A process of its own, as nobody knows what somebody else's file does to who looks into it.
"""

import json
import sys
from pathlib import Path

from songswap.columns.archives import UnfitArchiveError, look
from songswap.columns.report import UNFIT


def main(path: str, name: str) -> int:
    """The process; `name` is what people call the file. Returns its exit code."""
    try:
        look([(Path(path), name)])
    except UnfitArchiveError as error:
        print(json.dumps(str(error)))
        return UNFIT
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

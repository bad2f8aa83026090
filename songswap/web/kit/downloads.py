"""What a command of SongSwap's writes, as a download: made by a process of its own, no faster than it is taken."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from quart import Response

from songswap.store import StoreError

ROOT: Final = Path(__file__).resolve().parents[3]
PIECE: Final = 64 * 1024


async def written_by(arguments: Sequence[str], failed: str) -> AsyncGenerator[bytes, None]:
    """What `python -m songswap` with these arguments writes. Raises StoreError, saying `failed`, if it ends badly.

    The process is leashed: it ends with the server, however that ends.
    """
    command = (sys.executable, "-m", "songswap.leash", "songswap", *arguments)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    try:
        assert process.stdout is not None  # noqa: S101  # there is a pipe, as it was asked for
        while piece := await process.stdout.read(PIECE):
            yield piece
        if await process.wait():
            raise StoreError(f"{failed}; see above")
    finally:
        await _end(process)


async def download(pieces: AsyncGenerator[bytes, None], kind: str, name: str) -> Response:
    """The answer that sends `pieces` as a file called `name`. Raises what they raise before the first of them."""
    first = await anext(pieces, b"")  # what goes wrong at the beginning, has an answer of its own
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = Response(_chained(first, pieces), content_type=kind, headers=headers)
    response.timeout = None
    return response


async def _end(process: Process) -> None:
    """End it, if it runs because nobody reads on."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _chained(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(rest):
        yield first
        async for piece in rest:
            yield piece

"""Logs as `key=value` lines on standard error: readable in a pane, parsable by a program, and never with a secret."""

import json
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TextIO

SECRET = re.compile(
    r"(?i)(bearer |basic |(?:access_token|refresh_token|client_secret|code_verifier|code|state)[\"']?[=:] ?[\"']?)"
    r"[^\s\"'&,]{6,}"
)
"""What stands behind one of these words is a secret, wherever it came from."""
LINKED = re.compile(r"(/(?:join|screen|shared)/[a-z0-9]{1,64}/|/people/[a-z0-9._-]{1,64}/)[A-Za-z0-9_-]{16,}")
"""The end of an address that is a secret."""
SEALED = re.compile(r"\bgAAAAA[\w=-]{20,}")
UNFIT = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
"""What would end a value or a line, or tell a terminal what to do; escaped as in JSON."""

NUMBERS = re.compile(r"0x[0-9a-fA-F]+|[0-9]+")
"""What differs between lines that say the same of one thing after another."""
REPEATS: Final = 10
"""Lines that say the same, and are written within a while; what comes beyond is counted."""
BURST: Final = 200
"""Lines from one place of the program within a while, whatever they say."""
WHILE_S: Final = 10.0
LOOK_S: Final = 1.0
LONGEST_COMPARED: Final = 500
"""Characters of a line that have to be the same."""
MOST_KINDS: Final = 500
"""That are counted at once."""


class LineFormatter(logging.Formatter):
    """One record, one line; a traceback is folded into it."""

    def format(self, record: logging.LogRecord) -> str:
        """`t=… level=… at=… message="…"`, with secrets masked."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        return f"t={moment} level={record.levelname.lower()} at={record.name} message={_quoted(mask(message))}"


class _Kind:
    """Lines of one kind: how many came in this while, and how many of them were not written."""

    def __init__(self, since_s: float) -> None:
        self.since_s = since_s
        self.count = 0
        self.folded = 0
        self.last: dict[str, object] = {}


class Folding:
    """Lets a line through that says something new; of those that say the same again and again, only how many.

    Somebody who makes the server complain all the time must not fill its disk.
    """

    def __init__(self, say: Callable[[logging.LogRecord], object], now_s: Callable[[], float] = time.monotonic) -> None:
        """`say` gets the lines that tell how many others there were, with the next line or when they are settled."""
        self._say = say
        self._now_s = now_s
        self._kinds: dict[tuple[object, ...], _Kind] = {}
        self._look_at_s = 0.0

    def lets(self, record: logging.LogRecord) -> bool:
        """Whether the line is to be written."""
        now_s, place = self._now_s(), (record.name, record.levelno, record.pathname, record.lineno)
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_S
            self.settle(now_s)
        text = _text_of(record)
        said = (*place, NUMBERS.sub("0", text[:LONGEST_COMPARED]), record.exc_info and repr(record.exc_info[0]))
        return all(self._counts(key, most, record, text) for key, most in ((said, REPEATS), (place, BURST)))

    def settle(self, now_s: float = float("inf")) -> None:
        """Say how many there were of those whose while is over."""
        for key in [key for key, kind in self._kinds.items() if now_s >= kind.since_s + WHILE_S]:
            self._end(key)

    def _counts(self, key: tuple[object, ...], most: int, record: logging.LogRecord, text: str) -> bool:
        kind = self._kinds.get(key)
        if kind is None:
            if len(self._kinds) >= MOST_KINDS:
                self._end(next(iter(self._kinds)))
            kind = self._kinds[key] = _Kind(self._now_s())
        kind.count += 1
        if kind.count <= most:
            return True
        kind.folded += 1
        kind.last = {"name": record.name, "levelno": record.levelno, "levelname": record.levelname, "msg": text}
        kind.last["created"] = record.created
        return False

    def _end(self, key: tuple[object, ...]) -> None:
        kind = self._kinds.pop(key)
        if kind.folded:
            self._say(logging.makeLogRecord({**kind.last, "msg": f"{kind.folded} more like this: {kind.last['msg']}"}))


def _text_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # the handler says what is wrong with it
        return str(record.msg)


class _Lines(logging.StreamHandler[TextIO]):
    """Standard error, with what is said again and again folded."""

    def __init__(self) -> None:
        super().__init__()
        self._folding = Folding(self.emit)

    def handle(self, record: logging.LogRecord) -> bool:
        """Write a line, or count it."""
        self.acquire()  # one at a time: threads log as well
        try:
            return self._folding.lets(record) and bool(super().handle(record))
        finally:
            self.release()

    def close(self) -> None:
        """The end of the process."""
        self._folding.settle()
        super().close()


def mask(text: str) -> str:
    """`text` without what looks like a token, code or secret."""
    return LINKED.sub(r"\1…", SEALED.sub("…", SECRET.sub(r"\1…", text)))


def _quoted(text: str) -> str:
    return '"' + UNFIT.sub(lambda found: json.dumps(found[0])[1:-1], text) + '"'


def set_up(level: str) -> None:
    """Log from `level` ("info", …) on to standard error; libraries only what is wrong."""
    handler = _Lines()
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("songswap").setLevel(level.upper())

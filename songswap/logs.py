"""Logs as `key=value` lines on standard error: readable in a pane, parsable by a program, and never with a secret."""

import json
import logging
import re
from datetime import UTC, datetime

SECRET = re.compile(
    r"(?i)(bearer |basic |(?:access_token|refresh_token|client_secret|code_verifier|code|state)[\"']?[=:] ?[\"']?)"
    r"[^\s\"'&,]{6,}"
)
"""What stands behind one of these words is a secret, wherever it came from."""
SEALED = re.compile(r"\bgAAAAA[\w=-]{20,}")
UNFIT = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
"""What would end a value or a line, or tell a terminal what to do; escaped as in JSON."""


class LineFormatter(logging.Formatter):
    """One record, one line; a traceback is folded into it."""

    def format(self, record: logging.LogRecord) -> str:
        """`t=… level=… at=… message="…"`, with secrets masked."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        return f"t={moment} level={record.levelname.lower()} at={record.name} message={_quoted(mask(message))}"


def mask(text: str) -> str:
    """`text` without what looks like a token, code or secret."""
    return SEALED.sub("…", SECRET.sub(r"\1…", text))


def _quoted(text: str) -> str:
    return '"' + UNFIT.sub(lambda found: json.dumps(found[0])[1:-1], text) + '"'


def set_up(level: str) -> None:
    """Log from `level` ("info", …) on to standard error; libraries only what is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("songswap").setLevel(level.upper())

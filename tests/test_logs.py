"""One line a record, and never a secret."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.logs import BURST, MOST_KINDS, REPEATS, WHILE_S, Folding, LineFormatter, mask

ROOT = Path(__file__).parents[1]
TOKENS = st.text("ABCDEFabcdef0123456789-_", min_size=20, max_size=200)

PLACES = [
    "Authorization: Bearer {}",
    "{{'Authorization': 'Bearer {}'}}",
    '{{"access_token": "{}", "expires_in": 3600}}',
    "{{'refresh_token': '{}'}}",
    "https://accounts.spotify.com/api/token?grant_type=x&code={}&state=y",
    "GET /callback?code={} 302",
    "GET /callback?state={}&code=x 302",
    "client_secret={}&client_id=public",
    "code_verifier={}",
    "Authorization: Basic {}",
    "sealed gAAAAA{} in consent.json",
    "GET /join/abc123/{} failed",
    "GET /screen/abc123/{}/events failed",
    "GET /api/shared/abc123/{}/totals 500",
    "GET /people/ada-2/{} 500",
]


@pytest.mark.parametrize("place", PLACES)
@given(token=TOKENS)
def test_a_token_is_masked_wherever_it_stands(place: str, token: str) -> None:
    assert token not in mask(place.format(token))


@pytest.mark.parametrize(
    "text", ["", "worker started on the store store", "group abc: 5 listeners, +120 ms", "code 429"]
)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert mask(text) == text


LINE = re.compile(r't=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 level=(\w+) at=([\w.]+) message="((?:[^"\\]|\\.)*)"')


def formatted(message: str, *args: object, error: Exception | None = None) -> str:
    information = (type(error), error, error.__traceback__) if error else None
    return LineFormatter().format(logging.LogRecord("songswap.x", logging.INFO, "", 0, message, args, information))


@given(text=st.text())
def test_every_record_is_one_line_that_a_program_can_read(text: str) -> None:
    line = formatted("%s", text)
    fit = LINE.fullmatch(line)
    assert fit
    assert fit.groups()[:2] == ("info", "songswap.x")
    assert len(line.splitlines()) == 1


def test_a_traceback_is_folded_into_its_line_and_masked() -> None:
    try:
        raise ValueError("refresh_token=AQDsecretsecret")
    except ValueError as error:
        line = formatted("job failed", error=error)
    assert LINE.fullmatch(line)
    assert "Traceback" in line
    assert "ValueError" in line
    assert "AQDsecret" not in line


class Told:
    """What a log would have written, folded."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now_s = 0.0
        self.folding = Folding(self._write, lambda: self.now_s)

    def _write(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def log(self, message: str, *args: object, line: int = 1, error: Exception | None = None) -> None:
        information = (type(error), error, None) if error else None
        record = logging.LogRecord("songswap.x", logging.WARNING, "x.py", line, message, args, information)
        if self.folding.lets(record):
            self._write(record)


def test_a_line_said_again_and_again_becomes_one_with_their_number() -> None:
    told = Told()
    for number in range(100_000):
        told.log("socket.accept() out of system resource: fd=%d", number)
    assert len(told.lines) == REPEATS
    told.now_s = WHILE_S + 1
    told.log("something else")
    assert told.lines[REPEATS:] == [
        f"{100_000 - REPEATS} more like this: socket.accept() out of system resource: fd=99999",
        "something else",
    ]


def test_after_a_while_it_is_said_again() -> None:
    told = Told()
    for round_number in range(3):
        told.now_s = round_number * (WHILE_S + 1)
        for _ in range(REPEATS):
            told.log("the worker is silent")
    assert told.lines == ["the worker is silent"] * 3 * REPEATS


def test_different_lines_are_all_written() -> None:
    told = Told()
    for letter in "abcdefghijklmnopqrstuvwxyz":
        for _ in range(REPEATS):
            told.log("group %s started", letter, line=ord(letter))
    assert len(told.lines) == 26 * REPEATS


def test_lines_that_somebody_makes_differ_are_folded_by_their_place_and_cost_no_memory() -> None:
    told = Told()
    for number in range(20_000):
        told.log("GET /%s failed", "x" * number)
    assert len(told.lines) <= BURST + MOST_KINDS
    assert len(told.folding._kinds) <= MOST_KINDS


def test_a_line_that_can_not_be_put_together_does_not_end_the_program() -> None:
    told = Told()
    told.folding.lets(logging.LogRecord("songswap.x", logging.INFO, "x.py", 1, "%d groups", ("many",), None))


def test_the_end_of_the_process_tells_what_was_folded() -> None:
    program = (
        "import logging\nfrom songswap.logs import set_up\nset_up('info')\n"
        "for number in range(5000): logging.getLogger('songswap.x').warning('refused %d', number)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = ended.stderr.splitlines()
    assert len(lines) == REPEATS + 1
    assert f"{5000 - REPEATS} more like this: refused 4999" in lines[-1]

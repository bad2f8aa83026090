"""One line a record, and never a secret."""

import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.logs import LineFormatter, mask

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

"""No cell is a formula, and none is changed for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.kit.csv_cells import FORMULA_STARTS, disarmed, restored


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://example.org")', '\'=HYPERLINK("http://example.org")'),
        ("+", "'+"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'Till I Collapse", "'Till I Collapse"),
        ("Yesterday", "Yesterday"),
        ("", ""),
    ],
)
def test_a_cell_that_a_spreadsheet_would_execute_is_mere_text(text: str, cell: str) -> None:
    assert disarmed(text) == cell


@given(st.text(alphabet=st.sampled_from("'=+-@\t a"), max_size=6) | st.text())
def test_what_was_disarmed_can_be_had_again(text: str) -> None:
    assert restored(disarmed(text)) == text
    assert not disarmed(text).startswith(FORMULA_STARTS)

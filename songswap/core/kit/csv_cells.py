"""Cells of CSV files that no spreadsheet takes for formulas."""

from typing import Final

MARK: Final = "'"
"""What spreadsheets know as the beginning of mere text."""
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell that begins so for a formula [OWASP: CSV injection]."""


def disarmed(text: str) -> str:
    """`text` as a cell that no spreadsheet executes; `restored` gives it back."""
    return MARK + text if _is_formula(text) else text


def restored(cell: str) -> str:
    """What was `disarmed`; any other cell as it is, unless it looks just like one."""
    return cell[len(MARK) :] if cell.startswith(MARK) and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    """Also behind marks: so that what begins with one by itself can be told from what was disarmed."""
    return text.lstrip(MARK).startswith(FORMULA_STARTS)

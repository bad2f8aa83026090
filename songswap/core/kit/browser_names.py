"""What a browser is called, for people to know it by: its kind and its system, and nothing else of what it tells."""

from collections.abc import Sequence
from typing import Final

BROWSERS_BY_TOKEN: Final[Sequence[tuple[str, str]]] = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a browser says of itself, with its name; the first that is found counts, for many say they are Chrome and
Safari as well."""
SYSTEMS: Final[Sequence[tuple[str, str]]] = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """What to call a browser with this `User-Agent` header: "Firefox on Linux", or as much of it as can be told."""
    kind = _first(BROWSERS_BY_TOKEN, user_agent)
    system = _first(SYSTEMS, user_agent)
    return f"{kind or 'A browser'} on {system}" if system else kind or "A browser or program"


def _first(table: Sequence[tuple[str, str]], text: str) -> str:
    return next((name for sign, name in table if sign in text), "")

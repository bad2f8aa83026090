"""Nothing of the program lies there unused: what vulture finds is looked up where Python can't see."""

import re
from pathlib import Path
from typing import Final

from vulture import Vulture

ROOT: Final = Path(__file__).parents[1]
ELSEWHERE: Final = ("songswap/web/templates/**/*.html", "static/**/*.js", "docs/api.md")
"""Pages, scripts and those who use the API read fields of what is answered, and pages call functions for words."""
CONFIDENCE: Final = 60
CALLED_BY_LIBRARIES: Final = ["@blueprint.*", "@*blueprint.*", "@app.*", "@stream"]

KNOWN: Final = frozenset(
    {
        *("jinja_options", "request_class"),  # Quart reads them
        *("accesslog", "errorlog", "include_server_header"),  # Hypercorn reads these
        *("websocket_max_message_size", "websocket_ping_interval"),
        *("renewal_changes", "song_lists", "notice_settings"),  # in the file of all that is kept about somebody
        *("all_days", "phase_name", "next_name", "found_at_ms"),  # in answers of the API, for other programs
        *("added_at_ms", "is_collaborative"),  # told by Spotify, and compared with it by tests
        "of_years",  # a callback has to take it
    }
)
"""What Python can't see the use of, each with the reason."""


def test_everything_is_used_by_something() -> None:
    words = {
        word
        for pattern in ELSEWHERE
        for path in ROOT.glob(pattern)
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    }
    search = Vulture(ignore_decorators=CALLED_BY_LIBRARIES)
    search.scavenge([str(ROOT / name) for name in ("songswap", "serve.py", "worker.py", "tests", "bench")])
    unused = {
        item.name: f"{item.filename.relative_to(ROOT)}:{item.first_lineno}"
        for item in search.get_unused_code(min_confidence=CONFIDENCE)
        if item.filename.relative_to(ROOT).parts[0] not in {"tests", "bench"}
    }
    assert {name: place for name, place in unused.items() if name not in words | KNOWN} == {}

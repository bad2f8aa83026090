"""Names that people give to things."""

from songswap.web.kit.errors import ProblemError


def plain_name(text: str) -> str:
    """`text` without blanks to spare. Raises ProblemError (400) for a name of nothing one can see."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise ProblemError(400, "bad_name", "A playlist needs a name of characters one can see.")
    return name

"""What people ask of the catalogue by address: filters, and how songs shall be alike. Pure; refusals name the thing."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta

from songswap.catalogue.query import SongFilter
from songswap.core.discovery.audio_attributes import ATTRIBUTES, NAMES, AttributeName
from songswap.core.history.name_folding import cleaned
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body

PAGE: Final = 50
MOST_PAGES: Final = 200
MOST_K: Final = 100
USUAL_K: Final = 20
HEAVIEST: Final = 10.0
LONGEST_NAME: Final = 300
_BETWEEN: Final = ","
_RANGE: Final = re.compile(r"([a-z]{1,20}):(-?[0-9.]{1,12})?\.\.(-?[0-9.]{1,12})?")
_WEIGHT: Final = re.compile(r"([a-z]{1,20}):([0-9]{1,4}(?:\.[0-9]{1,6})?)")

Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
Listed = Annotated[str, Meta(max_length=400)]


class AskedSongs(Body, frozen=True):
    """Which songs: words `q` in title or artist, an `artist`, a `genre`, and attributes within `ranges`.

    `ranges` are as in `energy:0.5..0.8,tempo:..120`. `every_id`: the same song under further ids, too. `cursor` is the
    `next` of the answer before.
    """

    q: Name = ""
    artist: Name = ""
    genre: Name = ""
    ranges: Listed = ""
    every_id: bool = False
    limit: Annotated[int, Meta(ge=1, le=PAGE)] = PAGE
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,6}$")] | None = None


class AskedSimilar(Body, frozen=True):
    """How many (`k`, 1 to 100), by which `features` (as in `energy,tempo`; all if left out), and how much each counts:
    `weights` as in `energy:2,tempo:0.5`, 0 to 10, 1 if left out. `without_artist`: none of the same artist.

    `title` and `artist` say what the track is called, for one whose id is not known.
    """

    k: Annotated[int, Meta(ge=1, le=MOST_K)] = USUAL_K
    features: Listed = ""
    weights: Listed = ""
    without_artist: bool = False
    title: Name = ""
    artist: Name = ""


def wanted_of(data: AskedSongs) -> SongFilter:
    """The filters. Raises ProblemError (400)."""
    ranges: dict[AttributeName, tuple[float, float]] = {}
    for part in filter(None, (part.strip() for part in data.ranges.split(_BETWEEN))):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise _unfit(f"ranges are as in energy:0.5..0.8, not “{part[:40]}”")
        name = _attribute(found[1])
        least, most = (_number(text, usual) for text, usual in zip(found.groups()[1:], _bounds(name), strict=True))
        if least > most:
            raise _unfit(f"the range of {name} ends before it begins")
        ranges[name] = (least, most)
    return SongFilter(cleaned(data.q), cleaned(data.artist), cleaned(data.genre), ranges, data.every_id)


def weights_of(data: AskedSimilar, there: Sequence[AttributeName]) -> dict[AttributeName, float]:
    """How much each attribute of the catalogue counts; 0 for those not asked for. Raises ProblemError (400)."""
    asked = [_attribute(part.strip()) for part in data.features.split(_BETWEEN) if part.strip()]
    weights: dict[AttributeName, float] = {name: float(not asked or name in asked) for name in there}
    for part in filter(None, (part.strip() for part in data.weights.split(_BETWEEN))):
        found = _WEIGHT.fullmatch(part)
        if found is None:
            raise _unfit(f"weights are as in energy:2,tempo:0.5, not “{part[:40]}”")
        name, weight = _attribute(found[1]), float(found[2])
        if weight > HEAVIEST:
            raise _unfit(f"weights are from 0 to {HEAVIEST:.0f}, not {weight:g}")
        if name in weights and (not asked or name in asked):
            weights[name] = weight
    if not any(weights.values()):
        raise _unfit("no attribute that the catalogue has counts for anything")
    return weights


def _attribute(name: str) -> AttributeName:
    known = next((one for one in NAMES if one == name), None)
    if known is None:
        raise _unfit(f"there is no attribute “{name[:40]}”. There are: {', '.join(NAMES)}")
    return known


def _bounds(name: AttributeName) -> tuple[float, float]:
    return ATTRIBUTES[name].least, ATTRIBUTES[name].most


def _number(text: str | None, usual: float) -> float:
    try:
        return float(text) if text else usual
    except ValueError as error:
        raise _unfit(f"“{text}” is no number") from error


def _unfit(what: str) -> ProblemError:
    return ProblemError(400, "invalid", f"The address does not fit: {what}.")

"""The figures: everything that is known of each, in one table.

Routes, who may ask, the cards of the page, docs/api.md, the comparison with the oracle and the bench read it. A new
figure is a function in `columns/figures/`, a row here, a method in tests/columns/oracle.py and a line in docs/api.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from songswap.columns.figures import listens, names, pages, people, sittings, skips, times, top, totals, year
from songswap.columns.figures.answers import Figure, hash_of
from songswap.core.insights.periods import Step
from songswap.web.insights.figure_request import (
    LONGEST_SCOPE,
    CountingQuery,
    FigureQuery,
    Options,
    PeriodQuery,
    ScopeQuery,
)
from songswap.web.insights.insights_access import FigureReader, Scope, visible
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.viewer import viewer_of

Limit = Annotated[int, Meta(ge=1, le=top.MOST_ASKED)]
OtherAccount = Annotated[str, Meta(min_length=1, max_length=LONGEST_SCOPE, extra_json_schema={"required": True})]
Askers = Literal["link", "login"]
"""Who may ask for a figure: anyone with somebody's secret link as well, or only people logged in."""
CARD_ITEMS: Final = 10


class TopQuery(FigureQuery, frozen=True):
    """How many, from which on: `cursor` is the `next` of the answer before."""

    limit: Limit = 50
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,9}$")] = "0"

    def options(self, named: str) -> Options:
        """What else the figure is given: the kind the path names. Raises ProblemError (404)."""
        try:
            kind = msgspec.convert(named, top.TopKind)
        except msgspec.ValidationError as error:
            there = "There are top/tracks, top/artists, top/albums and top/genres."
            raise ProblemError(404, "not_found", there) from error
        return {"kind": kind, "limit": self.limit, "start": int(self.cursor)}


class OverTimeQuery(FigureQuery, frozen=True):
    """In which steps; such that fit the period if none are chosen."""

    step: Step | None = None

    def options(self, _named: str) -> Options:
        """What else the figure is given."""
        return {"step": self.step}


class DiscoveriesQuery(FigureQuery, frozen=True):
    """Of which kind, and how many of them."""

    kind: names.Kind = "artists"
    limit: Limit = 50

    def options(self, _named: str) -> Options:
        """What else the figure is given."""
        return {"kind": self.kind, "limit": self.limit}


class SkipsQuery(FigureQuery, frozen=True):
    """Of which kind, and how many of them."""

    kind: skips.SkipKind = "tracks"
    limit: Limit = 50

    def options(self, _named: str) -> Options:
        """What else the figure is given."""
        return {"kind": self.kind, "limit": self.limit}


class ItemQuery(FigureQuery, frozen=True):
    """Whose figures: `scope` is me, everybody, group:ID or account:ID."""

    def options(self, named: str) -> Options:
        """What else the figure is given: the hash the path names. Raises ProblemError (404)."""
        try:
            return {"hashed": hash_of(named)}
        except ValueError as error:
            raise ProblemError(404, "not_found", "That is no id of this place: 16 digits from 0 to f.") from error


class YearQuery(ScopeQuery, frozen=True):
    """Whose figures: `scope` is me, everybody, group:ID or account:ID."""

    def span(self, named: str) -> PeriodQuery:
        """The year the path names. Raises ProblemError (404)."""
        counting = {name: getattr(self, name) for name in CountingQuery.__struct_fields__}
        try:
            return msgspec.convert({**counting, "period": "year", "at": f"{named}-01-01"}, PeriodQuery)
        except msgspec.ValidationError as error:
            raise ProblemError(404, "not_found", "A year has four digits.") from error


class MatchQuery(PeriodQuery, frozen=True, kw_only=True):
    """With whom: an account whose listening one may see."""

    other: OtherAccount = msgspec.field(name="with")

    def scope_for(self, services: Services, reader: FigureReader) -> Scope:
        """The reader and the other. Raises ProblemError."""
        me = reader.account
        other = visible(services, viewer_of(services, me), self.other)
        if other.id == me.id:
            raise ProblemError(400, "invalid", "That is you: your taste matches your own.")
        return Scope((me.id, other.id), with_private=False)


class CommonQuery(FigureQuery, frozen=True):
    """Of whom (a group, or everybody here), of which kind, and how many."""

    scope: Annotated[str, Meta(max_length=LONGEST_SCOPE)] = "everybody"
    kind: people.CommonKind = "artists"
    limit: Limit = 50

    def options(self, _named: str) -> Options:
        """What else the figure is given."""
        return {"kind": self.kind, "limit": self.limit}


class BroughtQuery(FigureQuery, frozen=True):
    """Of whom (a group, or everybody here), and how many."""

    scope: Annotated[str, Meta(max_length=LONGEST_SCOPE)] = "everybody"
    limit: Limit = 50

    def options(self, _named: str) -> Options:
        """What else the figure is given."""
        return {"limit": self.limit}


Query = FigureQuery | YearQuery | MatchQuery


@dataclass(frozen=True)
class FigureRow:
    """One figure.

    `name` is what it is called in code and templates, `path` what follows /api/insights/, with at most one name in it.
    The function `figure` answers with an `answer`; its twin in the oracle has the same name. `question` is said in the
    API's description, `told` in docs/api.md. `query` is what the address says. It is on the page of a period if it has
    `card_options`, what the function is given there; `card` is the template of its own card.
    `examples` are paths that tests and the bench ask for, with {artist}, {album}, {track}, {year} and {other} in them.
    """

    name: str
    path: str
    figure: Callable[..., Figure]
    answer: type[Figure]
    question: str
    told: str
    query: type[Query] = FigureQuery
    askers: Askers = "link"
    is_of_many: bool = False
    card_options: Options | None = None
    card: str = ""
    examples: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The examples; the path itself is one where nothing has to be filled in."""
        return self.examples or (self.path,)

    def with_options(self, options: Options) -> Callable[[Any], Figure]:
        """The figure as a question to the columns."""
        return partial(self.figure, **options) if options else self.figure


TABLE: Final = (
    FigureRow(
        name="totals",
        path="totals",
        figure=totals.totals,
        answer=totals.TotalsAnswer,
        question="Plays, minutes, different tracks, artists and albums; and the change since the period before.",
        told=(
            "plays, minutes, different tracks, artists, albums; `before` and `change`: the same of the period "
            "before, and the growth as a fraction. A week, month or year that goes on is compared with as many "
            "days of the one before"
        ),
    ),
    FigureRow(
        name="top",
        path="top/<kind>",
        figure=top.top,
        answer=top.Top,
        question="The tracks, artists, albums or genres heard most.",
        told=(
            "`tracks`, `artists`, `albums` or `genres`, the most heard first; `limit` (50, at most 500), `next` "
            "is the `cursor` of what follows. A genre of `null` is unknown; genres are those the operator loaded"
        ),
        query=TopQuery,
        examples=(
            "top/tracks",
            "top/artists",
            "top/albums",
            "top/genres",
        ),
    ),
    FigureRow(
        name="over_time",
        path="over-time",
        figure=times.over_time,
        answer=times.OverTime,
        question="How much was heard on each day, or in each week or month, of the period.",
        told="plays and minutes of each day, week or month (`step`), also of those without any",
        query=OverTimeQuery,
        examples=(
            "over-time",
            "over-time?step=week",
            "over-time?step=month",
        ),
    ),
    FigureRow(
        name="heatmap",
        path="heatmap",
        figure=times.heatmap,
        answer=times.Heatmap,
        question="How much was heard in each hour of the week.",
        told="of the 168 hours of the week; `weekday` 0 is Monday",
    ),
    FigureRow(
        name="calendar",
        path="calendar",
        figure=times.calendar,
        answer=times.Calendar,
        question="How much was heard on each day that has a play.",
        told="of each day with a play",
    ),
    FigureRow(
        name="streaks",
        path="streaks",
        figure=times.streaks,
        answer=times.Streaks,
        question="On how many days in a row something was heard.",
        told="days in a row with a play: the longest, and the `current` one",
        card_options={},
    ),
    FigureRow(
        name="sessions",
        path="sessions",
        figure=sittings.sessions,
        answer=sittings.Sessions,
        question="How often and how long somebody listened without a pause of more than half an hour.",
        told="how often and how long somebody listened without a pause of more than half an hour",
        card_options={},
    ),
    FigureRow(
        name="firsts",
        path="firsts",
        figure=listens.firsts,
        answer=listens.Firsts,
        question="The first and the last play of the period.",
        told="the first and the last play",
        card_options={},
    ),
    FigureRow(
        name="discoveries",
        path="discoveries",
        figure=listens.discoveries,
        answer=listens.Discoveries,
        question="The artists, tracks or albums heard for the first time in the period.",
        told="`kind` (`artists`, `tracks`, `albums`): how many were heard for the first time, the most heard of them",
        query=DiscoveriesQuery,
        card_options={"kind": "artists", "limit": CARD_ITEMS},
        card="insights/discoveries.html",
        examples=(
            "discoveries",
            "discoveries?kind=tracks",
            "discoveries?kind=albums",
        ),
    ),
    FigureRow(
        name="skips",
        path="skips",
        figure=skips.skips,
        answer=skips.Skips,
        question="How many plays were skipped, and of which tracks or artists most; whichever rule counts.",
        told="how many plays were skipped, whichever rule counts; `kind` (`tracks`, `artists`): of what most",
        query=SkipsQuery,
        card_options={"kind": "tracks", "limit": CARD_ITEMS},
        card="insights/skipped.html",
        examples=(
            "skips",
            "skips?kind=artists",
        ),
    ),
    FigureRow(
        name="artist",
        path="artists/<artist>",
        figure=pages.artist_page,
        answer=pages.ArtistPage,
        question="How an artist was heard: when, by whom, which tracks and albums most.",
        told=(
            "one artist: how often, since when, by whom, over time, their tracks and albums. Ids are those of "
            "the other figures"
        ),
        query=ItemQuery,
        examples=("artists/{artist}",),
    ),
    FigureRow(
        name="album",
        path="albums/<album>",
        figure=pages.album_page,
        answer=pages.AlbumPage,
        question="How an album was heard: when, by whom, which tracks most.",
        told="one album",
        query=ItemQuery,
        examples=("albums/{album}",),
    ),
    FigureRow(
        name="track",
        path="tracks/<track>",
        figure=pages.track_page,
        answer=pages.TrackPage,
        question="How a track was heard: when, and by whom.",
        told="one track",
        query=ItemQuery,
        examples=("tracks/{track}",),
    ),
    FigureRow(
        name="year",
        path="year/<number>",
        figure=year.year,
        answer=year.Year,
        question="A year at a glance, to show around.",
        told="a year at a glance",
        query=YearQuery,
        examples=("year/{year}",),
    ),
    FigureRow(
        name="match",
        path="match",
        figure=people.match,
        answer=people.TasteMatch,
        question="How alike somebody and I listen, and why.",
        told=(
            "how alike you and another account (`with`) listen, from 0 to 1, and why: for each artist the lesser "
            "of both shares, added up"
        ),
        query=MatchQuery,
        askers="login",
        examples=("match?with={other}",),
    ),
    FigureRow(
        name="common",
        path="common",
        figure=people.common,
        answer=people.CommonGround,
        question="What the people of a group have in common, and who of them listen alike.",
        told="what most people of a `scope` hear: `kind` is `artists` or `tracks`; `pairs` of those who match best",
        query=CommonQuery,
        askers="login",
        is_of_many=True,
        examples=(
            "common",
            "common?kind=tracks",
        ),
    ),
    FigureRow(
        name="brought",
        path="brought",
        figure=people.brought,
        answer=people.BroughtArtists,
        question="Which artists came to the others by whom.",
        told="artists that somebody was the first to hear, and who came to hear them after",
        query=BroughtQuery,
        askers="login",
        is_of_many=True,
    ),
)

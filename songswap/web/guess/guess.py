"""Whose song is it: who agreed, between whom to guess, how good that is; guesses about a song, or a line of text."""

import asyncio
from typing import Annotated, Final

from msgspec import Meta
from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.guess import agreeing as rules
from songswap.core.guess import classifier
from songswap.core.guess.traits import LONGEST_TEXT, Traits, text_traits
from songswap.core.history.name_folding import cleaned
from songswap.documents import BRAIN, LEARNT, PICKS
from songswap.learning.sounding import Sounds
from songswap.model.guessing import Brain, GuessKind, Pick, Picks
from songswap.model.people import Group
from songswap.spotify.links import TRACK_ID
from songswap.web.guess.guess_view import PickState, VerdictState, WhoseState, pick_state, verdict_state, whose_state
from songswap.web.kit.access import me, my_group
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.services import Services, current_services
from songswap.web.people import learning_consent
from songswap.web.people.viewer import viewer_of

blueprint = Blueprint("whose", __name__)
tag_blueprint(blueprint, ["whose"])

LONGEST_NAME: Final = 300


class Agreement(Body, frozen=True):
    """Whether it may be learnt from my songs (the files of listening history I brought), and from my words here."""

    songs: bool
    words: bool


class NewPick(Body, frozen=True):
    """Between whom to guess (two to eight people of the group who agreed), and about what."""

    kind: GuessKind
    accounts: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=classifier.MOST_PEOPLE)]


class GuessQuestion(Body, frozen=True):
    """What to guess about: for songs `id` (of a track in the catalogue) or `title` and `artist`; for words `text`."""

    id: Annotated[str, Meta(pattern=TRACK_ID)] | None = None
    title: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    artist: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    text: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""


@blueprint.get("/groups/<group_id>/whose")
@hide
async def page(group_id: str) -> ResponseReturnValue:
    """The page: who agreed, picks, guesses."""
    services, group = current_services(), my_group(group_id)
    return await render_template("guess/guess.html", state=whose_state(services, group, me().id), group=group)


@blueprint.get("/api/groups/<group_id>/whose")
@validate_response(WhoseState)
async def get_whose(group_id: str) -> WhoseState:
    """Who agreed, and what was learnt of whom, with how often that is right."""
    return whose_state(current_services(), my_group(group_id), me().id)


@blueprint.put("/api/groups/<group_id>/whose/agreement")
@body(Agreement)
@validate_response(WhoseState)
async def put_agreement(group_id: str, data: Agreement) -> WhoseState:
    """Agree that it is learnt from me in this group, or no more: then all that was learnt with me is gone at once."""
    services, group = current_services(), my_group(group_id)
    learning_consent.set_agreed(services.store, group, me().id, songs=data.songs, words=data.words)
    return whose_state(services, group, me().id)


@blueprint.post("/api/groups/<group_id>/whose/picks")
@body(NewPick)
@validate_response(PickState, 202)
async def pick_people(group_id: str, data: NewPick) -> tuple[PickState, int]:
    """Have it learnt between whom to guess; the worker does so. The same people again: learnt anew."""
    services, group = current_services(), my_group(group_id)
    agreeing_now = learning_consent.agreeing_in(services.store, group)[data.kind] - viewer_of(services, me()).apart
    before = services.store.read(PICKS, group.id) or Picks()
    try:
        after, pick = rules.picked(before, data.kind, data.accounts, agreeing_now, services.clock.now_ms())
    except rules.PickError as error:
        raise ProblemError(409, "bad_pick", str(error)) from error
    services.store.write(PICKS, after, group.id)
    for dropped in set(before.items) - set(after.items):
        if dropped.id != pick.id:
            learning_consent.forget_pick(services.store, group.id, dropped.id)
    return pick_state(services, group, pick), 202


@blueprint.get("/api/groups/<group_id>/whose/picks/<pick_id>")
@validate_response(PickState)
async def get_pick(group_id: str, pick_id: str) -> PickState:
    """What was learnt of a pick."""
    services, group = current_services(), my_group(group_id)
    return pick_state(services, group, _pick(services, group, pick_id))


@blueprint.post("/api/groups/<group_id>/whose/picks/<pick_id>/guess")
@body(GuessQuestion)
@validate_response(VerdictState)
async def guess(group_id: str, pick_id: str, data: GuessQuestion) -> VerdictState:
    """Who would play this song, or write this text: chances beside base rates, with what spoke for and against."""
    services, group = current_services(), my_group(group_id)
    pick = _pick(services, group, pick_id)
    _check(data, pick.kind)
    traits, known = await _traits(services, data) if pick.kind == "songs" else (text_traits(data.text), "")
    _pick(services, my_group(group_id), pick_id)  # somebody may have withdrawn meanwhile
    return verdict_state(services, _brain(services, group, pick), traits, known)


def _pick(services: Services, group: Group, pick_id: str) -> Pick:
    pick = learning_consent.pick_in(services.store, group, pick_id)
    if pick is None or not viewer_of(services, me()).apart.isdisjoint(pick.accounts):
        raise ProblemError(404, "no_such_pick", "There is no such pick, or somebody in it does not agree any more.")
    return pick


def _brain(services: Services, group: Group, pick: Pick) -> Brain:
    learnt = services.store.read(LEARNT, group.id, pick.id)
    brain = services.store.read(BRAIN, group.id, pick.id) if learnt and learnt.state == "done" else None
    if brain is None:
        state = pick_state(services, group, pick)
        raise ProblemError(409, "not_learnt", state.words)
    return brain


def _check(data: GuessQuestion, kind: GuessKind) -> None:
    """Raises ProblemError for a question that is none."""
    if kind == "words":
        if data.id or data.title or data.artist or not data.text.strip():
            raise ProblemError(400, "invalid", "The body does not fit: guesses about words need text alone.")
    elif data.text or (data.id and (data.title or data.artist)):
        raise ProblemError(400, "invalid", "The body does not fit: guesses about songs need id, or title and artist.")
    elif not data.id and not (data.title.strip() and data.artist.strip()):
        raise ProblemError(400, "invalid", "The body does not fit: title and artist are both needed.")


async def _traits(services: Services, data: GuessQuestion) -> tuple[Traits, str]:
    """The traits of a song, and what it is called. Raises ProblemError for an id that nobody knows."""

    def look() -> tuple[Traits, str]:
        sounds = Sounds(services.store.root)
        title, artists = cleaned(data.title), tuple(filter(None, map(str.strip, cleaned(data.artist).split(","))))
        if data.id:
            entry = sounds.entry(data.id)
            if entry is None:
                raise ProblemError(
                    404, "not_in_catalogue", "The catalogue does not know this track. Type its artist and title."
                )
            title, artists = entry.title, entry.artists
        return sounds.traits_of([(title, artists, data.id or "")])[0], f"{', '.join(artists)}: {title}"

    try:
        return await asyncio.to_thread(look)
    except OSError as error:
        raise ProblemError(503, "catalogue_unavailable", "The catalogue can't be read at the moment.") from error

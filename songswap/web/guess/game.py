"""The game of a night: the song plays, everybody guesses on their phone whose it is, and so does the machine."""

import asyncio
import secrets
from typing import Annotated, Final

from msgspec import Meta
from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.guess import game as rules
from songswap.documents import LEARNT, PARTY
from songswap.model.party import Guess, Party
from songswap.model.people import Group
from songswap.web.group.group_snapshot import facts_of
from songswap.web.group.group_state import GroupState
from songswap.web.group.member_state import state_of
from songswap.web.guess.guess_view import whose_state
from songswap.web.kit.access import me, my_group, my_group_as
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, body
from songswap.web.kit.services import Services, current_services
from songswap.web.people import learning_consent
from songswap.web.session.session import PlaybackCommand, click, running

blueprint = Blueprint("party", __name__)
tag_blueprint(blueprint, ["whose"])

USUAL_ROUNDS: Final = 8
USUAL_S: Final = 30


class NewParty(Body, frozen=True):
    """A game between the people of a pick (of songs), of so many rounds, each with so many seconds to guess."""

    pick: Annotated[str, Meta(max_length=64)]
    rounds: Annotated[int, Meta(ge=rules.LEAST_ROUNDS, le=rules.MOST_ROUNDS)] = USUAL_ROUNDS
    seconds: Annotated[int, Meta(ge=rules.SHORTEST_S, le=rules.LONGEST_S)] = USUAL_S


class NextRound(Body, frozen=True):
    """`skip`: the present round does not count, as its song could not be played or everybody knew."""

    skip: bool = False


class MyGuess(Body, frozen=True):
    """Whose I think it is: an account."""

    whose: Annotated[str, Meta(max_length=64)]


@blueprint.get("/groups/<group_id>/party")
@hide
async def page(group_id: str) -> ResponseReturnValue:
    """The page on a phone."""
    services, group = current_services(), my_group(group_id)
    picks = [one for one in whose_state(services, group, me().id).picks if one.kind == "songs" and one.state == "done"]
    return await render_template("guess/game.html", state=state_of(services, group, me().id), picks=picks)


@blueprint.post("/api/groups/<group_id>/party")
@body(NewParty)
@validate_response(GroupState, 201)
async def start_party(group_id: str, data: NewParty) -> tuple[GroupState, int]:
    """Begin a game in the running session, instead of the one there is (host and co-hosts)."""
    services, group = current_services(), my_group_as(group_id, "playback")
    session = running(services, group)
    pick = learning_consent.pick_in(services.store, group, data.pick)
    learnt = services.store.read(LEARNT, group.id, pick.id) if pick else None
    if pick is None or pick.kind != "songs" or learnt is None or learnt.state != "done":
        raise ProblemError(409, "not_learnt", "Pick people for songs first, and let it be learnt whose are whose.")
    try:
        songs = rules.chosen(learnt.songs, pick.accounts, data.rounds, secrets.SystemRandom().shuffle)
    except rules.PartyError as error:
        raise _problem(error) from error
    party = Party(
        id=new_id(),
        session_id=session.session_id,
        accounts=pick.accounts,
        seconds=data.seconds,
        started_at_ms=services.clock.now_ms(),
        songs=tuple(songs),
    )
    services.store.write(PARTY, party, group.id)
    return state_of(services, group, me().id), 201


@blueprint.post("/api/groups/<group_id>/party/rounds")
@body(NextRound)
@validate_response(GroupState, 201)
async def next_round(group_id: str, data: NextRound) -> tuple[GroupState, int]:
    """Play the next song, and let everybody guess (host and co-hosts)."""
    services, group = current_services(), my_group_as(group_id, "playback")
    session, before = running(services, group), _party(services, group)
    now_ms = services.clock.now_ms()
    try:
        party = rules.began(rules.skipped(before) if data.skip else before, now_ms)
    except rules.PartyError as error:
        raise _problem(error) from error
    services.store.write(PARTY, party, group.id)
    click(services, group, session, me().id, PlaybackCommand("play", uri=party.rounds[-1].song.uri))
    services.errands.send(_tell_of_end(services, group.id, party.seconds))
    return state_of(services, group, me().id), 201


@blueprint.put("/api/groups/<group_id>/party/guess")
@body(MyGuess)
@validate_response(GroupState)
async def put_guess(group_id: str, data: MyGuess) -> GroupState:
    """Guess whose song it is, or think better of it; the last guess in time counts."""
    services, group = current_services(), my_group(group_id)
    party, account, now_ms = _party(services, group), me().id, services.clock.now_ms()
    try:
        after = rules.guessed(party, Guess(account, data.whose, now_ms), services.watching.of(group.id) | {account})
    except rules.PartyError as error:
        raise _problem(error) from error
    services.store.write(PARTY, after, group.id)
    return state_of(services, group, account)


@blueprint.delete("/api/groups/<group_id>/party")
@validate_response(GroupState)
async def end_party(group_id: str) -> GroupState:
    """End the game; the table stays (host and co-hosts)."""
    services, group = current_services(), my_group_as(group_id, "playback")
    services.store.write(PARTY, rules.ended(_party(services, group), services.clock.now_ms()), group.id)
    return state_of(services, group, me().id)


def _party(services: Services, group: Group) -> Party:
    """The game of the present session. Raises ProblemError (404)."""
    party = facts_of(services.store, group, services.clock.now_ms()).game
    if party is None:
        raise ProblemError(404, "no_party", "There is no game in this session. Start one first.")
    return party


async def _tell_of_end(services: Services, group: str, seconds: int) -> None:
    """Wake the pages when time is up: nothing is written then, as it follows from the clock."""
    await asyncio.sleep(seconds)
    services.store.changes.notify(PARTY.path(group))


def _problem(error: rules.PartyError) -> ProblemError:
    return ProblemError(409, error.code, error.message)

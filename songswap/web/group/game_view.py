"""The game of a session as somebody sees it, or a screen for all. Pure; the answer is in it once time is up."""

from songswap.core.guess import game as rules
from songswap.model.party import Party, PartyRound
from songswap.web.group.group_facts import Facts
from songswap.web.group.group_state import PartyAnswer, PartyGuessState, PartyPerson, PartyRow, PartyState

MACHINE = PartyPerson(rules.MACHINE, "The machine", None)


def party_state(facts: Facts, account: str | None = None) -> PartyState | None:
    """The game as `account` sees it (None: as a screen for all shows it); None where there is none."""
    party = facts.game
    if party is None:
        return None
    played, is_guessing = rules.present(party), rules.is_guessing(party, facts.now_ms)
    is_over = party.ended_at_ms is not None
    mine = next((one.whose for one in played.guesses if one.by == account), "") if played else ""
    return PartyState(
        id=party.id,
        state="over" if is_over else "guessing" if is_guessing else "revealed" if played else "ready",
        round=len(party.rounds),
        rounds=len(party.rounds) + len(party.songs),
        seconds=party.seconds,
        ends_at_ms=played.ends_at_ms if played and is_guessing else None,
        people=tuple(sorted((_person(facts, one) for one in party.accounts), key=lambda one: one.name.casefold())),
        title=played.song.title if played else "",
        artist=played.song.artist if played else "",
        guessed=len(played.guesses) if played else 0,
        my_guess=mine,
        is_mine=bool(is_guessing and played and played.song.whose == account),
        answer=_answer(facts, party, played) if played and not is_guessing else None,
        table=tuple(
            PartyRow(_person(facts, one.account), one.points, one.right, one.place)
            for one in rules.table(party, facts.now_ms)
        ),
    )


def _answer(facts: Facts, party: Party, played: PartyRound) -> PartyAnswer:
    points, machine = rules.points_of(party, played), rules.machine_says(party, played.song)
    return PartyAnswer(
        whose=_person(facts, played.song.whose),
        machine=_person(facts, machine),
        machine_chance=round(played.song.chances[party.accounts.index(machine)], 2),
        guesses=tuple(
            PartyGuessState(_person(facts, one.by), _person(facts, one.whose), points.get(one.by, 0))
            for one in played.guesses
            if one.by != played.song.whose
        ),
        hidden_points=points[played.song.whose],
    )


def _person(facts: Facts, account: str) -> PartyPerson:
    if account == rules.MACHINE:
        return MACHINE
    person = facts.people.get(account)
    if person is None:
        return PartyPerson(account, "Somebody who left", None)
    return PartyPerson(account, person.account.display_name, person.account.image_url)

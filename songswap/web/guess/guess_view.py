"""What people see of agreements, picks and guesses, in words."""

from songswap.core.guess import classifier
from songswap.core.guess.traits import Traits
from songswap.documents import LEARNT, PICKS
from songswap.learning.examples import MOST_EXAMPLES
from songswap.model.guessing import Brain, GuessKind, Learnt, LearntState, Pick, Picks, Quality
from songswap.model.people import Group
from songswap.model.struct import Struct
from songswap.web.kit.services import Services
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.people import learning_consent
from songswap.web.people.viewer import viewer_of

UNSURE = 0.5
"""A first choice below this is a guess; from SURE on it is said to be likely."""
LIKELY = 0.8
SOURCE_WORDS: dict[GuessKind, str] = {
    "songs": "the files of listening history they brought here (Spotify’s exports, ListenBrainz, Last.fm), and the "
    "operator’s catalogue. Nothing that Spotify was asked for",
    "words": "what they wrote in this group’s posts and chat",
}
NOUNS: dict[GuessKind, str] = {"songs": "songs", "words": "texts"}


class AgreeingState(Struct, frozen=True):
    """Somebody of the group, and what they agree to. `is_me`: it is who asks."""

    account: str
    name: str
    image_url: str | None
    songs: bool
    words: bool
    is_me: bool


class PickPerson(Struct, frozen=True):
    """Somebody of a pick, and how many of their songs or texts were learnt from."""

    account: str
    name: str
    image_url: str | None
    examples: int


class PickState(Struct, frozen=True):
    """A pick: what came of learning it, in words too; `quality` is of what was left out of learning.

    `sources` say what is learnt from.
    """

    id: str
    kind: GuessKind
    people: tuple[PickPerson, ...]
    state: LearntState
    words: str
    sources: str
    at_ms: float
    took_s: float
    quality: Quality | None
    quality_words: str
    party_songs: int


class WhoseState(Struct, frozen=True):
    """Who agreed, and the picks there are, the latest first."""

    people: tuple[AgreeingState, ...]
    picks: tuple[PickState, ...]
    is_worker_alive: bool


class ChanceState(Struct, frozen=True):
    """How likely it is somebody's, and by how much more that is than without knowing anything (`base`)."""

    account: str
    name: str
    image_url: str | None
    chance: float
    base: float
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


class VerdictState(Struct, frozen=True):
    """A guess. `about` is the song it took it for; `is_too_little`: it knows nothing of it, and says the base rates."""

    about: str
    words: str
    is_too_little: bool
    chances: tuple[ChanceState, ...]


def whose_state(services: Services, group: Group, account: str) -> WhoseState:
    """The group's agreements and picks, as its member `account` sees them."""
    agreeing_now = learning_consent.agreeing_in(services.store, group)
    people = [
        AgreeingState(
            account=one,
            name=_name(services, one),
            image_url=_image(services, one),
            songs=one in agreeing_now["songs"],
            words=one in agreeing_now["words"],
            is_me=one == account,
        )
        for one in group.members
    ]
    picks = services.store.read(PICKS, group.id) or Picks()
    apart = viewer_of(services, services.directory.get(account)).apart
    return WhoseState(
        people=tuple(sorted(people, key=lambda one: (not one.is_me, one.name.casefold()))),
        picks=tuple(
            pick_state(services, group, pick)
            for pick in picks.items
            if set(pick.accounts) <= agreeing_now[pick.kind] - apart
        ),
        is_worker_alive=is_worker_alive(services.store, services.clock.now_ms()),
    )


def pick_state(services: Services, group: Group, pick: Pick) -> PickState:
    """A pick of `group`."""
    learnt = services.store.read(LEARNT, group.id, pick.id)
    if learnt is None or learnt.rev != pick.rev:
        learnt = Learnt(pick.id, "learning", pick.at_ms, pick.rev)
    people = tuple(
        sorted(
            (
                PickPerson(one, _name(services, one), _image(services, one), learnt.examples.get(one, 0))
                for one in pick.accounts
            ),
            key=lambda one: one.name.casefold(),
        )
    )
    return PickState(
        id=pick.id,
        kind=pick.kind,
        people=people,
        state=learnt.state,
        words=_words(pick.kind, learnt, people),
        sources=SOURCE_WORDS[pick.kind],
        at_ms=learnt.at_ms,
        took_s=learnt.took_s,
        quality=learnt.quality,
        quality_words=_quality_words(learnt.quality) if learnt.quality else "",
        party_songs=len(learnt.songs),
    )


def verdict_state(services: Services, brain: Brain, traits: Traits, about: str) -> VerdictState:
    """What `brain` says of something with these traits."""
    verdict = classifier.ask(brain, traits)
    chances = tuple(
        ChanceState(
            account=one.account,
            name=_name(services, one.account),
            image_url=_image(services, one.account),
            chance=round(one.chance, 4),
            base=round(one.base, 4),
            speaks_for=tuple(reason.words for reason in one.reasons if reason.weight > 0),
            speaks_against=tuple(reason.words for reason in one.reasons if reason.weight < 0),
        )
        for one in verdict.chances
    )
    return VerdictState(about, _verdict_words(verdict, chances[0]), verdict.is_too_little, chances)


def _verdict_words(verdict: classifier.Verdict, first: ChanceState) -> str:
    if verdict.is_too_little:
        return "Too little to go on: nothing of this is known. The figures are how much each has brought, no more."
    if first.chance >= LIKELY:
        return f"Likely {first.name}."
    return f"Rather {first.name}." if first.chance >= UNSURE else f"Hard to say; {first.name} at best."


def _words(kind: GuessKind, learnt: Learnt, people: tuple[PickPerson, ...]) -> str:
    noun = NOUNS[kind]
    if learnt.state == "learning":
        return "It is being learnt."
    if learnt.state == "failed":
        return learnt.error
    if learnt.state == "too_little":
        few = [f"{one.name} ({one.examples})" for one in people if one.examples < classifier.LEAST_EXAMPLES]
        return f"Too little to go on: {classifier.LEAST_EXAMPLES} {noun} of each are needed. Too few: {', '.join(few)}."
    total = sum(one.examples for one in people)
    most = f", at most {MOST_EXAMPLES:,} of each" if any(one.examples >= MOST_EXAMPLES for one in people) else ""
    return f"Learnt from {total:,} {noun}{most}."


def _quality_words(quality: Quality) -> str:
    shown = quality.accuracy
    said = (
        f"Of {shown.count:,} it had not learnt from, its first choice was right {_percent(shown.share)} of the time "
        f"(between {_percent(shown.least)} and {_percent(shown.most)} with 95 % certainty); always naming whoever has "
        f"most would be right {_percent(quality.majority)} of the time."
    )
    return said if quality.is_better else f"{said} So it is no better than that: take its guesses as a game."


def _percent(share: float) -> str:
    return f"{round(share * 100)} %"


def _name(services: Services, account: str) -> str:
    found = services.directory.get(account)
    return found.display_name if found else "Somebody who left"


def _image(services: Services, account: str) -> str | None:
    found = services.directory.get(account)
    return found.image_url if found else None

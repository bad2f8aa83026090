"""What somebody's profile shows to whoever looks: only what is for them, and what it shows is as of now."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar, get_args

from songswap.columns.figures.answers import Figure
from songswap.columns.figures.listens import Latest, Listen, latest
from songswap.columns.figures.times import Streak, Streaks, streaks
from songswap.columns.figures.top import Top, TopItem, top
from songswap.columns.plays import Plays
from songswap.core.insights import periods
from songswap.core.people.audience import sees_section
from songswap.core.session.requests import present
from songswap.documents import NIGHT, RENEWED, Account, RenewalsSeen
from songswap.model.music import Track
from songswap.model.profiles import Profile, Relation, Section
from songswap.model.struct import Struct
from songswap.web.insights.figure_request import FigureQuery, FigureRequest
from songswap.web.insights.insights_access import Scope, reader_of
from songswap.web.kit.services import Services
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.people import membership
from songswap.web.people.viewer import Viewer

Answer = TypeVar("Answer", bound=Figure)

SHOWN: Final = 5
TOP_DAYS: Final = 28
SECTIONS: Final[tuple[Section, ...]] = get_args(Section)


class SharedPlaylist(Struct, frozen=True):
    """A playlist that renews itself."""

    name: str
    url: str
    tracks: int


class CommonGroup(Struct, frozen=True):
    """A group that whoever looks is in, too."""

    id: str
    name: str


class PersonState(Struct, frozen=True):
    """Somebody's profile as whoever looks sees it. Parts that are not for them, or not there, are null or empty.

    `place` is where posts on their profile are, if they are for whoever looks; `relation` is what these are to them.
    """

    id: str
    handle: str
    name: str
    image_url: str | None
    about: str
    relation: Relation
    is_followed: bool
    common_groups: tuple[CommonGroup, ...]
    sections: tuple[Section, ...]
    now: Track | None
    top: tuple[TopItem, ...]
    recent: tuple[Listen, ...]
    streak: Streak | None
    playlists: tuple[SharedPlaylist, ...]
    place: str | None


async def person_state(
    services: Services, viewer: Viewer, account: Account, profile: Profile, relation: Relation
) -> PersonState:
    """The profile of `account` for `viewer`, who is `relation` to them. Raises ProblemError, StoreError."""
    seen = tuple(one for one in SECTIONS if sees_section(relation, profile, one))
    figures = _Figures(services, account)
    return PersonState(
        id=account.id,
        handle=account.handle,
        name=account.display_name,
        image_url=account.image_url,
        about=profile.about,
        relation=relation,
        is_followed=account.id in viewer.circle.follows,
        common_groups=tuple(
            CommonGroup(group.id, group.name)
            for group in viewer.groups.values()
            if relation != "self" and account.id in group.members
        ),
        sections=seen,
        now=playing_now(services, account.id) if "now" in seen else None,
        top=await figures.top() if "top" in seen else (),
        recent=await figures.recent() if "recent" in seen else (),
        streak=await figures.streak() if "streak" in seen else None,
        playlists=playlists_of(services, account.id) if "playlists" in seen else (),
        place=f"wall:{account.id}" if "posts" in seen else None,
    )


def playing_now(services: Services, account: str) -> Track | None:
    """What `account` hears in a session, as the worker sees it; nobody asks Spotify for it."""
    group = membership.wish_of(services.store, account).listening_in
    now_ms = services.clock.now_ms()
    if group is None or not is_worker_alive(services.store, now_ms):
        return None
    session, night = membership.session_of(services.store, group), services.store.read(NIGHT, group)
    if session.state != "running" or night is None or night.session_id != session.session_id:
        return None
    timeline = present(night, now_ms)
    return timeline.track if timeline and timeline.is_playing else None


class _Figures:
    """What the columns say of one person, private sessions left out."""

    def __init__(self, services: Services, account: Account) -> None:
        self._asking = FigureRequest(services, reader_of(services, account), Scope((account.id,), with_private=False))
        self._today = periods.day_of(services.clock.now_ms(), periods.zone_of(account.zone))

    async def top(self) -> tuple[TopItem, ...]:
        first = self._today - timedelta(days=TOP_DAYS - 1)
        data = FigureQuery(first=first, last=self._today)
        return (await self._find(partial(top, kind="tracks", limit=SHOWN), Top, data)).items

    async def recent(self) -> tuple[Listen, ...]:
        return (await self._find(partial(latest, limit=SHOWN), Latest, FigureQuery())).items

    async def streak(self) -> Streak | None:
        return (await self._find(streaks, Streaks, FigureQuery())).current

    async def _find(self, figure: Callable[[Plays], Answer], kind: type[Answer], data: FigureQuery) -> Answer:
        return await self._asking.find(figure, kind, await self._asking.question(data))


def playlists_of(services: Services, account: str) -> tuple[SharedPlaylist, ...]:
    """The playlists of `account` that renew themselves, as far as they have been made. Raises StoreError."""
    seen = (services.store.read(RENEWED, account) or RenewalsSeen()).renewals.values()
    return tuple(SharedPlaylist(one.name, one.url, len(one.entries)) for one in seen if one.url and one.entries)

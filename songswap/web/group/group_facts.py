"""What people want and what the worker saw of a group, and questions one can ask of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from songswap.core.kit.status_text import MemberStatus
from songswap.core.session.night_report import Report
from songswap.core.session.web_player import chosen
from songswap.documents import Account, AccountSeen, SessionWish, Standing, Wish
from songswap.model.interval import Interval, Ticks
from songswap.model.nights import Handed, Requests
from songswap.model.party import Party
from songswap.model.people import Group
from songswap.model.session import Listener, Night
from songswap.model.tabs import Tab
from songswap.web.group.group_state import AskingState, Elsewhere

STATUS_OF_STANDING: Mapping[Standing, MemberStatus | None] = {
    "ok": None,
    "needs_login": "needs_login",
    "not_premium": "not_premium",
    "no_seat": "no_seat",
}


@dataclass(frozen=True)
class Person:
    """The documents of one member. `seen` only counts for the consent there is now."""

    account: Account
    wish: Wish = field(default_factory=Wish)
    seen: AccountSeen | None = None
    consent_id: str | None = None
    reported: Tab | None = None

    @property
    def tab(self) -> Tab | None:
        """The page the person wants to listen in, as it reported last."""
        return chosen(self.reported, self.wish.tab)

    @property
    def fresh(self) -> AccountSeen | None:
        """What the worker saw with the present log-in."""
        return self.seen if self.seen and self.seen.consent_id == self.consent_id else None

    @property
    def trouble(self) -> MemberStatus | None:
        """What keeps the person from listening anywhere, if anything does."""
        if self.consent_id is None:
            return "needs_login"
        return STATUS_OF_STANDING[self.fresh.standing] if self.fresh else None

    @property
    def readiness(self) -> MemberStatus:
        """The status while no session runs. Devices nobody has looked for yet are not missed."""
        if self.fresh is None or self.fresh.devices_at_ms is None:
            return "ready"
        return "ready" if any(device.can_be_told for device in self.fresh.devices) else "no_device"


@dataclass(frozen=True)
class Facts:
    """All that is known about a group at `now_ms`. `running` names the other groups with a running session."""

    group: Group
    session: SessionWish
    night: Night | None
    people: Mapping[str, Person]
    running: Mapping[str, str]
    worker_alive: bool
    now_ms: float
    report: Report | None = None
    """What the session that is wished for, or was last, adds up to."""
    requests: Requests = field(default_factory=Requests)
    handed: Handed = field(default_factory=Handed)
    interval: Interval = field(default_factory=Interval)
    ticks: Ticks = field(default_factory=Ticks)
    party: Party | None = None
    """The game of this session, or of an earlier one."""
    calls_left: int | None = None
    """Calls to players still allowed today; None while no limit is known."""
    asking: tuple[AskingState, ...] = ()
    """Who asks to get in."""
    removed: tuple[AskingState, ...] = ()
    """Who was removed, and gets in again only when the host lets them."""
    invite_url: str | None = None
    screen_url: str | None = None
    """The links, as far as they can be shown."""

    @property
    def tonight(self) -> Night | None:
        """The worker's view of the session that is wished for; one of an earlier session does not count."""
        is_wished = self.session.state == "running" and self.night and self.night.session_id == self.session.session_id
        return self.night if is_wished else None

    @property
    def game(self) -> Party | None:
        """The game of the present session, or of the last."""
        return self.party if self.party and self.party.session_id == self.session.session_id else None

    def listens(self, person: Person) -> bool:
        """Whether the person wants to listen here."""
        return self.session.state == "running" and person.wish.listening_in == self.group.id

    def elsewhere(self, person: Person) -> Elsewhere | None:
        """In which other group the person listens, if any."""
        other = person.wish.listening_in
        if other is None or other == self.group.id or other not in self.running:
            return None
        return Elsewhere(other, self.running[other])

    def led_by(self, account: str) -> Night | None:
        """The night, if `account` is the one whose player everybody follows."""
        return self.tonight if self.tonight and self.tonight.leader == account else None

    def listener(self, person: Person) -> Listener | None:
        """What the worker knows of the person in this session."""
        return self.tonight.listeners.get(person.account.id) if self.tonight and self.listens(person) else None

    def status_of(self, person: Person) -> MemberStatus:
        """How the person is doing: the account first, then what they wished for, then what the worker saw."""
        if person.trouble:
            return person.trouble
        if self.session.state == "stopped":
            return person.readiness
        if not self.listens(person):
            return "elsewhere" if self.elsewhere(person) else "stepped_out"
        return self._heard(person)

    def _heard(self, person: Person) -> MemberStatus:
        if led := self.led_by(person.account.id):
            return led.host_status
        listener = self.listener(person)
        if listener is None:
            return "waiting"
        return listener.status if listener.join_rev == person.wish.join_rev else "catching_up"

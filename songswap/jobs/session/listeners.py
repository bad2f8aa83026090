"""Who listens, on what: what people wish for and what is known of their accounts, as the core wants it."""

from songswap.core.session import leadership, listener_state, web_player
from songswap.core.session.listener_state import Person
from songswap.documents import WISH, AccountSeen, Wish
from songswap.jobs.kit.spotify_accounts import Accounts, Means
from songswap.jobs.session.latency_store import Learned
from songswap.jobs.session.web_player_orders import Pages
from songswap.model.music import Device
from songswap.model.session import Failure, Listener, Night
from songswap.model.tabs import Tab


class Attendance:
    """Reads wishes, accounts and pages; what a listener becomes by them is the core's."""

    def __init__(self, means: Means, accounts: Accounts, pages: Pages, learned: Learned) -> None:
        self._store = means.store
        self._clock = means.clock
        self._accounts = accounts
        self._pages = pages
        self._learned = learned

    def listener(self, before: Night, night: Night, account: str, wish: Wish) -> Listener:
        """`account` in `night`, which `before` has become."""
        consent_id = self._accounts.seen(account).consent_id
        listener = night.listeners.get(account) or leadership.former(night, account, wish.join_rev, consent_id)
        person = self._person(before, account, wish, listener.device_id if listener else None)
        has_music = before.timeline is not None and before.timeline.is_playing
        return listener_state.attend(listener, person, music=has_music)

    def choice(self, night: Night, leader: str) -> str | None:
        """Id of the device the leader wants to listen on."""
        device = self._person(night, leader, self._store.read(WISH, leader) or Wish(), None).device
        return device.id if device else None

    def _person(self, night: Night, account: str, wish: Wish, present_id: str | None) -> Person:
        seen, tab = self._accounts.seen(account), self._pages.tab(account, wish)
        device, failure = _device(seen, wish, tab, present_id)
        if seen.standing == "needs_login":
            failure = Failure("needs_login", seen.message)
        device_id = (device.id if device else None) or ""
        return Person(
            account,
            wish.join_rev,
            seen.consent_id,
            device,
            failure,
            wish.trims_ms.get(web_player.known_as(tab) if tab else device_id, 0),
            self._learned.goes_on(account, device_id),
            web_player.here_of(tab, night.timeline, self._clock.now_ms()),
        )


def _device(
    seen: AccountSeen, wish: Wish, tab: Tab | None, present_id: str | None
) -> tuple[Device | None, Failure | None]:
    """On what somebody listens, or why on nothing: in the page they chose, else on the device they chose."""
    if wish.tab:
        return web_player.device_of(tab)
    device = listener_state.choose_device(seen.devices, wish.device_id, wish.device_name, present_id)
    is_restricted = device is None and bool(seen.devices)
    words = "Spotify lets nobody control this device from outside."
    return device, Failure("restricted", words) if is_restricted else None

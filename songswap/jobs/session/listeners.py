"""Who listens, on what: what people wish for and what is known of their accounts, as the core wants it."""

from functools import partial

from songswap.core.session import host_web_player, leadership, listener_state, web_player
from songswap.core.session.listener_state import Person
from songswap.documents import WISH, AccountSeen, Wish
from songswap.jobs.kit.spotify_accounts import Accounts, Means
from songswap.jobs.session.latency_store import LatencyStore
from songswap.jobs.session.request_queue import RequestQueue
from songswap.jobs.session.web_player_orders import WebPlayers
from songswap.model.music import Device
from songswap.model.session import Failure, Listener, Night, Timeline
from songswap.model.tabs import Tab


class Listeners:
    """Reads wishes, accounts and pages; what a listener becomes by them is the core's.

    What pages report are readings that cost nothing: each counts once, for the leader's timeline or for how far off a
    listener is.
    """

    def __init__(
        self, means: Means, accounts: Accounts, web_players: WebPlayers, latencies: LatencyStore, requests: RequestQueue
    ) -> None:
        self._store = means.store
        self._clock = means.clock
        self._accounts = accounts
        self._web_players = web_players
        self._latencies = latencies
        self._requests = requests

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

    def apply_reports(self, night: Night) -> Night:
        """The night after what was reported since the last time."""
        night = self._apply_leader_report(night)
        for account in night.listeners:
            tab = self._web_players.tab_of(account)
            if tab is not None and night.timeline is not None and self._web_players.is_new(account, tab):
                night = listener_state.updated(night, account, partial(self._reported, night.timeline, tab))
        return night

    def _apply_leader_report(self, night: Night) -> Night:
        leader, now_ms = night.leader, self._clock.now_ms()
        tab = self._web_players.tab_of(leader)
        night = host_web_player.attended(night, tab, now_ms)
        if tab is None or not self._web_players.is_new(leader, tab):
            return night
        after, sample_ms = host_web_player.reported(night, tab, self._latencies.table(leader), now_ms)
        self._latencies.learn_driven(night, tab.device_id, sample_ms)
        self._requests.host_read(night, after, tab.reading)
        return after

    def _reported(self, timeline: Timeline, tab: Tab, listener: Listener) -> Listener:
        if tab.reading is None or listener.here is None:
            return listener
        now_ms, quiet_at_ms = self._clock.now_ms(), tab.heard_at_ms + web_player.QUIET_MS
        after, sample_ms = listener_state.reported(listener, timeline, tab.reading, now_ms, quiet_at_ms)
        self._latencies.learn_told(listener.command, sample_ms)
        return self._latencies.note_seen(listener, after)

    def _person(self, night: Night, account: str, wish: Wish, present_id: str | None) -> Person:
        seen, tab = self._accounts.seen(account), self._web_players.tab(account, wish)
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
            self._latencies.goes_on(account, device_id),
            web_player.here_of(tab, night.timeline, self._clock.now_ms()),
            wish.follows_volume,
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

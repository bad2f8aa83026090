"""Taking in what the pages people listen in report: readings that cost nothing."""

from functools import partial

from songswap.clock import Clock
from songswap.core.session import host_web_player, listener_state, web_player
from songswap.jobs.session.latency_store import Learned
from songswap.jobs.session.requests import Requested
from songswap.jobs.session.web_player_orders import Pages
from songswap.model.session import Listener, Night, Timeline
from songswap.model.tabs import Tab


class Hearing:
    """Each report counts once, for the leader's timeline or for how far off a listener is."""

    def __init__(self, clock: Clock, pages: Pages, learned: Learned, requested: Requested) -> None:
        self._clock = clock
        self._pages = pages
        self._learned = learned
        self._requested = requested

    def hear(self, night: Night) -> Night:
        """The night after what was reported since the last time."""
        night = self._hear_leader(night)
        for account in night.listeners:
            tab = self._pages.tab_of(account)
            if tab is not None and night.timeline is not None and self._pages.is_new(account, tab):
                night = listener_state.updated(night, account, partial(self._reported, night.timeline, tab))
        return night

    def _hear_leader(self, night: Night) -> Night:
        leader, now_ms = night.leader, self._clock.now_ms()
        tab = self._pages.tab_of(leader)
        night = host_web_player.attended(night, tab, now_ms)
        if tab is None or not self._pages.is_new(leader, tab):
            return night
        after, sample_ms = host_web_player.reported(night, tab, self._learned.table(leader), now_ms)
        self._learned.learn_driven(night, tab.device_id, sample_ms)
        self._requested.host_read(night, after, tab.reading)
        return after

    def _reported(self, timeline: Timeline, tab: Tab, listener: Listener) -> Listener:
        if tab.reading is None or listener.here is None:
            return listener
        now_ms, quiet_at_ms = self._clock.now_ms(), tab.heard_at_ms + web_player.QUIET_MS
        after, sample_ms = listener_state.reported(listener, timeline, tab.reading, now_ms, quiet_at_ms)
        self._learned.learn_told(listener.command, sample_ms)
        return self._learned.note_seen(listener, after)

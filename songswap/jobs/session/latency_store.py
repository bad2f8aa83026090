"""What is learned of people's devices, kept by device, or by browser for those that are pages."""

from collections.abc import Callable

from msgspec.structs import replace

from songswap.core.session import latency
from songswap.core.session.latency import LatencyTable
from songswap.core.session.web_player import here_id, learned_as, learned_under
from songswap.documents import LATENCIES, Latencies
from songswap.jobs.session.web_player_orders import kept_as, with_page
from songswap.model.music import PlayerCommand
from songswap.model.session import Command, Listener, Night
from songswap.model.tabs import Tab
from songswap.store import Store


class LatencyStore:
    """Reads each account's LATENCIES once, and writes what is added. `tab_of` tells the page somebody listens in."""

    def __init__(self, store: Store, tab_of: Callable[[str], Tab | None]) -> None:
        self._store = store
        self._tab_of = tab_of
        self._known: dict[str, Latencies] = {}

    def table(self, account: str) -> LatencyTable:
        """How soon the devices of `account` obey, by the ids they have now."""
        return with_page(self._read(account).devices, self._tab_of(account))

    def goes_on(self, account: str, device_id: str) -> bool | None:
        """Whether the device goes on by itself to the next track it holds; None while that was not seen."""
        return self._read(account).preload.get(kept_as(device_id, self._tab_of(account)))

    def spread_ms(self, command: Command | None) -> float | None:
        """How far off such commands usually are; None while that is not known."""
        if command is None:
            return None
        return latency.spread_ms(self.table(command.account), learned_under(command))

    def learn(self, account: str, device_id: str, kind: PlayerCommand, sample_ms: float) -> None:
        """One more latency of a device, or of a page under its `here_id`."""
        known, name = self._read(account), kept_as(device_id, self._tab_of(account))
        self._keep(account, replace(known, devices=latency.learned(known.devices, name, kind, sample_ms)))

    def learn_told(self, command: Command | None, sample_ms: float | None) -> None:
        """It was seen what became of a listener's command, if that tells how soon it was heard."""
        if command is not None and sample_ms is not None:
            self.learn(command.account, learned_under(command), command.kind, sample_ms)

    def learn_driven(self, night: Night, device_id: str | None, sample_ms: float | None) -> None:
        """It was seen what became of a click at the leader's device, if that tells how soon it was heard."""
        if night.driven is not None and device_id is not None and sample_ms is not None:
            name = here_id(device_id) if night.driven.is_here else device_id
            command = learned_as(night.driven.action, is_here=night.driven.is_here)
            self.learn(night.leader, name, command, sample_ms)

    def note_seen(self, before: Listener, after: Listener) -> Listener:
        """The listener `after` a look, having noted if it was just seen whether their device goes on by itself."""
        if after.goes_on is not None and after.goes_on != before.goes_on and after.device_id is not None:
            self._note_goes_on(after.account, after.device_id, after.goes_on)
        return after

    def _note_goes_on(self, account: str, device_id: str, goes_on: bool) -> None:
        known, name = self._read(account), kept_as(device_id, self._tab_of(account))
        self._keep(account, replace(known, preload={**known.preload, name: goes_on}))

    def _read(self, account: str) -> Latencies:
        if account not in self._known:
            self._known[account] = self._store.read(LATENCIES, account) or Latencies()
        return self._known[account]

    def _keep(self, account: str, learned: Latencies) -> None:
        self._store.write(LATENCIES, learned, account)
        self._known[account] = learned

"""Looks for a person's devices whenever they ask for it."""

from songswap.documents import CONSENT, WISH, Wish
from songswap.jobs.kit.spotify_accounts import Accounts, Means


class DeviceJob:
    """One per account: reads the devices when the wish's `look_rev` asks for it."""

    def __init__(self, means: Means, accounts: Accounts, account: str) -> None:
        self._store = means.store
        self._accounts = accounts
        self._account = account

    async def run(self) -> None:
        """Serve wishes until cancelled."""
        paths = (WISH.path(self._account), CONSENT.path(self._account))
        with self._store.changes.subscribe(*paths) as changes:
            while True:
                wish = self._store.read(WISH, self._account) or Wish()
                if wish.look_rev != self._accounts.seen(self._account).look_rev:
                    await self._accounts.look(self._account, wish.look_rev)
                await changes.wait()

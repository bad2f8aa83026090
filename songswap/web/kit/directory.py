"""Who people are, by id and by handle."""

from collections.abc import Iterator

from songswap.documents import ACCOUNT, Account
from songswap.store import Store
from songswap.web.kit.caches import Remembered


class Directory:
    """The accounts in `store`, as they are now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts = Remembered(store, ACCOUNT)

    def get(self, account: str) -> Account | None:
        """The account; None where there is none. Raises StoreError, UnfitNameError."""
        return self._accounts.get(account)

    def everybody(self) -> Iterator[Account]:
        """Every account there is, in the order of their ids. Raises StoreError."""
        return iter([account for _, account in sorted(self._store.all_of(ACCOUNT).by_name().items())])

    def by_handle(self, handle: str) -> Account | None:
        """Whose handle this is, in whatever case. Raises StoreError."""
        return next((one for _, one in self._store.all_of(ACCOUNT).where(_handles, handle.lower())), None)


def _handles(account: Account) -> tuple[str, ...]:
    return (account.handle,)

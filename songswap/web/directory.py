"""Who people are, by id and by handle: asked for with every message, so read again only when a file has changed."""

from collections.abc import Iterator

from songswap.documents import ACCOUNT, Account
from songswap.store import Store


class Directory:
    """The accounts in `store`, each kept as it was when its file was last seen to change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[tuple[int, int], Account]] = {}

    def get(self, account: str) -> Account | None:
        """The account; None where there is none. Raises StoreError, UnfitNameError."""
        path = self._store.root / ACCOUNT.path(account)
        try:
            stat = path.stat()
        except FileNotFoundError:
            self._known.pop(account, None)
            return None
        mark, known = (stat.st_mtime_ns, stat.st_ino), self._known.get(account)
        if known is not None and known[0] == mark:
            return known[1]
        found = self._store.read(ACCOUNT, account)
        if found is not None:
            self._known[account] = mark, found
        return found

    def everybody(self) -> Iterator[Account]:
        """Every account there is, in the order of their ids. Raises StoreError."""
        return (found for name in self._store.names("accounts") if (found := self.get(name)))

    def by_handle(self, handle: str) -> Account | None:
        """Whose handle this is, in whatever case. Raises StoreError."""
        wanted = handle.lower()
        return next((one for one in self.everybody() if one.handle == wanted), None)

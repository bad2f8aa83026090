"""The logs of what people write, by pages: whoever reads touches the pages read, however long the log is."""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final

from songswap.core.talk.posts import PAGE, STALE_ROWS, Page, compacted
from songswap.documents import CHAT, GROUP_POSTS, WALL, WROTE
from songswap.model.posts import Place, PlaceKind, Post, Reacted, Removed, Row, Written, Wrote
from songswap.store import Log, Receipt, Store

LOGS: Final[dict[PlaceKind, Log[Row]]] = {"wall": WALL, "group": GROUP_POSTS, "chat": CHAT}
KEPT_POSTS: Final = 40_000
"""Held in memory, over all places: some 40 MB."""


class Book:
    """All that was written in one place. It is the only writer of its log."""

    def __init__(self, store: Store, place: Place, pages: "Pages") -> None:
        """Reads the names of the pages and the last page. Raises StoreError, UnfitNameError."""
        self.place = place
        self._store = store
        self._log = LOGS[place.kind]
        self._pages = pages
        self._firsts = sorted(int(name) for name in store.listed(self._log, place.id) if name.isdecimal())
        self.last = self._page(self._firsts[-1]).last if self._firsts else 0
        """The highest number of a row, and so the latest change."""
        self.receipt = Receipt()
        """Of the row added last."""

    def number(self, now_ms: float) -> int:
        """The number of the next row: the time, unless the clock was set back or two come in one millisecond."""
        return max(self.last + 1, int(now_ms))

    def post(self, n: int, root: int | None = None) -> Post | None:
        """The post of this number; a reply among posts lies on the page of the post it answers, `root`.

        Raises StoreError.
        """
        page = self._page_of(root or n)
        return None if page is None else page.posts.get(n)

    def replies(self, n: int) -> list[Post]:
        """What answers post `n` on its page, the oldest first. Raises StoreError."""
        page = self._page_of(n)
        return [] if page is None else [page.posts[one] for one in page.replies.get(n, ())]

    def sent(self, by: str, key: str, root: int | None) -> Post | None:
        """What `by` sent as `key` lately, if it came; `root` is what it answers. Raises StoreError."""
        lately = self._firsts[-2:] if root is None else [first for first in [self._first_of(root)] if first]
        pages = (self._page(first) for first in reversed(lately))
        return next((post for page in pages for post in page.newest_first() if (post.by, post.key) == (by, key)), None)

    def newest_first(self, before: int | None = None) -> Iterator[Post]:
        """The posts with numbers below `before` (all if None), the newest first; pages are read as they are come to.

        Replies come in their turn in a chat; elsewhere they are `replies`. Raises StoreError.
        """
        end = len(self._firsts) if before is None else bisect_left(self._firsts, before)
        for first in reversed(self._firsts[:end]):
            for post in self._page(first).newest_first(before):
                if self.place.kind == "chat" or post.answers is None:
                    yield post

    def append(self, row: Row, root: int | None = None) -> Post | None:
        """Add a row, for good when `receipt` says so; `root` is the post whose page it lies on, if that is not its own.

        The post it is about, as it reads now; None if that is not there. Raises StoreError.
        """
        first = self._page_for(row, root)
        if first is None:
            return None
        page = self._page(first)
        target = root if isinstance(row, Written) else row.of
        if target is not None and target not in page.posts:
            return None
        if by := author_of(row):
            self._note(by, first)
        self.receipt = self._store.append(self._log, row, self.place.id, str(first))
        if first not in self._firsts[-1:] and isinstance(row, Written) and first == row.n:
            self._firsts.append(first)
        self.last = max(self.last, row.n)
        post = page.apply(row)
        if page.changes > STALE_ROWS:
            self._compact(first, page)
        return post

    def rows(self, first: int) -> list[Row]:
        """The rows of the page that begins with post `first`. Raises StoreError."""
        return list(self._store.rows(self._log, self.place.id, str(first)))

    def rewrite(self, first: int, rows: list[Row]) -> None:
        """Let the page that begins with post `first` hold these rows instead. Raises StoreError."""
        self._store.rewrite(self._log, rows, self.place.id, str(first))
        self._pages.forget(self.place, first)

    def _compact(self, first: int, page: Page) -> None:
        before = self.rows(first)
        page.changes = 0
        if self._log.path(self.place.id, str(first)) in self._store.broken:
            return  # what can't be read there may be mended yet
        after = compacted(before)
        if len(before) - len(after) >= STALE_ROWS // 2:
            self.rewrite(first, after)

    def _note(self, by: str, first: int) -> None:
        wrote, known = Wrote(str(self.place), first), self._pages.wrote(self._store, by)
        if wrote not in known:
            self._store.append(WROTE, wrote, by)
            known.add(wrote)

    def _page_for(self, row: Row, root: int | None) -> int | None:
        if root is not None:
            return self._first_of(root)
        if not isinstance(row, Written):
            return self._first_of(row.of)
        if self._firsts and len(self._page(self._firsts[-1]).posts) < PAGE:
            return self._firsts[-1]
        return row.n

    def _page_of(self, n: int) -> Page | None:
        first = self._first_of(n)
        return None if first is None else self._page(first)

    def _first_of(self, n: int) -> int | None:
        """The page on which post `n` would be, if it answers nothing."""
        place = bisect_right(self._firsts, n)
        return self._firsts[place - 1] if place else None

    def _page(self, first: int) -> Page:
        known = self._pages.get(self.place, first)
        if known is None:
            known = Page(self._store.rows(self._log, self.place.id, str(first)))
            self._pages.keep(self.place, first, known)
        return known


class Pages:
    """Pages lately read or written, over all places: no more than KEPT_POSTS posts."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[Place, int], Page] = OrderedDict()
        self._wrote: dict[str, set[Wrote]] = {}

    def get(self, place: Place, first: int) -> Page | None:
        """The page, if it is held."""
        page = self._pages.get((place, first))
        if page is not None:
            self._pages.move_to_end((place, first))
        return page

    def keep(self, place: Place, first: int, page: Page) -> None:
        """Hold the page; those not needed for longest make room."""
        self._pages[place, first] = page
        while len(self._pages) > 1 and sum(len(one.posts) for one in self._pages.values()) > KEPT_POSTS:
            self._pages.popitem(last=False)

    def forget(self, place: Place, first: int) -> None:
        """Hold this page no more."""
        self._pages.pop((place, first), None)

    def forget_all(self, place: Place, by: str) -> None:
        """Hold no page of `place` any more, nor where `by` wrote."""
        for key in [key for key in self._pages if key[0] == place]:
            del self._pages[key]
        self._wrote.pop(by, None)

    def wrote(self, store: Store, account: str) -> set[Wrote]:
        """On which pages `account` has rows. Raises StoreError."""
        if account not in self._wrote:
            self._wrote[account] = set(store.rows(WROTE, account))
        return self._wrote[account]


class Books:
    """The books of all places that were opened."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pages = Pages()
        self._books: dict[Place, Book] = {}

    def open(self, place: Place) -> Book:
        """The book of this place. Raises StoreError, UnfitNameError."""
        if place not in self._books:
            self._books[place] = Book(self._store, place, self._pages)
        return self._books[place]

    def forget_gone(self, is_there: Callable[[Place], bool]) -> None:
        """Let go of places that are gone."""
        for place in [place for place in self._books if not is_there(place)]:
            self.forget(place, "")

    def forget(self, place: Place, by: str) -> None:
        """Read this place again when it is next opened, and what `by` wrote: the disk took a row back."""
        self._books.pop(place, None)
        self._pages.forget_all(place, by)

    def wrote(self, account: str) -> list[Wrote]:
        """On which pages `account` has rows, in order. Raises StoreError."""
        return sorted(self._pages.wrote(self._store, account), key=lambda one: (one.place, one.page))


def author_of(row: Row) -> str:
    """Whose row it is; nobody's if it only changes one."""
    return row.by if isinstance(row, Written | Reacted | Removed) else ""

"""Somebody goes: all that is stored about them, and every word they wrote in other places, is erased."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from msgspec.structs import replace

from songswap.core.people.group_admission import take_back
from songswap.core.talk.posts import rows_of, without_author
from songswap.documents import ERASURES, GROUP, WROTE
from songswap.model.people import Group
from songswap.model.posts import Erasures, Row
from songswap.model.struct import Struct
from songswap.web.kit.services import Services
from songswap.web.people import accounts
from songswap.web.talk.post_places import place_of


class Words(Struct, frozen=True):
    """What somebody wrote in a place: posts, changes, reactions."""

    place: str
    rows: tuple[Row, ...]


def disconnect(services: Services, account: str) -> None:
    """Remove the account, at once for everybody who reads; what it wrote elsewhere is erased right after.

    A crash in between is made up for at the next start. Raises StoreError.
    """
    waiting = services.store.read(ERASURES) or Erasures()
    services.store.write(ERASURES, Erasures((*waiting.accounts, account)))
    for name, group in services.store.all_of(GROUP).where(_once_asking, account):
        removed = {one: at for one, at in group.removed.items() if one != account}
        services.store.write(GROUP, replace(take_back(group, account), removed=removed), name)
    accounts.forget(services.store, account)
    services.errands.send(erase(services))


def _once_asking(group: Group) -> Iterable[str]:
    return {*group.asking, *group.removed}


async def erase(services: Services) -> None:
    """Erase what is left of those who went, page by page. Raises StoreError."""
    for account in (services.store.read(ERASURES) or Erasures()).accounts:
        if services.directory.get(account) is None:  # else the crash came before anything was removed
            async for _ in _pages(services, account, erases=True):
                await asyncio.sleep(0)  # the others' requests first
            if WROTE.path(account) in services.store.broken:
                continue  # where they wrote is not known until it is mended: it is tried at the next start
            services.store.drop(WROTE, account)
        left = (services.store.read(ERASURES) or Erasures()).accounts
        services.store.write(ERASURES, Erasures(tuple(one for one in left if one != account)))


async def words_of(services: Services, account: str) -> tuple[Words, ...]:
    """What `account` wrote, place by place. Raises StoreError."""
    found: dict[str, list[Row]] = {}
    async for place, rows in _pages(services, account, erases=False):
        found.setdefault(place, []).extend(rows_of(rows, account))
        await asyncio.sleep(0)
    return tuple(Words(place, tuple(rows)) for place, rows in found.items() if rows)


async def _pages(services: Services, account: str, *, erases: bool) -> AsyncIterator[tuple[str, list[Row]]]:
    """The pages on which `account` wrote; each is written anew without them if it `erases`."""
    for wrote in services.books.wrote(account):
        place = place_of(wrote.place)
        folder = services.store.root / ("accounts" if place.kind == "wall" else "groups") / place.id
        if not folder.is_dir():
            continue  # the place is gone, with all that was written there
        book = services.books.open(place)
        rows = book.rows(wrote.page)
        yield wrote.place, rows
        if erases and rows:
            book.rewrite(wrote.page, without_author(book.rows(wrote.page), account))

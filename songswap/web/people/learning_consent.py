"""Who of a group agreed that it is learnt from them; what was learnt is gone as soon as one of them does not."""

from typing import get_args

from songswap.core.guess import agreeing as rules
from songswap.core.guess import game
from songswap.documents import AGREED, BRAIN, LEARNT, PARTY, PICKS
from songswap.model.guessing import Agreed, GuessKind, Pick, Picks
from songswap.model.people import Group
from songswap.store import Store

KINDS: tuple[GuessKind, ...] = get_args(GuessKind)


def agreed_of(store: Store, account: str) -> Agreed:
    """What `account` agreed to."""
    return store.read(AGREED, account) or Agreed()


def agreeing_in(store: Store, group: Group) -> dict[GuessKind, frozenset[str]]:
    """The members of `group` who agreed to each kind of guess there."""
    said = {account: agreed_of(store, account) for account in group.members}
    return {kind: frozenset(account for account, one in said.items() if group.id in one.to(kind)) for kind in KINDS}


def set_agreed(store: Store, group: Group, account: str, *, songs: bool, words: bool) -> None:
    """Keep what `account` agrees to in `group`, and forget at once what may not be known any more."""
    _keep(store, group.id, account, songs=songs, words=words)
    forget_unagreed(store, group)
    if not songs:
        leave_party(store, group.id, account)


def forget_unagreed(store: Store, group: Group) -> None:
    """Drop the picks of which somebody has left or does not agree, and all that was learnt of them."""
    picks = store.read(PICKS, group.id)
    if picks is None:
        return
    still = rules.kept(picks, agreeing_in(store, group))
    if still != picks:
        store.write(PICKS, still, group.id)
        for pick in set(picks.items) - set(still.items):
            forget_pick(store, group.id, pick.id)


def forget_pick(store: Store, group: str, pick: str) -> None:
    """Remove what was learnt of a pick: gone when this returns."""
    store.remove(BRAIN.pattern, group, pick)
    store.remove(LEARNT.pattern, group, pick)


def left(store: Store, group: str, account: str, after: Group | None) -> None:
    """Forget `account`, who is out of a group; `after` is the group without them, None if it is gone."""
    _keep(store, group, account, songs=False, words=False)
    if after is not None:
        forget_unagreed(store, after)
        leave_party(store, group, account)


def leave_party(store: Store, group: str, account: str) -> None:
    """Take somebody out of the game of a group, with all they did in it."""
    before = store.read(PARTY, group)
    if before is not None and (after := game.without(before, account)) != before:
        store.write(PARTY, after, group)


def pick_in(store: Store, group: Group, pick: str) -> Pick | None:
    """The pick of this id, if everybody in it agrees and is in the group."""
    found = rules.kept(store.read(PICKS, group.id) or Picks(), agreeing_in(store, group))
    return next((one for one in found.items if one.id == pick), None)


def _keep(store: Store, group: str, account: str, *, songs: bool, words: bool) -> None:
    before = store.read(AGREED, account)
    after = rules.agreed(before or Agreed(), group, songs=songs, words=words)
    if after != (before or Agreed()):
        store.write(AGREED, after, account)

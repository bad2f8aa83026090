"""Telling people what concerns them: kept for them, and shown at once by every page they have open."""

import logging
from typing import Final

import msgspec

from songswap.core.talk import notices as rules
from songswap.documents import NOTICE_SETTINGS, NOTICES, Account
from songswap.model.notices import Notice, Notices, NoticeSettings
from songswap.model.people import Group
from songswap.model.posts import Place, Post
from songswap.model.reports import Report
from songswap.model.struct import Struct
from songswap.spotify.oauth import relogin_notice
from songswap.store import StoreError
from songswap.web.kit.broadcast import Event
from songswap.web.kit.services import Services
from songswap.web.people.accounts import consent_of
from songswap.web.talk.notice_view import NoticeState, Sight
from songswap.web.talk.post_places import Found
from songswap.web.talk.post_view import id_of

logger = logging.getLogger(__name__)

EVENT: Final = "notice"


class NoticeNews(Struct, frozen=True):
    """What open pages are told: how many notices are `unread` by now, and the one that is new, if one is."""

    unread: int
    item: NoticeState | None = None


def tell(services: Services, account: str, notice: Notice) -> None:
    """Tell `account` of this, if they want to hear of it and may read what it is about.

    What can't be kept is logged: nobody's doing fails because somebody else can't be told of it.
    """
    try:
        person = services.directory.get(account)
        if person is not None:
            _tell(services, person, notice)
    except StoreError as error:
        logger.error("account %s could not be told of %s: %s", account, notice.kind, error)


def tell_of_post(services: Services, found: Found, post: Post, answered: Post | None) -> None:
    """Tell those a new post is for; `answered` is what it replies to."""
    for account, kind in rules.addressed(post, found.place, answered).items():
        tell(services, account, _of_post(Notice(kind, by=(post.by,)), found.place, post))


def tell_of_mentions(services: Services, found: Found, before: Post, after: Post) -> None:
    """Tell those whom a post mentions since it was changed."""
    for account in after.mentions:
        if account not in before.mentions:
            tell(services, account, _of_post(Notice("mention", by=(after.by,)), found.place, after))


def tell_of_reaction(services: Services, found: Found, post: Post) -> None:
    """Tell a post's author that the viewer has reacted to it."""
    if post.by and post.removed_by is None:
        tell(services, post.by, _of_post(Notice("reaction", by=(found.viewer.account,)), found.place, post))


def tell_of_report(services: Services, report: Report, lookers: tuple[str, ...]) -> None:
    """Tell those who look at a report, but who made it; nobody is named."""
    notice = Notice("report", place=report.place, post=report.post, group=report.group, detail=report.id)
    for account in lookers:
        if account != report.by:
            tell(services, account, notice)


def tell_of_wish_to_join(services: Services, group: Group, account: str) -> None:
    """Tell host and co-hosts that `account` asks to join their group, each time they ask."""
    asked = Notice("asks_to_join", by=(account,), group=group.id, detail=str(int(services.clock.now_ms())))
    for one, member in group.members.items():
        if member.role in {"host", "co-host"}:
            tell(services, one, asked)


def look_at_login(services: Services, account: Account) -> None:
    """Tell `account` once of each warning that their log-in ends: a month before, a week before, at its end."""
    consent = consent_of(services.store, account.id)
    warning = relogin_notice(consent.granted_at_ms, services.clock.now_ms()) if consent else None
    if consent is not None and warning is not None:
        tell(services, account.id, Notice("renew_login", detail=f"{warning}:{consent.id}"))


def unread_of(services: Services, account: Account) -> int:
    """How many notices `account` has not seen. Raises StoreError."""
    known = services.notices.get(account.id) or Notices()
    if not known.items or known.items[0].n <= known.seen:
        return 0
    return Sight(services, account).unread(known)


def news_for(account: Account, unread: int, item: NoticeState | None = None) -> Event:
    """What tells the pages of `account` how many notices are new by now, and the latest."""
    return Event(Place("wall", account.id), 0, EVENT, msgspec.json.encode(NoticeNews(unread, item)))


def _tell(services: Services, person: Account, notice: Notice) -> None:
    sight = Sight(services, person)
    off = (services.store.read(NOTICE_SETTINGS, person.id) or NoticeSettings()).off
    if not rules.is_wanted(notice, person.id, off, sight.viewer.circle.muted_groups):
        return
    if sight.state(notice, is_seen=False) is None:
        return  # nothing they may read, or nobody they want to hear of
    before = services.notices.get(person.id) or Notices()
    after = rules.put(before, notice, services.clock.now_ms())
    if after is not before:
        services.store.write(NOTICES, after, person.id)
        item = sight.state(after.items[0], is_seen=False)
        services.hub.whisper(person.id, news_for(person, sight.unread(after), item))


def _of_post(notice: Notice, place: Place, post: Post) -> Notice:
    group = place.id if place.kind != "wall" else ""
    return msgspec.structs.replace(notice, place=str(place), post=id_of(place, post), group=group)

"""Everything stored about a person, to take along."""

from typing import TypeVar

from msgspec.structs import replace
from quart import Blueprint
from quart_schema import tag_blueprint, validate_response

from songswap.documents import (
    ACCOUNT_SEEN,
    AGREED,
    BROWSERS,
    CHANGES,
    CIRCLE,
    IMPORTED,
    IMPORTS,
    INTERVAL,
    LATENCIES,
    LOOKS,
    MILESTONES,
    NOTICE_SETTINGS,
    NOTICES,
    ORDERS,
    PLAYLISTS,
    POLLED,
    PROFILE,
    READ_UP_TO,
    RENEWALS,
    RENEWED,
    SAVED,
    SAVES,
    SHARING,
    SONG_LISTS,
    TAB,
    TICKS,
    TOP,
    VIDEO_WISHES,
    Account,
    AccountSeen,
    Browsers,
    Consent,
    Latencies,
    Looks,
    Renewals,
    RenewalsSeen,
    SavedLists,
    Saves,
    Wish,
)
from songswap.model.guessing import Agreed
from songswap.model.history import Polled
from songswap.model.imports import Imports, ImportsSeen
from songswap.model.interval import Interval, Ticks
from songswap.model.links import SecretLink
from songswap.model.notices import Notices, NoticeSettings
from songswap.model.people import Group
from songswap.model.playlists import ListChange, PlaylistsSeen, TopSeen
from songswap.model.posts import Milestones, ReadUpTo
from songswap.model.profiles import Circle, Profile
from songswap.model.reports import AuditRow, Report
from songswap.model.sharing import Sharing
from songswap.model.struct import Struct
from songswap.model.tabs import Orders, Tab
from songswap.model.videos import SongLists, VideoWishes
from songswap.store import Document
from songswap.web.account.erasure import Words, words_of
from songswap.web.kit import audit_log
from songswap.web.kit.access import me
from songswap.web.kit.services import Services, current_services
from songswap.web.moderation.reports import reports_by
from songswap.web.people import accounts, membership

T = TypeVar("T")

blueprint = Blueprint("export", __name__)
tag_blueprint(blueprint, ["me"])


class Export(Struct, frozen=True):
    """Everything stored about one person but their listening history, which is a file of its own.

    Tokens and secrets are left out: they open doors, and tell nothing.
    """

    account: Account
    consent: Consent | None
    browsers: Browsers
    wish: Wish
    seen: AccountSeen | None
    latencies: Latencies | None
    tab: Tab | None
    orders: Orders | None
    saves: Saves | None
    saved: SavedLists | None
    sharing: Sharing | None
    profile: Profile | None
    circle: Circle | None
    milestones: Milestones | None
    read_up_to: ReadUpTo | None
    words: tuple[Words, ...]
    imports: Imports | None
    imported: ImportsSeen | None
    polled: Polled | None
    looks: Looks | None
    playlists: PlaylistsSeen | None
    top: TopSeen | None
    renewals: Renewals | None
    renewed: RenewalsSeen | None
    renewal_changes: dict[str, tuple[ListChange, ...]]
    interval: Interval | None
    agreed: Agreed | None
    ticks: Ticks | None
    videos: VideoWishes | None
    song_lists: SongLists | None
    groups: tuple[Group, ...]
    notices: Notices | None
    notice_settings: NoticeSettings | None
    reports: tuple[Report, ...]
    audit: tuple[AuditRow, ...]


@blueprint.get("/api/me/export")
@validate_response(Export)
async def export() -> tuple[Export, int, dict[str, str]]:
    """Everything stored about me but my listening history, as a download."""
    headers = {"Content-Disposition": 'attachment; filename="songswap.json"', "Cache-Control": "no-store"}
    return _export(current_services(), me(), await words_of(current_services(), me().id)), 200, headers


def _export(services: Services, account: Account, words: tuple[Words, ...]) -> Export:
    def read(document: Document[T]) -> T | None:
        return services.store.read(document, account.id)

    consent = accounts.consent_of(services.store, account.id)
    known, sharing, profile = read(BROWSERS) or Browsers(), read(SHARING), read(PROFILE)
    return Export(
        account=account,
        consent=replace(consent, access_token="", refresh_token="") if consent else None,
        browsers=Browsers(tuple(replace(browser, secret_hash="") for browser in known.logged_in)),
        wish=membership.wish_of(services.store, account.id),
        seen=read(ACCOUNT_SEEN),
        latencies=read(LATENCIES),
        tab=read(TAB),
        orders=read(ORDERS),
        saves=read(SAVES),
        saved=read(SAVED),
        sharing=replace(sharing, link=None, link_secret="") if sharing else None,
        profile=replace(profile, link=None, link_secret="") if profile else None,
        circle=read(CIRCLE),
        milestones=read(MILESTONES),
        read_up_to=read(READ_UP_TO),
        words=words,
        imports=read(IMPORTS),
        imported=read(IMPORTED),
        polled=read(POLLED),
        looks=read(LOOKS),
        playlists=read(PLAYLISTS),
        top=read(TOP),
        renewals=read(RENEWALS),
        renewed=read(RENEWED),
        renewal_changes=_renewal_changes(services, account.id),
        interval=read(INTERVAL),
        agreed=read(AGREED),
        ticks=read(TICKS),
        videos=read(VIDEO_WISHES),
        song_lists=read(SONG_LISTS),
        groups=_groups(services, account.id),
        notices=read(NOTICES),
        notice_settings=read(NOTICE_SETTINGS),
        reports=reports_by(services, account.id),
        audit=audit_log.about(services.store, account.id),
    )


def _groups(services: Services, account: str) -> tuple[Group, ...]:
    return tuple(_without_secrets(group, account) for group in membership.groups_of(services.store, account))


def _renewal_changes(services: Services, account: str) -> dict[str, tuple[ListChange, ...]]:
    """What each playlist that renews itself has changed."""
    wanted = (services.store.read(RENEWALS, account) or Renewals()).wanted
    return {renewal: tuple(services.store.rows(CHANGES, account, renewal)) for renewal in wanted}


def _without_secrets(group: Group, account: str) -> Group:
    """The group with this one member, and an invite and a screen that open nothing."""
    only_me = {account: group.members[account]}
    invite = SecretLink(expires_at_ms=group.invite.expires_at_ms)
    return replace(
        group, invite=invite, screen=None, screen_by="", screen_secret="", members=only_me, asking={}, removed={}
    )

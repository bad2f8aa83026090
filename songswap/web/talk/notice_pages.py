"""My notices: reading them, marking them as seen, and saying of which kinds I want to be told."""

from itertools import islice
from typing import Annotated, Final

from msgspec import Meta
from quart import Blueprint, ResponseReturnValue, render_template
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.talk import notices as rules
from songswap.documents import NOTICE_SETTINGS, NOTICES, Account
from songswap.model.notices import NoticeKind, Notices, NoticeSettings
from songswap.model.struct import Struct
from songswap.web.kit.access import me
from songswap.web.kit.json_api import Body, body, query
from songswap.web.kit.operators import is_operator
from songswap.web.kit.services import Services, current_services
from songswap.web.talk.notice_view import NoticeState, Sight
from songswap.web.talk.notices import news_for

blueprint = Blueprint("notices", __name__)
tag_blueprint(blueprint, ["me"])

FIRST: Final = 30


class NoticeList(Struct, frozen=True):
    """Notices, the newest first; `next` is the cursor of older ones. `unread` of all are new, 99 standing for more."""

    items: tuple[NoticeState, ...]
    next: str | None
    unread: int


class AskedNotices(Body, frozen=True):
    """How many, and older than which: `cursor` is the `next` of the answer before."""

    cursor: Annotated[str, Meta(pattern="^[0-9]{1,16}$(?!\n)")] | None = None
    limit: Annotated[int, Meta(ge=1, le=rules.KEPT)] = FIRST


class SeenNotices(Body, frozen=True):
    """The `n` of the newest notice I have seen."""

    up_to: Annotated[int, Meta(ge=0, le=10**15)]


class NoticeCount(Struct, frozen=True):
    """How many notices are new."""

    unread: int


class NoticeSettingsState(Struct, frozen=True):
    """Of each kind of notices, whether I am told."""

    kinds: dict[NoticeKind, bool]


class ChangedSettings(Body, frozen=True):
    """Of which kinds of notices I want to be told; those left out stay as they are."""

    kinds: dict[NoticeKind, bool]


@blueprint.get("/api/me/notices")
@query(AskedNotices)
@validate_response(NoticeList)
async def get_notices(data: AskedNotices) -> NoticeList:
    """What I was told, as far as it is there still and for me to read."""
    return notices_of(current_services(), me(), data.cursor, data.limit)


@blueprint.put("/api/me/notices/seen")
@body(SeenNotices)
@validate_response(NoticeCount)
async def see_notices(data: SeenNotices) -> NoticeCount:
    """Mark notices as seen, up to this one; never back."""
    services = current_services()
    before = services.notices.get(me().id) or Notices()
    after = rules.see(before, data.up_to)
    unread = Sight(services, me()).unread(after)
    if after != before:
        services.store.write(NOTICES, after, me().id)
        services.hub.whisper(me().id, news_for(me(), unread))
    return NoticeCount(unread)


@blueprint.get("/api/me/notice-settings")
@validate_response(NoticeSettingsState)
async def get_notice_settings() -> NoticeSettingsState:
    """Of which kinds of notices I am told."""
    return _settings_state(_settings(current_services(), me()))


@blueprint.patch("/api/me/notice-settings")
@body(ChangedSettings)
@validate_response(NoticeSettingsState)
async def change_notice_settings(data: ChangedSettings) -> NoticeSettingsState:
    """Have myself told of more or fewer kinds of notices. Those I was told already stay."""
    services = current_services()
    wanted = _settings_state(_settings(services, me())).kinds | data.kinds
    after = NoticeSettings(tuple(kind for kind in rules.KINDS if not wanted[kind]))
    if after != _settings(services, me()):
        services.store.write(NOTICE_SETTINGS, after, me().id)
    return _settings_state(after)


@blueprint.get("/notices")
@hide
async def notices_page() -> ResponseReturnValue:
    """My notices."""
    services, account = current_services(), me()
    hosts = any(
        group.members[account.id].role != "listener" for group in Sight(services, account).viewer.groups.values()
    )
    off = _settings(services, account).off
    duties = {"asks_to_join": hosts, "report": hosts or is_operator(services, account)}
    labels = [(kind, label, kind not in off) for kind, label in rules.LABELS.items() if duties.get(kind, True)]
    state = notices_of(services, account, None, FIRST)
    return await render_template("talk/notices.html", state=state, labels=labels)


def notices_of(services: Services, account: Account, cursor: str | None, limit: int) -> NoticeList:
    """The notices of `account` older than the cursor. Raises StoreError."""
    known, sight = services.notices.get(account.id) or Notices(), Sight(services, account)
    shown = (one for one in sight.shown(known) if cursor is None or one.n < int(cursor))
    items = list(islice(shown, limit + 1))
    return NoticeList(
        items=tuple(items[:limit]),
        next=str(items[limit - 1].n) if len(items) > limit else None,
        unread=sight.unread(known),
    )


def _settings(services: Services, account: Account) -> NoticeSettings:
    return services.store.read(NOTICE_SETTINGS, account.id) or NoticeSettings()


def _settings_state(settings: NoticeSettings) -> NoticeSettingsState:
    return NoticeSettingsState({kind: kind not in settings.off for kind in rules.KINDS})

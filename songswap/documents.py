"""Every document and log of the store: where it lies, what it holds, which process writes it.

What people asked for (written by the server) and what the worker saw are separate documents, so nothing needs a lock.
"""

from typing import Any, Final, Literal, get_args

from songswap.model.cataloguing import CatalogueLoading, CatalogueWish
from songswap.model.guessing import Agreed, Brain, Learnt, Picks
from songswap.model.history import Gap, Play, Polled, TrackName
from songswap.model.imports import Imports, ImportsSeen
from songswap.model.interval import Interval, Ticks
from songswap.model.music import Device, PlayerCommand
from songswap.model.nights import Handed, Happening, Requests
from songswap.model.notices import NoticeKind, Notices, NoticeSettings
from songswap.model.party import Party
from songswap.model.people import Group
from songswap.model.playlists import ListChange, PlaylistsSeen, Renewal, Renewed, Save, Saved, TopSeen
from songswap.model.posts import Erasures, Milestones, ReadUpTo, Row, Wrote
from songswap.model.profiles import Circle, Profile
from songswap.model.reports import AuditRow, Reports
from songswap.model.session import Action, Latency, Night
from songswap.model.sharing import Sharing
from songswap.model.struct import Struct
from songswap.model.tabs import Orders, Tab
from songswap.model.videos import Search, SongLists, SongVideos, VideoWishes, YouTubeSeen
from songswap.store import Document, Log

Standing = Literal["ok", "needs_login", "not_premium", "no_seat"]
EVERY_NOTICE = NoticeSettings(off=get_args(NoticeKind))
"""Nobody is told of anything."""


class Account(Struct, frozen=True):
    """A person who logged in. `spotify_id` is Spotify's `account_id`, or its user id where that is absent."""

    id: str
    spotify_id: str
    user_id: str
    display_name: str
    app: str
    created_at_ms: float
    image_url: str | None = None
    zone: str = "UTC"
    handle: str = ""
    """The name in the person's address here, which nobody else has."""
    spotify_name: str = ""
    spotify_image_url: str | None = None
    """As Spotify has them; `display_name` and `image_url` are those shown, which may be the person's own."""


class Consent(Struct, frozen=True):
    """What a log-in gave us; tokens are sealed. A new log-in makes a new `id`, which overrules older tokens."""

    id: str
    app: str
    granted_at_ms: float
    scopes: tuple[str, ...]
    access_token: str
    expires_at_ms: float
    refresh_token: str


class Browser(Struct, frozen=True, omit_defaults=True):
    """A browser somebody is logged in with; only the hash of its secret is kept.

    A log-in of before `used_at_ms` was written down has 0.0 there, until it is used.
    """

    secret_hash: str
    since_ms: float
    used_at_ms: float = 0.0
    name: str = ""
    """Such as "Firefox on Linux"; no more is kept of what browsers say of themselves."""
    has_host_cookie: bool = False
    """Its cookie has the name that https allows; then it is not taken under the other name."""
    is_doubtful: bool = False
    """It was let in by a pasted address, and nobody has said yet, in another browser, that they did that."""
    was_only: bool = False
    """No other browser was logged in to the account when this one was."""


class Browsers(Struct, frozen=True):
    """Every browser in which somebody is logged in."""

    logged_in: tuple[Browser, ...] = ()


class Wish(Struct, frozen=True):
    """What a person wants: which group to listen in, on which device, how much to trim.

    `join_rev` grows with each "listen here" or "rejoin", `look_rev` with each "look for devices again".
    """

    listening_in: str | None = None
    join_rev: int = 0
    device_id: str | None = None
    device_name: str = ""
    look_rev: int = 0
    trims_ms: dict[str, int] = {}
    """By device id, for pages by browser (`tab:…`): so much earlier it shall play, because it is heard late."""
    tab: str = ""
    """The page the person wants to listen in, instead of on a device; empty for none."""
    follows_volume: bool = False
    """As loud as the host's player; else the person sees to that."""


class Token(Struct, frozen=True):
    """The newest tokens the worker has for consent `consent_id`, sealed; `refresh_token` only if Spotify sent one."""

    consent_id: str
    access_token: str
    expires_at_ms: float
    refresh_token: str | None = None


class AccountSeen(Struct, frozen=True):
    """What the worker saw of an account: may it be used (for `consent_id`), and which devices Spotify reports."""

    consent_id: str
    standing: Standing = "ok"
    message: str = ""
    devices: tuple[Device, ...] = ()
    devices_at_ms: float | None = None
    look_rev: int = 0
    error: str = ""
    until_ms: float | None = None


class Latencies(Struct, frozen=True):
    """What is learned of a person's devices, by device id, of pages by browser (`tab:…`): latencies by kind of command;
    in `preload` whether it goes on to the next track it was given by itself.
    """

    devices: dict[str, dict[PlayerCommand, Latency]] = {}
    preload: dict[str, bool] = {}


class SessionWish(Struct, frozen=True):
    """Whether a session shall run, and the latest clicks (at most 50; the newest last).

    `hours` is how long the calls shall last; `precision_s` the shortest time between two looks at the host's player, or
    None if the host does everything on the page. `lead` is who was asked to lead with the wish number `lead_rev`.
    """

    state: Literal["running", "stopped"] = "stopped"
    session_id: str = ""
    since_ms: float = 0.0
    hours: float = 4.0
    precision_s: float | None = 5.0
    lead: str = ""
    lead_rev: int = 0
    actions: tuple[Action, ...] = ()


class Heartbeat(Struct, frozen=True):
    """The worker is alive: which process, since when, at `beat_at_ms`; jobs that are failing, with their last error."""

    pid: int
    started_at_ms: float
    beat_at_ms: float
    failing: dict[str, str] = {}
    broken: dict[str, str] = {}
    """Why which files of the store can't be read, by their paths in it."""
    polls: bool = False
    """Whether the worker looks for changes, as the file system does not tell of them."""
    unwritten: str = ""
    """Why what the worker sees can't be written down; empty if it can."""


class Call(Struct, frozen=True):
    """One call sent to Spotify (`status` 0), or the hold an answer 429 put on more of them until `until_ms`.

    A hold tells how many calls were `counted` in the window it limits, so that the next one can be foreseen. `up_ms` is
    when it was by the machine's uptime since `boot`, which no setting of its clock moves.
    """

    at_ms: float
    family: str
    app: str
    status: int
    until_ms: float | None = None
    reason: str = ""
    counted: int = 0
    up_ms: float | None = None
    boot: str = ""


class Saves(Struct, frozen=True):
    """By id: a night's is that of its session."""

    wanted: dict[str, Save] = {}


class SavedLists(Struct, frozen=True):
    """By the id of the Save."""

    lists: dict[str, Saved] = {}


class Looks(Struct, frozen=True):
    """What somebody wants Spotify asked for anew: each number grows with each wish."""

    playlists: int = 0
    top: int = 0


class Renewals(Struct, frozen=True):
    """By id."""

    wanted: dict[str, Renewal] = {}


class RenewalsSeen(Struct, frozen=True):
    """By the id of the Renewal."""

    renewals: dict[str, Renewed] = {}


# One of these that can't be read is as if it were not there, unless it says who somebody is, what shall last or whom
# they are to be kept safe from: those are kept, and what must never be guessed is refused.
ACCOUNT = Document("accounts/{}/account.json", Account, "server", when_bad="kept", named_by="id")
CONSENT = Document("accounts/{}/consent.json", Consent, "server", when_bad="kept")
BROWSERS = Document("accounts/{}/browsers.json", Browsers, "server", when_bad="kept")
WISH = Document("accounts/{}/wish.json", Wish, "server", when_bad="kept")
TOKEN = Document("accounts/{}/token.json", Token, "worker", when_bad="kept", timed=True)
ACCOUNT_SEEN = Document("accounts/{}/seen.json", AccountSeen, "worker", passing=True, timed=True)
TAB = Document("accounts/{}/tab.json", Tab, "server", passing=True, timed=True)
ORDERS = Document("accounts/{}/orders.json", Orders, "worker", passing=True, timed=True)
LATENCIES = Document("accounts/{}/latencies.json", Latencies, "worker", passing=True)
SAVES = Document("accounts/{}/saves.json", Saves, "server", when_bad="kept")
SAVED = Document("accounts/{}/saved.json", SavedLists, "worker", when_bad="refused", timed=True)
LOOKS = Document("accounts/{}/looks.json", Looks, "server", flushed=False)
PLAYLISTS = Document("accounts/{}/playlists.json", PlaylistsSeen, "worker", flushed=False)
TOP = Document("accounts/{}/top.json", TopSeen, "worker", flushed=False)
RENEWALS = Document("accounts/{}/renewals.json", Renewals, "server", when_bad="kept")
RENEWED = Document("accounts/{}/renewed.json", RenewalsSeen, "worker", when_bad="refused")
PROFILE = Document("accounts/{}/profile.json", Profile, "server", when_bad="kept", closed=Profile(audience="me"))
CIRCLE = Document("accounts/{}/circle.json", Circle, "server", when_bad="refused")
AGREED = Document("accounts/{}/agreed.json", Agreed, "server", when_bad="kept")
SHARING = Document("accounts/{}/sharing.json", Sharing, "server", when_bad="kept", closed=Sharing(is_paused=True))
IMPORTS = Document("accounts/{}/imports.json", Imports, "server", when_bad="refused")
IMPORTED = Document("accounts/{}/imported.json", ImportsSeen, "worker")
POLLED = Document("accounts/{}/polled.json", Polled, "worker", when_bad="refused", timed=True)
INTERVAL = Document("accounts/{}/interval.json", Interval, "server", timed=True)
TICKS = Document("accounts/{}/ticks.json", Ticks, "worker", passing=True, timed=True)
UPLOAD = "accounts/{}/uploads/{}"
"""A file of listening history as somebody brought it; names are the account and the upload's id. The server writes it,
the worker removes it when nothing more can be got out of it."""
PICTURE = "accounts/{}/pictures/{}.webp"
"""A picture somebody brought, as we wrote it anew; names are the account and the picture's id. The server writes it."""
GROUP_PICTURE = "groups/{}/pictures/{}.webp"
GROUP = Document("groups/{}/group.json", Group, "server", when_bad="kept", named_by="id")
SESSION_WISH = Document("groups/{}/session.json", SessionWish, "server", when_bad="kept", flushed=False, timed=True)
REQUESTS = Document("groups/{}/requests.json", Requests, "server", timed=True)
HANDED = Document("groups/{}/handed.json", Handed, "worker", passing=True, timed=True)
NIGHT = Document("groups/{}/night.json", Night, "worker", passing=True, timed=True)
GROUP_INTERVAL = Document("groups/{}/interval.json", Interval, "server", timed=True)
PICKS = Document("groups/{}/picks.json", Picks, "server", when_bad="kept")
LEARNT = Document("groups/{}/learnt/{}.json", Learnt, "worker")
BRAIN = Document("groups/{}/brains/{}.json", Brain, "worker")
"""Names are the group and the pick, of both."""
PARTY = Document("groups/{}/party.json", Party, "server", timed=True)
GROUP_TICKS = Document("groups/{}/ticks.json", Ticks, "worker", passing=True, timed=True)
CATALOGUE_WISH = Document("catalogue/wanted.json", CatalogueWish, "server", when_bad="kept")
CATALOGUE_LOADING = Document("catalogue/loading.json", CatalogueLoading, "worker", flushed=False)
CATALOGUE_UPLOAD = "catalogue/uploads/{}"
"""A file the operator has brought to be the catalogue. The server writes it, the worker removes it once loaded."""
HEARTBEAT = Document("heartbeat.json", Heartbeat, "worker", passing=True, timed=True)
DIARY = Log("groups/{}/nights/{}.jsonl", Happening, "worker")
"""Names are the group and the session."""
LEDGER = Log("ledger/{}-{}.jsonl", Call)
"""Each process writes its own ledger, one a UTC day, and reads the other's: names are the process and the day."""
PLAYS = Log("accounts/{}/plays/{}-{}.jsonl", Play, "worker", "importer")
"""Names are the account, the source and the UTC month of the play's `at_ms` (2026-11)."""
TRACK_NAMES = Log("accounts/{}/plays/{}.names.jsonl", TrackName, "worker", "importer")
"""Names are the account and the source. A track has another row where its names differ, or more is known of it."""
CHANGES = Log("accounts/{}/renewals/{}.jsonl", ListChange, "worker")
"""What each renewal changed; names are the account and the Renewal."""
_ROW: Any = Row  # a union is no type that `Log` could be told of
WALL: Log[Row] = Log("accounts/{}/posts/{}.jsonl", _ROW, "server")
"""What people wrote on somebody's profile: names are the account, and the number of the page's first post. A row that
changes a post lies on its page; replies lie on that of what they answer."""
GROUP_POSTS: Log[Row] = Log("groups/{}/posts/{}.jsonl", _ROW, "server")
"""The same among a group's posts."""
CHAT: Log[Row] = Log("groups/{}/chat/{}.jsonl", _ROW, "server")
"""The same in a group's chat, where replies lie on the page of their time."""
WROTE = Log("wrote/{}.jsonl", Wrote, "server")
"""Where an account has written. It outlives the account until all of that is erased."""
ERASURES = Document("erasures.json", Erasures, "server", when_bad="refused")
MILESTONES = Document("accounts/{}/milestones.json", Milestones, "server")
NOTICES = Document("accounts/{}/notices.json", Notices, "server")
NOTICE_SETTINGS = Document(
    "accounts/{}/notice-settings.json", NoticeSettings, "server", when_bad="kept", closed=EVERY_NOTICE
)
REPORTS = Document("reports.json", Reports, "server", when_bad="kept")
AUDIT = Log("audit/{}.jsonl", AuditRow, "server")
"""Who did what to whom; the name is the UTC month (202611)."""
READ_UP_TO = Document("accounts/{}/read.json", ReadUpTo, "server")
GAPS = Log("accounts/{}/plays/gaps.jsonl", Gap, "worker", "importer")
VIDEO_WISHES = Document("accounts/{}/videos.json", VideoWishes, "server")
SONG_LISTS = Document("accounts/{}/song-lists.json", SongLists, "worker", flushed=False)
SONG_VIDEOS = Document("videos/{}.json", SongVideos, "worker")
"""The name is the key of the song: a search for it is one for everybody."""
SEARCHES = Log("youtube/{}.jsonl", Search, "worker")
"""The name is the day at YouTube, which begins at midnight Pacific Time (20261126)."""
YOUTUBE_SEEN = Document("youtube.json", YouTubeSeen, "worker", timed=True)
KINDS: Final = tuple(kind for kind in vars().copy().values() if isinstance(kind, Document | Log))
"""All of the above."""

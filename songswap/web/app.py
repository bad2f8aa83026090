"""Config, store and clock in; the whole web application out."""

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from quart import Quart, Response, request

from songswap import __version__
from songswap.clock import Clock
from songswap.config import Config
from songswap.documents import Account
from songswap.reccobeats import ReccoBeatsClient
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.links import PAGES
from songswap.spotify.oauth import OAuth
from songswap.spotify.transport import open_http
from songswap.store import Store, StoreError, receipts
from songswap.vault import open_vault
from songswap.web import docs
from songswap.web.account import account, erasure, export, login
from songswap.web.discovery import create, create_saving, songs
from songswap.web.group import group_events
from songswap.web.groups import group_directory, groups, invites
from songswap.web.guess import game, guess
from songswap.web.history import history_api, history_export, imports
from songswap.web.home import home, pages
from songswap.web.insights import insights_api, insights_pages, match_page, scope_list, sharing
from songswap.web.kit import (
    access,
    cookies,
    edge,
    errors,
    forget_gone,
    live_socket,
    plotly,
    refusals,
    request_body,
    secret_links,
)
from songswap.web.kit.metrics import Metrics
from songswap.web.kit.operators import is_operator
from songswap.web.kit.security_headers import link_headers, security_headers
from songswap.web.kit.services import EXTENSION, Services
from songswap.web.moderation import reports
from songswap.web.operator import health, operator, operator_catalogue
from songswap.web.people import accounts
from songswap.web.playlists import library, list_sources, playlists, renewals
from songswap.web.profiles import blocking, people_pages, people_search, pictures, profiles
from songswap.web.search import search
from songswap.web.session import devices, night_pages, requests, screen, session, trim, web_player
from songswap.web.talk import chat, feed, milestones, notice_pages, post_stream, posts_api
from songswap.web.talk.notices import look_at_login, unread_of
from songswap.web.timer import timer
from songswap.web.videos import videos

STATIC = Path(__file__).resolve().parents[2] / "static"
LARGEST_BODY = 64 * 1024
BODY_S = 15
"""Until a body of the usual size has to be there."""


def create_app(config: Config, store: Store, clock: Clock) -> Quart:
    """The application over `store`. Its `extensions["songswap"]` is a Services. Raises StoreError."""
    app = Quart("songswap.web", static_folder=str(STATIC), root_path=str(Path(__file__).parent))
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["BODY_TIMEOUT"] = BODY_S
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    gate = Gate(store, clock, config.spotify.daily_calls)
    services = Services(
        config=config,
        store=store,
        clock=clock,
        vault=open_vault(config.server.secret_key, store.root),
        gate=gate,
        metrics=Metrics(store, clock, gate, config.spotify),
    )
    app.extensions[EXTENSION] = services
    docs.register(app, __version__, cookies.name_of(config, cookies.SESSION))
    _register_features(app)
    _connect(app, services)
    _finish_answers(app, services)
    _share_with_templates(app, services)
    return app


def _register_features(app: Quart) -> None:
    errors.register(app)
    access.register(app)
    refusals.register(app)
    request_body.register(app)
    edge.register(app)
    plotly.register(app)
    features = (
        pages, login, account, export, devices, groups, invites, session, requests,
        search, night_pages, screen, trim, web_player, history_api, imports, history_export,
        sharing, scope_list, library, list_sources, renewals, playlists,
        create, create_saving, timer,
        posts_api, home, post_stream, live_socket, chat, feed,
        profiles, people_pages, pictures, group_directory, people_search,
        blocking, reports, notice_pages, operator,
        guess, game, songs, operator_catalogue,
        videos,
        group_events, health, plotly, docs,
    )  # fmt: skip
    for feature in features:
        app.register_blueprint(feature.blueprint)
    app.register_blueprint(match_page.blueprint)
    insights_pages.register(app)
    app.register_blueprint(insights_api.blueprint)
    app.register_blueprint(insights_api.shared)


def _connect(app: Quart, services: Services) -> None:
    """Open the way to Spotify's log-in for as long as the app serves."""

    @app.while_serving
    async def spotify() -> AsyncGenerator[None, None]:
        services.inbox.sweep(services.clock.now_ms())
        accounts.tell_apart(services.store)
        secret_links.seal_old(services)
        services.errands.send(erasure.erase(services))
        services.errands.send(milestones.watch(services))
        services.errands.send(forget_gone.watch(services))
        pictures.sweep(services)
        services.errands.send(services.survey.run())
        async with open_http() as http:
            config = services.config
            gate, clock = services.gate, services.clock
            services.oauth = OAuth(http, config.spotify.accounts_url, config.server.redirect_uri, gate, clock)
            services.reccobeats = ReccoBeatsClient(http, config.reccobeats.api_url, clock)
            services.client = Client(http, config.spotify.api_url, gate, clock)
            yield
        await services.errands.drop()
        services.columns.close()
        services.catalogue.close()


def _finish_answers(app: Quart, services: Services) -> None:
    """Put on every answer what keeps browsers from doing what we never asked for, and count it."""
    headers = security_headers(services.config)

    @app.after_request
    async def finish(response: Response) -> Response:
        try:
            await receipts.all_down()  # nobody is told that something is done which a power cut would undo
        except StoreError as error:
            response = await errors.handle(error)
        if request.url_rule and "secret" in request.url_rule.arguments:
            response.headers.update(link_headers(request.endpoint or ""))
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        route = request.url_rule.rule if request.url_rule else "none"
        services.metrics.count(request.method, route, response.status_code)
        return response


def _share_with_templates(app: Quart, services: Services) -> None:
    app.jinja_env.globals["spotify_pages"] = PAGES

    @app.context_processor
    def shared() -> dict[str, object]:
        person = access.who()
        return {
            "person": person,
            "banner": _banner(services, person) if person else None,
            "now_ms": services.clock.now_ms(),
            "unread_notices": _unread(services, person) if person else 0,
            "has_videos": bool(services.config.youtube.api_key),
            "is_operator": person is not None and is_operator(services, person),
        }


def _unread(services: Services, person: Account) -> int:
    try:
        with contextlib.suppress(StoreError):
            look_at_login(services, person)
        return unread_of(services, person)
    except StoreError:
        return 0  # as below


def _banner(services: Services, person: Account) -> account.Banner | None:
    try:
        return account.banner_for(services, person)
    except StoreError:
        return None  # the page that says so has to be shown

"""What a post carries along: music at Spotify it links to, or a chart of one's own listening as it is now."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from msgspec import Meta

from songswap.columns.figures.top import Top, TopItem, TopKind, top
from songswap.core.insights import periods
from songswap.documents import Account
from songswap.model.posts import Card, ChartRow, Place, Post
from songswap.spotify.links import SpotifyLink, link_in
from songswap.web.insights.figure_request import FigureQuery, FigureRequest
from songswap.web.insights.insights_access import Scope, reader_of
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body
from songswap.web.kit.services import Services
from songswap.web.people.spotify_calls import ask_spotify
from songswap.web.talk import post_commands

BARS: Final = 5
TOP_WORDS: Final[dict[TopKind, str]] = {
    "tracks": "Top tracks",
    "artists": "Top artists",
    "albums": "Top albums",
    "genres": "Top genres",
}


class ChartAsked(Body, frozen=True):
    """Which chart of my listening: what is at its top, over the last `days` (all there is if null)."""

    kind: TopKind
    days: Annotated[int, Meta(ge=1, le=3660)] | None = 28
    by: Literal["plays", "minutes"] = "plays"


class Attach(Body, frozen=True):
    """What a post carries along: a link (or uri) to a track, album, artist or playlist at Spotify, or a chart."""

    link: Annotated[str, Meta(max_length=300)] | None = None
    chart: ChartAsked | None = None


async def card_of(services: Services, account: Account, attach: Attach) -> Card:
    """What is attached; of a link only where it leads, as far as that is not known. Raises ProblemError (400)."""
    if (attach.link is None) == (attach.chart is None):
        raise ProblemError(400, "invalid", "Attach a link or a chart, one of the two.")
    if attach.chart is not None:
        return await _chart(services, account, attach.chart)
    card = card_in(services, attach.link or "")
    if card is None:
        raise ProblemError(400, "invalid", "Attach the link of a track, album, artist or playlist at Spotify.")
    return card


def card_in(services: Services, text: str) -> Card | None:
    """The first thing at Spotify that `text` links to; its title is empty where it is not known."""
    link = link_in(text)
    if link is None:
        return None
    return services.cards.get(link.url) or _found_lately(services, link) or Card(link.kind, link.url, "")


def resolve_later(services: Services, account: Account, place: Place, post: Post) -> None:
    """Show with a post what it links to, as soon as that is known."""
    if post.removed_by is not None or (post.card is not None and post.card.title):
        return
    card = post.card or card_in(services, post.text)
    if card is None:
        return
    if card.title:
        post_commands.put_card(services, place, post, card)
    else:
        services.errands.send(_resolve(services, account, place, post, card))


async def _resolve(services: Services, account: Account, place: Place, post: Post, card: Card) -> None:
    try:
        known = await _from_spotify(services, account.id, card)
    except ProblemError:
        return  # the link in the text, or the card without a title, leads there as well
    services.cards.keep(known)
    post_commands.put_card(services, place, post, known)


async def _from_spotify(services: Services, account: str, card: Card) -> Card:
    name = card.href.rpartition("/")[2]
    match card.kind:
        case "track":
            track = await ask_spotify(services, account, lambda bearer: services.music.track(bearer, name))
            return Card("track", card.href, track.name, ", ".join(track.artists), track.cover_url)
        case "album":
            album = await ask_spotify(services, account, lambda bearer: services.music.album(bearer, name))
            return Card("album", card.href, album.name, ", ".join(album.artists), album.cover_url)
        case "artist":
            artist = await ask_spotify(services, account, lambda bearer: services.music.artist(bearer, name))
            return Card("artist", card.href, artist.name, "", artist.image_url)
        case _:
            playlist = await ask_spotify(services, account, lambda bearer: services.music.playlist(bearer, name))
            return Card("playlist", card.href, playlist.name, playlist.owner_name, playlist.cover_url)


def _found_lately(services: Services, link: SpotifyLink) -> Card | None:
    track = services.finds.track(link.uri, services.clock.up_ms())
    return Card("track", link.url, track.name, ", ".join(track.artists), track.cover_url) if track else None


async def _chart(services: Services, account: Account, asked: ChartAsked) -> Card:
    today = periods.day_of(services.clock.now_ms(), periods.zone_of(account.zone))
    first = today - timedelta(days=asked.days - 1) if asked.days else None
    data = FigureQuery(first=first, last=today if first else None, by=asked.by)
    asking = FigureRequest(services, reader_of(services, account), Scope((account.id,), with_private=False))
    found = await asking.find(partial(top, kind=asked.kind, limit=BARS), Top, await asking.question(data))
    if not found.items:
        raise ProblemError(409, "nothing_heard", "Nothing was heard in that time, so there is no chart to attach.")
    when = f"the last {asked.days} days" if asked.days and asked.days > 1 else "today" if asked.days else "all time"
    days = {"from": first.isoformat(), "to": today.isoformat()} if first else {}
    return Card(
        kind="chart",
        href=f"/insights/people/{account.id}" + (f"?{urlencode(days)}" if days else ""),
        title=f"{TOP_WORDS[asked.kind]}, {when}",
        rows=tuple(ChartRow(_name(item), item.plays if asked.by == "plays" else item.minutes) for item in found.items),
        unit=asked.by,
    )


def _name(item: TopItem) -> str:
    if item.track:
        return f"{item.track.title} – {item.track.artist}"
    known = item.artist or item.album
    return known.name if known else item.genre or "Genre unknown"

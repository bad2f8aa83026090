"""Pages of what people listened to: whose, of when, counted how; what is private, what may be missing."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from songswap.core.history.name_folding import recording_hash
from songswap.simulator import World
from songswap.web.insights.insights_text import UNBROKEN
from tests.columns.shelves import Shelved, Stored, named, shelve
from tests.web.friends import Friends, make_friends, play
from tests.web.site import Browser, Site, group_of, open_site

ALL = "/insights?period=all"
PAGES = (
    "/insights?period=all",
    "/insights/top/tracks?period=all",
    "/insights/year/2026",
    "/insights/everybody?period=all",
)


async def text_of(browser: Browser, path: str, status: int = 200) -> str:
    """What is to be read on a page, with blanks that may break."""
    response = await browser.get(path)
    text = await response.get_data(as_text=True)
    assert response.status_code == status, text
    readable = re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.DOTALL)
    return unescape(" ".join(readable.split())).replace(UNBROKEN, " ")


def tile(name: str, text: str) -> str:
    """What a tile says."""
    found = re.search(rf"\b{name}(, at least)? ((?:\d[\d,]*)(?: (?:h|min))?(?: \d+ min)?)", text)
    assert found, text
    return found[2] if not found[1] else f"≥ {found[2]}"


def charts_in(text: str) -> list[tuple[str, str, Any]]:
    """The charts of a page: their ids, their summaries, their figures."""
    return [
        (name, unescape(summary), msgspec.json.decode(figure))
        for name, summary, figure in re.findall(
            r'<figure class="chart card" id="([^"]+)" data-chart>.*?-words">(.*?)</p>'
            r'.*?<script type="application/json">(.*?)</script>',
            text,
            re.DOTALL,
        )
    ]


# Mine


async def test_my_page_shows_what_i_heard(friends: Friends) -> None:
    text = await text_of(friends.ada, ALL)
    assert tile("Plays", text) == "3"
    assert tile("Artists", text) == "1"
    assert "Your listening" in text
    assert "Everything since 1 January 2026" in text
    assert "One Aiko" in text
    assert "2 of 3 plays" not in text
    assert "Days are those of UTC" in text


async def test_each_chart_has_its_words_and_a_table_of_the_same(friends: Friends) -> None:
    text = await friends.ada.text(ALL)
    charts = charts_in(text)
    names = {"over-time", "week-hours", "day-hours", "calendar", "sessions", "genres"}
    assert {name for name, _, _ in charts} == names
    assert all(summary for _, summary, _ in charts)
    assert text.count("<summary>As a table</summary>") == len(names)
    bars = next(figure for name, _, figure in charts if name == "over-time")["data"][0]["y"]
    rows = re.findall(r'<th scope="row"><a [^>]*>[^<]*</a></th><td class="number">([\d,]+)</td>', text)
    assert [str(bar) for bar in bars] == rows[: len(bars)]
    assert sum(bars) == 3


async def test_a_genre_nobody_knows_is_shown_as_unknown(friends: Friends) -> None:
    text = await text_of(friends.ada, "/insights/top/genres?period=all&rule=all")
    assert "pop 3" in text
    assert "unknown 1" in text


@pytest.mark.parametrize(
    ("query", "plays"),
    [
        ("period=all", "3"),
        ("period=all&rule=all", "4"),
        ("period=all&rule=finished", "3"),
        ("period=month&at=2026-01-20", "2"),
        ("period=year", "3"),
        ("from=2026-03-02&to=2026-03-02", "1"),
        ("period=custom&from=2026-03-01&to=2026-03-31", "1"),
        ("period=year&from=2026-03-02&to=2026-03-02&at=", "3"),  # what a form sends along is left out
        ("period=all&at=2026-01-20&zone=&by=minutes", "3"),
    ],
)
async def test_the_address_says_what_is_shown(friends: Friends, query: str, plays: str) -> None:
    assert tile("Plays", await text_of(friends.ada, f"/insights?{query}")) == plays


async def test_the_controls_show_what_the_address_says(friends: Friends) -> None:
    text = await friends.ada.text("/insights?period=month&at=2026-03-09&by=minutes&rule=all&week_start=sunday")
    assert '<option value="month" selected>' in text
    assert 'name="by" value="minutes" checked' in text
    assert '<option value="all" selected>Every play, however short' in text
    assert '<option value="sunday" selected>' in text
    assert "March 2026" in text
    for way, at in (("earlier", "2026-02-28"), ("later", "2026-04-01")):
        (href,) = re.findall(rf'href="([^"]+)" data-swap id="{way}"', text)
        asked = dict(parse_qsl(urlsplit(unescape(href)).query))
        assert asked == {"period": "month", "at": at, "by": "minutes", "rule": "all", "week_start": "sunday"}


async def test_nobody_is_led_to_where_there_is_nothing(friends: Friends) -> None:
    first = await friends.ada.text("/insights?period=month&at=2026-01-09")
    last = await friends.ada.text("/insights?period=month")
    assert 'id="earlier"' not in first
    assert 'id="later"' in first
    assert 'id="later"' not in last


async def test_the_change_since_the_period_before_is_told(friends: Friends) -> None:
    text = await text_of(friends.ada, "/insights?period=month&at=2026-03-09")
    assert "There is nothing to compare with: February 2026 has no plays." in text
    text = await text_of(friends.ada, "/insights?from=2026-02-01&to=2026-03-03&rule=all")
    assert "as before" in text
    assert "Compared with the 31 days before (1 – 31 January 2026)." in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=never", "period"),
        ("from=yesterday", "date"),
        ("period=custom", "from=2026-01-01"),
        ("from=2026-02-02&to=2026-02-01", "before it begins"),
        ("zone=Atlantis", "Atlantis"),
        ("colour=red", "colour"),
    ],
)
async def test_an_address_that_does_not_fit_is_refused_in_words(friends: Friends, query: str, words: str) -> None:
    assert words in await text_of(friends.ada, f"/insights?{query}", 400)


async def test_who_has_no_history_is_told_what_to_do(site: Site) -> None:
    text = await text_of(await site.log_in("dario"), "/insights")
    assert "Your history begins here" in text
    assert "Import your history" in text


async def test_a_time_without_plays_leads_to_where_there_are_some(friends: Friends) -> None:
    text = await text_of(friends.ada, "/insights?from=2020-01-01&to=2020-01-31")
    assert "Nothing was heard in this time" in text
    assert "There is history from 1 January 2026 to 2 March 2026" in text
    assert "March 2026 Everything" in text


async def test_names_from_files_are_text(site: Site) -> None:
    browser = await site.log_in("ada")
    artist, title = "<script>alert(1)</script>", "{{ 7 * 7 }} </script>"
    row = play("2026-03-02T12:00", artist, title, "")
    shelve(site.store.root, Stored({browser.account: Shelved((row,), (named(artist, title),))}))
    for path in (ALL, "/insights/year/2026", "/insights/top/artists?period=all"):
        text = await browser.text(path)
        assert "<script>alert" not in text
        assert "49" not in re.findall(r"<a [^>]*>([^<]*)</a>", text)
        assert "&lt;script&gt;alert(1)" in text


# What may be missing


async def test_figures_over_a_gap_are_at_least_and_the_gap_is_named(friends: Friends) -> None:
    text = await text_of(friends.bob, ALL)
    assert tile("Plays", text) == "≥ 2"
    assert tile("Time", text).startswith("≥ ")
    assert "Plays may be missing from one stretch of time, so figures are “at least”." in text
    assert "2 February 2026, 00:00 – 3 February 2026, 00:00: more was played than Spotify remembers" in text
    assert "Import it" in text
    assert "at least" not in await text_of(friends.bob, "/insights?period=month&at=2026-03-01")


async def test_a_group_is_at_least_where_one_of_them_is(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    text = await text_of(friends.ada, f"/groups/{friends.group}/insights?period=all")
    assert tile("Plays", text) == "≥ 4"
    assert "Import it" not in text  # it is not the reader's to do


# Others


async def test_somebody_is_seen_by_those_they_share_with_and_nobody_else(friends: Friends) -> None:
    path = f"/insights/people/{friends.bob.account}?period=all"
    assert "share" in await text_of(friends.ada, path, 404)
    await friends.share(friends.bob, groups=[friends.group])
    text = await text_of(friends.ada, path)
    assert "Bob’s listening" in text
    assert tile("Plays", text) == "≥ 2"
    assert "share" in await text_of(friends.cleo, path, 404)


async def test_plays_in_private_sessions_are_for_oneself(friends: Friends) -> None:
    await friends.share(friends.ada, everybody=True)
    assert tile("Plays", await text_of(friends.ada, ALL)) == "3"
    assert tile("Plays", await text_of(friends.bob, f"/insights/people/{friends.ada.account}?period=all")) == "2"
    assert "2 March" not in await text_of(friends.bob, f"/insights/people/{friends.ada.account}/year/2026")


async def test_my_own_page_among_other_peoples_is_mine(friends: Friends) -> None:
    response = await friends.ada.get(f"/insights/people/{friends.ada.account}")
    assert (response.status_code, response.headers["Location"]) == (302, "/insights")


async def test_a_group_shows_those_who_agreed_and_me(friends: Friends) -> None:
    path = f"/groups/{friends.group}/insights?period=all"
    alone = await text_of(friends.ada, path)
    assert tile("Plays", alone) == "2"
    assert "1 member of the group does not share with it" in alone
    assert "Together" not in alone
    await friends.share(friends.bob, groups=[friends.group])
    text = await text_of(friends.ada, path)
    assert tile("Plays", text) == "≥ 4"
    assert "What Friday night listens to" in text
    assert "does not share" not in text
    assert "Together" in text
    assert "Aiko is heard by" in text
    assert "Ada brought them on 1 January 2026. Bob followed 31 days later (1 play)." in text
    assert (await friends.cleo.get(path)).status_code == 404


async def test_a_group_in_which_nobody_shares_says_what_to_do(friends: Friends) -> None:
    dario = await friends.site.log_in("dario")
    group = await group_of(dario, name="Quiet ones")
    text = await text_of(dario, f"/groups/{group}/insights")
    assert "Nobody’s listening is here yet" in text
    assert "Share my listening" in text


async def test_everybody_here_are_those_who_agreed_and_me(friends: Friends) -> None:
    assert tile("Plays", await text_of(friends.cleo, "/insights/everybody?period=all")) == "1"
    await friends.share(friends.bob, everybody=True)
    assert tile("Plays", await text_of(friends.cleo, "/insights/everybody?period=all")) == "≥ 3"


async def test_the_people_one_may_look_at_are_offered_with_the_same_period(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    text = await friends.ada.text("/insights?period=year&by=minutes")
    offered = re.search(r'<nav class="scopes".*?</nav>', text, re.DOTALL)
    assert offered
    kept = "?by=minutes&amp;period=year"
    for base in ("/insights/everybody", f"/groups/{friends.group}/insights", f"/insights/people/{friends.bob.account}"):
        assert f'href="{base}{kept}"' in offered[0] or f'href="{base}?period=year&amp;by=minutes"' in offered[0]
    assert friends.cleo.account not in offered[0]


# How alike two listen


async def test_a_match_tells_how_much_and_why(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    text = await text_of(friends.ada, f"/insights/match/{friends.bob.account}?rule=all")
    assert "You and Bob" in text
    assert "83 %" in text  # Ada 2 of 3 by Aiko, 1 by Bent; Bob 1 of 2 each
    assert "2 artists and 2 tracks in common" in text
    assert "Aiko brings you closest." in text
    teaser = await text_of(friends.ada, f"/insights/people/{friends.bob.account}?period=all&rule=all")
    assert "83 % How alike you and Bob listen" in teaser


async def test_a_match_needs_that_the_other_shares(friends: Friends) -> None:
    assert (await friends.ada.get(f"/insights/match/{friends.bob.account}")).status_code == 404
    assert (await friends.ada.get(f"/insights/match/{friends.ada.account}")).headers["Location"] == "/insights"


async def test_nothing_heard_is_no_match_and_says_so(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    text = await text_of(friends.ada, f"/insights/match/{friends.bob.account}?from=2020-01-01&to=2020-12-31")
    assert "nothing to compare" in text


# One artist, album, track; lists


async def test_an_artist_an_album_and_a_track_have_pages_of_their_own(friends: Friends) -> None:
    listed = await friends.ada.text(ALL)
    for kind, title in (("artists", "Aiko"), ("albums", "First"), ("tracks", "One")):
        (path,) = set(re.findall(rf'href="(/insights/{kind}/[0-9a-f]+)[^"]*">{title}<', listed))
        text = await text_of(friends.ada, path)
        assert title in text
        assert tile("Plays", text) == "3"
        assert "First heard 1 January 2026" in text
        assert "Last heard 2 March 2026" in text
        assert "Spotify" in text


async def test_a_groups_track_tells_who_hears_it(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    listed = await friends.ada.text(f"/groups/{friends.group}/insights?period=all")
    found = re.search(r'href="(/groups/\w+/insights/tracks/[0-9a-f]+)[^"]*">One<', listed)
    assert found
    assert "Ada most: 2 plays" in await text_of(friends.ada, found[1])


@pytest.mark.parametrize(
    "path", ["artists/nonsense", "tracks/0123456789abcdef", "top/songs", "year/20x6", "year/00000"]
)
async def test_what_is_not_there_is_not_found(friends: Friends, path: str) -> None:
    assert (await friends.ada.get(f"/insights/{path}")).status_code == 404


async def test_what_was_only_skipped_has_a_page_if_every_play_counts(friends: Friends) -> None:
    listed = await friends.ada.text(ALL)
    (path,) = re.findall(r'href="(/insights/tracks/[^"]+)">Two<', listed)
    assert tile("Plays", await text_of(friends.ada, unescape(path))) == "1"
    assert "Count every play" in await text_of(friends.ada, unescape(path).replace("rule=all", "rule=30s"), 404)


async def test_something_not_heard_in_this_time_keeps_its_page(friends: Friends) -> None:
    track = f"{recording_hash('Aiko', 'One') & 0xFFFF_FFFF_FFFF_FFFF:016x}"
    text = await text_of(friends.ada, f"/insights/tracks/{track}?from=2020-01-01&to=2020-01-31")
    assert "Not heard in this time" in text
    assert "Look at everything" in text


async def test_long_lists_go_page_by_page(site: Site) -> None:
    browser = await site.log_in("ada")
    rows = tuple(
        play(f"2026-03-{1 + number // 24:02d}T{number % 24:02d}:00", f"Artist {number:02d}", "One", "")
        for number in range(60)
    )
    names = tuple(named(f"Artist {number:02d}", "One") for number in range(60))
    shelve(site.store.root, Stored({browser.account: Shelved(rows, names)}))
    first = await browser.text("/insights/top/artists?period=all")
    (after,) = re.findall(r'href="([^"]+)">Places after<', first)
    second = await browser.text(unescape(after))
    told = [re.findall(r">(Artist \d\d)</a>\s*<svg", text) for text in (first, second)]
    assert [len(names) for names in told] == [50, 10]
    assert len({*told[0], *told[1]}) == 60
    assert "Places before" in second
    assert "Places after" not in second
    assert "The list ends before." in await browser.text("/insights/top/artists?period=all&start=500")
    assert (await browser.get("/insights/top/artists?start=-1")).status_code == 400


# A year to show around


async def test_a_year_has_a_page_to_show_around(friends: Friends) -> None:
    text = await text_of(friends.ada, "/insights/year/2026")
    for words in (
        "Ada’s year in music",
        "Artist of the year Aiko",
        "Song of the year One",
        "3 plays of 1 track by 1 artist",
    ):
        assert words in text
    assert "The first song One Aiko · 1 January 2026, 00:30" in text
    assert "Nobody but you can open this page" in text


async def test_a_year_without_plays_leads_to_one_with_some(friends: Friends) -> None:
    text = await text_of(friends.ada, "/insights/year/2019")
    assert "No plays in 2019" in text
    assert "Show 2026" in text


async def test_my_year_offers_my_secret_link_to_me_alone(friends: Friends) -> None:
    state = await friends.share(friends.ada, link=True, everybody=True)
    link = f"{state['link_url']}/year/2026"
    assert link in await friends.ada.text("/insights/year/2026")
    secret = state["link_url"].rsplit("/", 1)[1]
    assert secret not in await friends.bob.text(f"/insights/people/{friends.ada.account}/year/2026")
    path = link.removeprefix(friends.site.config.server.url)
    assert "Ada’s year in music" in await text_of(friends.site.browser(), path)


# By a secret link


async def test_a_secret_link_shows_one_persons_pages_without_a_log_in(friends: Friends) -> None:
    state = await friends.share(friends.ada, link=True)
    base = state["link_url"].removeprefix(friends.site.config.server.url)
    stranger = friends.site.browser()
    text = await stranger.text(f"{base}?period=all")
    shown = await text_of(stranger, f"{base}?period=all")
    assert "Ada’s listening" in shown
    assert tile("Plays", shown) == "2"  # without the private one
    inside = {unescape(path) for path in re.findall(r'href="(/[^"#]*)', text)} - {"/", "/privacy", "/docs"}
    ours = {path for path in inside if not path.startswith(("/static/", "/plotly/"))}
    assert ours
    assert all(path.startswith(base) for path in ours)
    for path in sorted(ours):
        assert (await stranger.get(path)).status_code == 200
    assert "/history" not in await stranger.text(f"{base}/year/2026")


async def test_a_link_taken_back_or_guessed_opens_nothing(friends: Friends) -> None:
    state = await friends.share(friends.ada, link=True)
    base = state["link_url"].removeprefix(friends.site.config.server.url)
    stranger = friends.site.browser()
    assert "not valid" in await text_of(stranger, f"/shared/{friends.ada.account}/guessed", 404)
    assert (await stranger.get(f"/shared/{friends.bob.account}/{base.rsplit('/', 1)[1]}")).status_code == 404
    await friends.share(friends.ada, link=False)
    for path in ("", "/year/2026", "/top/tracks"):
        assert (await stranger.get(base + path)).status_code == 404


# What browsers may load, and samples


async def test_pages_with_charts_allow_style_and_nothing_else_from_within(friends: Friends) -> None:
    for path in PAGES:
        response = await friends.ada.get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self' 'unsafe-inline';" in policy
        assert "frame-src" not in policy
        text = await response.get_data(as_text=True)
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", text) == []
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)
        assert "data-sample" not in text


@pytest.fixture
async def with_samples(tmp_path: Path, world: World) -> AsyncIterator[Friends]:
    async with open_site(tmp_path / "store", world, embed=True) as site:
        yield await make_friends(site)


async def test_samples_are_there_where_the_operator_allows_them(with_samples: Friends) -> None:
    browser = with_samples.ada
    response = await browser.get(ALL)
    assert response.headers["Content-Security-Policy"].endswith("frame-src https://open.spotify.com")
    text = await response.get_data(as_text=True)
    assert f'data-sample="{"a" * 22}"' in text
    assert "<iframe" not in text
    assert "frame-src" not in (await browser.get("/account")).headers["Content-Security-Policy"]


async def test_covers_lead_back_to_spotify(site: Site) -> None:
    browser = await site.log_in("ada")
    cover = "https://i.scdn.co/image/1"
    known = named("Aiko", "One", "First", track_id="a" * 22, cover_url=cover)
    shelve(site.store.root, Stored({browser.account: Shelved((play("2026-03-02T12:00"),), (known,))}))
    text = await browser.text("/insights/top/tracks?period=all")
    assert re.search(rf'href="https://open.spotify.com/track/{"a" * 22}"[^>]*><img src="{cover}"', text)
    assert 'rel="noreferrer"' in text


async def test_everybody_who_is_logged_in_finds_history_and_insights(friends: Friends) -> None:
    text = await friends.cleo.text("/")
    assert re.search(r'<a href="/history">History</a>\s*<a href="/insights">Insights</a>', text)
    assert "/insights" not in await friends.site.browser().text("/")
    assert 'href="/insights" aria-current="page"' in await friends.cleo.text("/insights")
    assert f"/groups/{friends.group}/insights" in await friends.ada.text(f"/groups/{friends.group}")

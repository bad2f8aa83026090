"""What people listened to, as they look at it: another period, a drawing and its table, a link for strangers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, Route, expect

from songswap.columns.build import build
from songswap.documents import PLAYS, TRACK_NAMES
from songswap.model.history import Play, TrackName
from songswap.store import Store
from songswap.web.insights.insights_text import long_day, month
from tests.browser.people import Street, create_group, invite_link
from tests.browser.test_game_night import fits_its_window
from tests.processes import Installation, an_installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

DAYS = 70
SONGS = [(f"song{number:018d}", f"Song {number}", f"Artist {number % 4}") for number in range(12)]
TODAY = datetime.now(UTC).date()


@dataclass(frozen=True)
class Heard:
    """Ada and Bob, who have listened for weeks and share it with their group; the group's page, Ada's secret link."""

    ada: Page
    accounts: dict[str, str]
    group: str
    link: str


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Server and Spotify, with samples allowed. There is no worker, for it would add to what was heard."""
    with an_installation(tmp_path_factory.mktemp("songswap")) as running:
        config = running.config.read_text(encoding="utf-8")
        running.config.write_text(f"{config}[features]\nembed = on\n", encoding="utf-8")
        running.start_spotify()
        running.start_server()
        yield running


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """What the first test has set up."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def heard(street: Street, known: dict[str, str]) -> Heard:
    """Ada's window, on the start page."""
    ada = await street.person("Ada")
    if not known:
        bob = await street.person("Bob")
        await create_group(ada, "Friday night")
        await bob.goto(await invite_link(ada))
        await bob.get_by_role("button", name="Join the group").click()
        await expect(bob).to_have_url(re.compile("/groups/"))
        known["group"] = bob.url.rsplit("/", 1)[1]
        for number, page in enumerate((ada, bob)):
            account = (await (await page.request.get("/api/me")).json())["id"]
            known[("ada", "bob")[number]] = account
            listen(street.installation, account, every=number + 1)
            wish = {"groups": [known["group"]], "link": True}
            state = await (await page.request.put("/api/me/sharing", data=wish)).json()
            known.setdefault("link", state["link_url"])
    return Heard(ada, known, known["group"], known["link"])


def listen(installation: Installation, account: str, every: int) -> None:
    """Have an account heard something at noon of every so-manieth day, not always as much."""
    importer = Store(installation.store, "importer")
    for ago in range(1, DAYS, every):
        noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=ago)
        for number in range(1 + ago % len(SONGS)):
            at = noon + timedelta(minutes=4 * number)
            play = Play(round(at.timestamp() * 1000), SONGS[number][0], 200_000, reason_end="trackdone", skipped=False)
            importer.append(PLAYS, play, account, "export", f"{at:%Y-%m}", durable=False)
    names = [TrackName(one, title, artist, f"Album of {artist}", duration_ms=200_000) for one, title, artist in SONGS]
    importer.extend(TRACK_NAMES, names, account, "export")
    build(installation.store, account)


async def insights(page: Page, path: str = "/insights") -> Page:
    """A page of insights, with all of its drawings."""
    await page.goto(path)
    await drawn(page)
    return page


async def drawn(page: Page) -> None:
    """Wait for the drawings."""
    await expect(page.locator(".plot.drawn").first).to_be_visible()
    await expect(page.locator(".plot:not(.drawn)")).to_have_count(0)


def month_shown(page: Page) -> Locator:
    """Which month the page is about; on the first of a month nothing is left to head its figures with."""
    return page.locator(".turn strong")


def plays(page: Page) -> Locator:
    """The tile that tells how many plays there were."""
    return page.locator(".tiles > div").filter(has_text="Plays").locator("dd")


async def mark(page: Page) -> None:
    """Leave something in the window that a reload would take away."""
    await page.evaluate("window.wasHere = true")


async def is_marked(page: Page) -> bool:
    return bool(await page.evaluate("window.wasHere === true"))


def plays_in(first: date, last: date) -> int:
    """How many plays Ada has from one day to another."""
    days = ((TODAY - timedelta(days=ago), ago) for ago in range(1, DAYS))
    return sum(1 + ago % len(SONGS) for day, ago in days if first <= day <= last)


async def test_another_period_is_shown_in_place_and_the_back_button_leads_back(heard: Heard) -> None:
    page = await insights(heard.ada)
    await mark(page)
    last30 = str(plays_in(TODAY - timedelta(days=29), TODAY))
    await expect(plays(page)).to_contain_text(last30)
    await page.get_by_label("Period").select_option("Last 7 days")
    await expect(page.get_by_role("heading", name="Last 7 days")).to_be_visible()
    await expect(plays(page)).to_contain_text(str(plays_in(TODAY - timedelta(days=6), TODAY)))
    await expect(page).to_have_url(re.compile(r"/insights\?.*period=last7"))
    await drawn(page)
    await page.get_by_label("Period").select_option("Month")
    await page.get_by_role("link", name="The month before").click()
    before = TODAY.replace(day=1) - timedelta(days=1)
    await expect(month_shown(page)).to_have_text(month(before))
    await expect(page).to_have_url(re.compile(rf"at={before}"))
    await page.go_back()
    await expect(month_shown(page)).to_have_text(month(TODAY))
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Last 30 days")).to_be_visible()
    await expect(plays(page)).to_contain_text(last30)
    assert await is_marked(page)
    assert await fits_its_window(page)


async def test_a_shared_address_shows_the_same(heard: Heard, street: Street) -> None:
    ada = await insights(heard.ada, f"/groups/{heard.group}/insights")
    await ada.get_by_label("Period").select_option("Everything")
    await ada.get_by_text("More", exact=True).click()
    await ada.get_by_label("Which plays count").select_option("Every play, however short")
    await expect(ada).to_have_url(re.compile("period=all.*rule=all"))
    await expect(ada.get_by_label("Which plays count")).to_be_visible()
    told = await plays(ada).inner_text()
    bob = await street.person("Bob", "phone")
    await insights(bob, ada.url)
    await expect(plays(bob)).to_have_text(told)
    await expect(bob.get_by_role("heading", name="Together")).to_be_visible()
    assert await fits_its_window(bob)


async def test_plays_or_time_by_the_keyboard_alone(heard: Heard) -> None:
    page = await insights(heard.ada)
    await mark(page)
    choice = page.get_by_role("radio", name="Plays")
    await choice.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page).to_have_url(re.compile("by=minutes"))
    await expect(page.get_by_role("radio", name="Time")).to_be_focused()
    await drawn(page)
    await expect(page.locator("#over-time th").nth(1)).to_have_text("Time")
    await expect(page.get_by_role("status").first).to_have_text("Last 30 days")
    assert await is_marked(page)


async def test_days_are_typed_without_losing_ones_place(heard: Heard) -> None:
    page = await insights(heard.ada)
    await page.get_by_label("Period").select_option("From … to …")
    first = TODAY - timedelta(days=50)
    await expect(page.get_by_label("From", exact=True)).to_be_focused()
    await page.get_by_label("From", exact=True).fill(f"{first}")
    await expect(page).to_have_url(re.compile(rf"period=custom.*from={first}&to={TODAY}"))
    await expect(plays(page)).to_contain_text(str(plays_in(first, TODAY)))
    await expect(page.get_by_label("From", exact=True)).to_be_focused()


async def test_a_drawing_has_a_table_beside_it_and_both_lead_to_the_day(heard: Heard) -> None:
    page = await insights(heard.ada)
    chart = page.locator("#over-time")
    await expect(chart.get_by_role("img", name="Over time")).to_be_visible()
    await chart.get_by_text("As a table").focus()
    await page.keyboard.press("Enter")
    yesterday = TODAY - timedelta(days=1)
    row = chart.get_by_role("row").filter(has_text=long_day(yesterday))
    await expect(row).to_contain_text("2")
    await chart.get_by_text("As a table").click()
    bar = await chart.locator(".bars .point").nth(28).bounding_box()
    assert bar
    await page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    await expect(chart.locator(".hoverlayer")).to_contain_text(f"{long_day(yesterday)}: 2 plays")
    await page.mouse.down()
    await page.mouse.up()
    await expect(page).to_have_url(re.compile(rf"from={yesterday}&to={yesterday}"))
    await expect(plays(page)).to_contain_text("2")


async def test_every_drawing_has_words_and_a_table(heard: Heard) -> None:
    page = await insights(heard.ada, f"/groups/{heard.group}/insights?period=all")
    names = await page.locator("[data-chart]").evaluate_all("charts => charts.map(chart => chart.id)")
    assert {"over-time", "week-hours", "day-hours", "calendar", "sessions", "common-artists", "common-tracks"} <= set(
        names
    )
    for name in names:
        chart = page.locator(f"#{name}")
        await expect(chart.locator("figcaption p")).not_to_be_empty()
        await chart.get_by_text("As a table").click()
        assert await chart.get_by_role("row").count() > 1
        await expect(chart.locator("svg.main-svg").first).to_be_visible()
    assert await fits_its_window(page)


async def test_drawings_follow_the_light(heard: Heard) -> None:
    page = await insights(heard.ada)
    bar = page.locator("#over-time .bars .point path").first
    light = await bar.evaluate("path => getComputedStyle(path).fill")
    await page.emulate_media(color_scheme="dark")
    await expect(bar).not_to_have_css("fill", light)


async def test_one_sample_plays_at_a_time_and_only_when_asked_for(heard: Heard) -> None:
    page = heard.ada
    asked: list[str] = []

    async def spotify(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(body="<p>A sample</p>", content_type="text/html")

    await page.context.route("https://open.spotify.com/**", spotify)
    await insights(page)
    assert asked == []
    await page.get_by_role("button", name="Play a sample of Song 0").first.click()
    player = page.frame_locator("iframe")
    await expect(player.get_by_text("A sample")).to_be_visible()
    await page.get_by_role("button", name="Play a sample of Song 1", exact=True).first.click()
    await expect(page.locator("iframe")).to_have_count(1)
    await expect(page.locator("iframe")).to_have_attribute("src", re.compile(SONGS[1][0]))
    await page.get_by_role("button", name="Close the player").click()
    await expect(page.locator("iframe")).to_have_count(0)
    await expect(page.get_by_role("button", name="Play a sample of Song 1", exact=True).first).to_be_focused()
    assert [url.rsplit("/", 1)[1] for url in asked] == [SONGS[0][0], SONGS[1][0]]


async def test_the_year_of_a_secret_link_opens_for_a_stranger_on_a_phone(heard: Heard, street: Street) -> None:
    stranger = await street.stranger("phone")
    year = (TODAY - timedelta(days=1)).year
    await insights(stranger, f"{heard.link}/year/{year}")
    await expect(stranger.get_by_role("heading", level=1)).to_have_text(str(year))
    await expect(stranger.get_by_text("Ada’s year in music")).to_be_visible()
    await expect(stranger.get_by_role("link", name="History")).to_have_count(0)
    assert await fits_its_window(stranger)
    await stranger.get_by_role("link", name=f"{year} in every detail").click()
    await expect(stranger).to_have_url(re.compile(f"{re.escape(heard.link)}.*period=year"))
    await stranger.get_by_role("link", name="Artist 0").first.click()
    await expect(stranger.get_by_role("heading", level=1)).to_have_text("Artist 0")
    await drawn(stranger)
    assert await fits_its_window(stranger)


async def test_the_link_to_show_around_can_be_copied(heard: Heard) -> None:
    page = await insights(heard.ada, f"/insights/year/{(TODAY - timedelta(days=1)).year}")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy link").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert (await page.evaluate("navigator.clipboard.readText()")).startswith(heard.link)


async def test_two_people_see_how_alike_they_listen(heard: Heard) -> None:
    page = await insights(heard.ada, f"/insights/people/{heard.accounts['bob']}")
    await page.get_by_role("link", name="How alike you and Bob listen").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("You and Bob")
    await drawn(page)
    await expect(page.locator(".huge")).to_have_text(re.compile(r"^\d+\s%$"))
    await expect(page.get_by_role("img", name="Artists you share")).to_be_visible()
    assert await fits_its_window(page)


async def test_a_lost_connection_is_said_and_the_next_try_works(heard: Heard, street: Street) -> None:
    page = await insights(heard.ada)
    street.may_be_refused("/insights")
    await page.context.route("**/insights?*", lambda route: route.abort())
    await page.get_by_label("Period").select_option("Last 7 days")
    await expect(page.get_by_role("alert").filter(has_text="The connection to SongSwap is lost.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Last 30 days")).to_be_visible()
    await page.context.unroute("**/insights?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="Last 7 days")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text="lost")).to_be_hidden()


async def test_without_the_drawing_library_the_tables_are_open(heard: Heard, street: Street) -> None:
    street.may_be_refused("/plotly/")
    await heard.ada.context.route("**/plotly/**", lambda route: route.abort())
    await heard.ada.goto("/insights")
    chart = heard.ada.locator("#over-time")
    await expect(chart.get_by_text("The drawing could not be made; the table has all of it.")).to_be_visible()
    await expect(chart.get_by_role("table")).to_be_visible()


async def test_without_javascript_everything_is_there_in_words_and_tables(heard: Heard) -> None:
    browser = heard.ada.context.browser
    assert browser
    cookies = await heard.ada.context.storage_state()
    base = heard.ada.url.split("/insights")[0].rstrip("/")
    context: BrowserContext = await browser.new_context(
        java_script_enabled=False, storage_state=cookies, base_url=base, viewport={"width": 390, "height": 844}
    )
    page = await context.new_page()
    await page.goto("/insights")
    await expect(page.locator(".plot").first).to_be_hidden()
    await page.locator("#over-time").get_by_text("As a table").click()
    await expect(page.locator("#over-time").get_by_role("table")).to_be_visible()
    await page.get_by_label("Period").select_option("Everything")
    await page.get_by_role("radio", name="Time").check(force=True)
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("heading", name=re.compile("Everything since"))).to_be_visible()
    await expect(page).to_have_url(re.compile("period=all.*by=minutes"))
    await context.close()

"""What the page of one's listening history shows: what is kept, with which gaps, and how recording stands."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from songswap.columns.build import build
from songswap.config import History
from songswap.documents import CONSENT, GAPS, HEARTBEAT, IMPORTED, POLLED, Heartbeat, Standing
from songswap.model.history import Gap, Polled
from songswap.model.imports import Imported, ImportsSeen, Problem
from songswap.store import Store
from tests.web.friends import ms
from tests.web.history.test_history_export import SCROBBLES, bring_in, extended
from tests.web.history.test_imports import brought
from tests.web.kit.test_event_stream import Feed
from tests.web.site import HOST, Browser, Site, content, page

URL = "/api/me/history"


@asynccontextmanager
async def feed_of(browser: Browser) -> AsyncIterator[Feed]:
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookie_jar)
    async with browser.client.request(f"{URL}/events", headers={"Host": HOST, "Cookie": cookie}) as connection:
        await connection.send_complete()
        yield Feed(connection)
        await connection.disconnect()


async def recording(browser: Browser) -> Any:
    return (await browser.json(URL))["recording"]


async def test_a_history_begins_empty(site: Site) -> None:
    browser = await site.log_in("ada")
    history = await browser.json(URL)
    assert (history["plays"], history["from_ms"], history["to_ms"]) == (0, None, None)
    assert history["sources"] == history["gaps"] == history["imports"] == []
    assert "Nothing yet." in await page(await browser.get("/history"))


async def test_each_source_is_shown_with_its_rows_by_month(site: Site, tmp_path: Path) -> None:
    browser = await site.log_in("ada")
    bring_in(
        site,
        browser,
        tmp_path,
        history=extended("2024-03-01T12:00", "2024-03-09T12:00", "2024-05-31T12:00"),
        scrobbles=SCROBBLES,
    )
    history = await browser.json(URL)
    assert history["plays"] == 5
    assert [(one["source"], one["rows"], one["months"]) for one in history["sources"]] == [
        ("export", 3, {"2024-03": 2, "2024-05": 1}),
        ("lastfm", 2, {"2023-11": 2}),
    ]
    assert history["sources"][0]["title"] == "Spotify’s extended history"
    assert (history["from_ms"], history["to_ms"]) == (1_700_000_000_000, ms("2024-05-31T12:00"))


async def test_gaps_are_told_in_words_and_pauses_apart(site: Site, tmp_path: Path) -> None:
    browser = await site.log_in("ada")
    bring_in(site, browser, tmp_path, scrobbles=SCROBBLES)
    gaps = [Gap(1_000, 2_000, "missed"), Gap(5_000, 6_000, "paused")]
    Store(site.store.root, "importer").extend(GAPS, gaps, browser.account)
    build(site.store.root, browser.account)
    told = [(one["from_ms"], one["is_paused"], one["words"]) for one in (await browser.json(URL))["gaps"]]
    assert told == [(1_000, False, "more was played than Spotify remembers"), (5_000, True, "recording was paused")]


async def test_nobody_sees_the_history_of_somebody_else(site: Site, tmp_path: Path) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    bring_in(site, ada, tmp_path, scrobbles=SCROBBLES)
    await brought(ada)
    history = await bob.json(URL)
    assert (history["plays"], history["sources"], history["imports"]) == (0, [], [])


@pytest.mark.parametrize(
    ("imported", "progress", "words"),
    [
        (None, "waiting", "Waits for its turn"),
        (Imported(1, "working", 0.0, read=45, size=200), "working", "Reading: 22 %"),
        (
            Imported(1, "working", 0.0, read=200, size=200, made=1, years=3),
            "working",
            "Making figures of it: 1 of 3 years",
        ),
        (Imported(1, "done", 0.0), "done", "Done"),
        (Imported(1, "failed", 0.0, error="It is damaged."), "failed", "It is damaged."),
        (Imported(1, "failed", 0.0), "failed", "That did not work. Try again."),
    ],
)
async def test_the_course_of_an_import_is_told_in_words(
    site: Site, imported: Imported | None, progress: str, words: str
) -> None:
    browser = await site.log_in("ada")
    now_ms = site.clock.now_ms()
    site.worker.write(HEARTBEAT, Heartbeat(1, now_ms, now_ms))
    item = await brought(browser)
    if imported:
        site.worker.write(IMPORTED, ImportsSeen({item["id"]: imported}), browser.account)
    (shown,) = (await browser.json(URL))["imports"]
    assert (shown["progress"], shown["words"]) == (progress, words)


async def test_every_row_of_an_import_is_accounted_for(site: Site) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser)
    problem = Problem("a.zip: b.json", 7, "names no track")
    done = Imported(1, "done", 0.0, kept=4, duplicates=3, podcasts=2, unreadable=1, problems=(problem,), others=("x",))
    site.worker.write(IMPORTED, ImportsSeen({item["id"]: done}), browser.account)
    (shown,) = (await browser.json(URL))["imports"]
    assert shown["total"] == shown["kept"] + shown["duplicates"] + shown["podcasts"] + shown["unreadable"] == 10
    assert shown["problems"] == [{"file": "a.zip: b.json", "line": 7, "why": "names no track"}]
    assert shown["others"] == ["x"]


async def test_a_silent_worker_is_told_of_where_something_waits_for_it(site: Site) -> None:
    browser = await site.log_in("ada")
    await brought(browser)
    history = await browser.json(URL)
    assert not history["is_worker_alive"]
    assert "worker is silent" in history["imports"][0]["words"]


async def test_recording_is_on_unless_something_is_in_the_way(site: Site) -> None:
    browser = await site.log_in("ada")
    site.worker.write(POLLED, Polled(polled_at_ms=5.0, next_at_ms=9.0, newest_ms=3), browser.account)
    shown = await recording(browser)
    assert (shown["is_paused"], shown["trouble"], shown["needs_login"]) == (False, "", False)
    assert (shown["asked_at_ms"], shown["next_at_ms"], shown["newest_ms"]) == (5.0, 9.0, 3)


async def test_what_keeps_the_worker_from_recording_is_told(site: Site) -> None:
    browser = await site.log_in("ada")
    site.worker.write(POLLED, Polled(error="Spotify asks to wait.", why="limited"), browser.account)
    assert (await recording(browser))["trouble"] == "Spotify asks to wait."


@pytest.mark.parametrize(
    ("standing", "words", "needs_login"),
    [("needs_login", "log in with Spotify again", True), ("no_seat", "User Management", False)],
)
async def test_trouble_with_the_account_keeps_from_recording(
    site: Site, standing: Standing, words: str, needs_login: bool
) -> None:
    browser = await site.log_in("ada")
    site.seen(browser, standing=standing)
    shown = await recording(browser)
    assert words in shown["trouble"]
    assert shown["needs_login"] == needs_login


async def test_a_log_in_without_the_right_to_it_can_not_record_until_there_is_a_new_one(site: Site) -> None:
    browser = await site.log_in("ada")
    site.worker.write(POLLED, Polled(error="Log in again.", why="needs_login"), browser.account)
    assert (await recording(browser))["trouble"] == ""
    consent = site.store.read(CONSENT, browser.account)
    assert consent
    site.store.write(CONSENT, msgspec.structs.replace(consent, scopes=()), browser.account)
    shown = await recording(browser)
    assert (shown["trouble"], shown["needs_login"]) == ("Log in again.", True)


async def test_a_pause_is_no_trouble(site: Site) -> None:
    browser = await site.log_in("ada")
    site.seen(browser, standing="needs_login")
    await content(await browser.put("/api/me/sharing", {"is_paused": True}))
    shown = await recording(browser)
    assert (shown["is_paused"], shown["trouble"]) == (True, "")


async def test_an_operator_who_records_nothing_is_told_of(site: Site) -> None:
    browser = await site.log_in("ada")
    site.services.config = dataclasses.replace(site.config, history=History(poll_minutes=0))
    assert "switched recording off" in (await recording(browser))["trouble"]


async def test_the_page_hears_of_each_change(site: Site) -> None:
    browser = await site.log_in("ada")
    async with feed_of(browser) as feed:
        assert (await feed.state())["imports"] == []
        item = await brought(browser)
        assert [one["id"] for one in (await feed.state())["imports"]] == [item["id"]]
        site.worker.write(IMPORTED, ImportsSeen({item["id"]: Imported(1, "done", 0.0, kept=1)}), browser.account)
        assert [one["kept"] for one in (await feed.state())["imports"]] == [1]


async def test_the_page_hears_that_its_browser_was_logged_out(site: Site) -> None:
    browser = await site.log_in("ada")
    async with feed_of(browser) as feed:
        await feed.state()
        await browser.post("/logout")
        name, _, data = await feed.event()
        assert (name, data) == ("gone", {"reason": "logged_out"})
        await feed.end()

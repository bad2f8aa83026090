"""Bringing a history, seeing what is kept, sharing it, taking it along and deleting it: as people do it."""

import json
import random
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.people import Street, create_group
from tests.browser.test_game_night import fits_its_window
from tests.core.history.formats.files import an_extended_row

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

ROWS = 12_000
SPOILT = 3
PODCASTS = 5
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=730)


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Two years of plays."""
    rng = random.Random(1)
    at = BEGAN
    for _ in range(count):
        at += timedelta(seconds=rng.uniform(0.1, 1.9) * 730 * 86_400 / count)
        number = rng.randrange(300)
        yield an_extended_row(
            ts=f"{at:%Y-%m-%dT%H:%M:%SZ}",
            ms_played=rng.randrange(20_000, 240_000),
            master_metadata_track_name=f"Song {number}",
            master_metadata_album_artist_name=f"Artist {number % 40}",
            spotify_track_uri=f"spotify:track:{number:022}",
        )


def a_zip(path: Path, count: int = ROWS) -> Path:
    """What Spotify sends: history with some podcasts in two files, and something else."""
    told = [json.dumps(row) for row in rows(count)]
    spoken = an_extended_row(
        spotify_track_uri=None,
        master_metadata_track_name=None,
        episode_name="A talk",
        spotify_episode_uri="spotify:e:1",
    )
    told += [json.dumps(spoken)] * PODCASTS + ['{"ts": "yesterday", "ms_played": 1}'] * SPOILT
    half = len(told) // 2
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate((told[:half], told[half:])):
            archive.writestr(
                f"Spotify Extended Streaming History/Streaming_History_Audio_{number}.json", f"[{','.join(part)}]"
            )
        archive.writestr("Spotify Extended Streaming History/ReadMeFirst.pdf", b"%PDF-1.4")
    return path


def import_of(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Files you brought").get_by_role("listitem").filter(has_text=name).first


def source_of(page: Page, title: str) -> Locator:
    return page.get_by_role("list", name="Sources").get_by_role("listitem").filter(has_text=title)


async def history_page(street: Street, name: str = "Ada", phone: bool = False) -> Page:
    page = await street.person(name, "phone" if phone else "desk")
    await page.goto("/history")
    await expect(page.get_by_role("heading", name="Your listening history")).to_be_visible()
    return page


async def bring(page: Page, *paths: Path) -> None:
    await page.get_by_label("Choose files").set_input_files(list(paths))


async def is_done(page: Page, name: str) -> Locator:
    row = import_of(page, name)
    await expect(row).to_contain_text("Done")
    return row


async def test_a_zip_is_imported_with_progress_and_every_row_accounted_for(street: Street, tmp_path: Path) -> None:
    page = await history_page(street)
    await expect(page.get_by_text("Nothing yet.")).to_be_visible()
    news = page.get_by_role("status").filter(has_text="my_spotify_data.zip")
    await bring(page, a_zip(tmp_path / "my_spotify_data.zip"))
    row = import_of(page, "my_spotify_data.zip")
    await expect(row.get_by_role("progressbar", name="my_spotify_data.zip")).to_be_visible()
    await is_done(page, "my_spotify_data.zip")
    total = ROWS + PODCASTS + SPOILT
    await expect(row).to_contain_text(
        f"{ROWS:,} kept + 0 there already + {PODCASTS} podcasts + {SPOILT} unreadable = {total:,} rows"
    )
    await expect(news).to_contain_text(f"Done. {ROWS:,} plays kept")
    await row.get_by_text("What could not be read: 3 rows").click()
    await expect(row.get_by_role("listitem").first).to_contain_text(
        re.compile(r"Streaming_History_Audio_1\.json, line \d")
    )
    await expect(row).to_contain_text("No history, and left alone: ReadMeFirst.pdf")
    await expect(source_of(page, "Spotify’s extended history")).to_contain_text(f"{ROWS:,}rows")
    await expect(page.get_by_text(re.compile(r"12,\d\d\d plays since"))).to_be_visible()
    assert await fits_its_window(page)


async def test_the_same_file_again_changes_nothing(street: Street, tmp_path: Path) -> None:
    page = await history_page(street)
    await bring(page, a_zip(tmp_path / "again.zip"))
    row = await is_done(page, "again.zip")
    await expect(row).to_contain_text(f"0 kept + {ROWS:,} there already")
    await expect(source_of(page, "Spotify’s extended history")).to_contain_text(f"{ROWS:,}rows")


async def test_several_files_come_one_after_the_other_and_a_wrong_one_is_told_apart(
    street: Street, tmp_path: Path
) -> None:
    page = await history_page(street, "Bob", phone=True)
    street.may_be_refused("/api/me/history/imports")
    (tmp_path / "scrobbles.csv").write_text("uts,artist,track\n1700000000,Aiko,One\n", encoding="utf-8")
    (tmp_path / "listens.jsonl").write_text(
        '{"listened_at": 1700009000, "track_metadata": {"artist_name": "Aiko", "track_name": "Two"}}\n',
        encoding="utf-8",
    )
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    await bring(page, *(tmp_path / name for name in ("scrobbles.csv", "cat.png", "listens.jsonl")))
    await expect(import_of(page, "cat.png")).to_contain_text("cat.png is no listening history.")
    await is_done(page, "scrobbles.csv")
    await is_done(page, "listens.jsonl")
    await expect(source_of(page, "Last.fm")).to_contain_text("1row")
    await expect(source_of(page, "ListenBrainz")).to_contain_text("1row")
    await page.get_by_role("button", name="Take off the list: cat.png").click()
    await expect(page.get_by_text("cat.png is no listening history")).to_be_hidden()
    await expect(page.get_by_role("list", name="Files you brought").locator(".import")).to_have_count(2)
    assert await fits_its_window(page)


async def test_files_can_be_dropped_on_the_page(street: Street) -> None:
    page = await history_page(street, "Bob")
    files = await page.evaluate_handle(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["uts,artist,track\\n1700090000,Aiko,Three\\n"], "dropped.csv"));
            return files;
        }"""
    )
    for event in ("dragenter", "dragover", "drop"):
        await page.dispatch_event("#drop", event, {"dataTransfer": files})
    await is_done(page, "dropped.csv")


async def test_an_import_is_stopped_and_started_again(street: Street, tmp_path: Path) -> None:
    page = await history_page(street, "Cleo")
    await bring(page, a_zip(tmp_path / "long.zip", 60_000))
    row = import_of(page, "long.zip")
    await expect(row).to_contain_text("Reading: ")
    await page.get_by_role("button", name="Stop: long.zip").click()
    await expect(row).to_contain_text("Stopped. What was kept stays")
    await page.get_by_role("button", name="Start again: long.zip").click()
    await is_done(page, "long.zip")
    await expect(row).to_contain_text(f"= {60_000 + PODCASTS + SPOILT:,} rows")
    await expect(source_of(page, "Spotify’s extended history")).to_contain_text("60,000rows")


async def test_the_keyboard_alone_is_enough(street: Street, tmp_path: Path) -> None:
    page = await history_page(street, "Bob")
    page.on("filechooser", lambda _: None)  # from now on, no window of the system opens
    await page.get_by_role("checkbox", name="Everybody who is logged in here").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Everybody who is logged in here sees your listening")).to_be_visible()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Nobody but you sees your listening")).to_be_visible()
    await page.get_by_label("Choose files").focus()
    async with page.expect_file_chooser() as chooser:
        await page.keyboard.press("Enter")
    (tmp_path / "by-hand.csv").write_text("uts,artist,track\n1700095000,Aiko,Four\n", encoding="utf-8")
    await (await chooser.value).set_files(tmp_path / "by-hand.csv")
    await is_done(page, "by-hand.csv")


@pytest.mark.parametrize(
    ("kind", "name"), [("JSON Lines", "listening-history.jsonl"), ("CSV", "listening-history.csv")]
)
async def test_everything_can_be_taken_along(street: Street, tmp_path: Path, kind: str, name: str) -> None:
    page = await history_page(street)
    async with page.expect_download() as download:
        await page.get_by_role("link", name=kind, exact=True).click()
    file = await download.value
    assert file.suggested_filename == name
    await file.save_as(tmp_path / name)
    lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if "Homogenic" in line]) == ROWS


async def test_sharing_is_off_at_first_and_each_choice_is_kept(street: Street) -> None:
    page = await street.person("Ada")
    await create_group(page, "Listeners")
    await page.goto("/history")
    sharing = page.get_by_role("region", name="Who may see it")
    await expect(sharing).to_contain_text("Only you")
    await sharing.get_by_role("checkbox", name="The people of Listeners").check()
    await expect(sharing.get_by_role("status")).to_contain_text("One group sees your listening")
    await page.reload()
    await expect(sharing.get_by_role("checkbox", name="The people of Listeners")).to_be_checked()
    await sharing.get_by_role("checkbox", name="The people of Listeners").uncheck()
    await expect(sharing.get_by_role("status")).to_contain_text("Nobody but you")


async def test_a_secret_link_is_made_replaced_and_taken_back(street: Street) -> None:
    page = await history_page(street)
    sharing = page.get_by_role("region", name="Who may see it")
    link = sharing.get_by_label("The link shows your listening without a log-in")
    await sharing.get_by_role("checkbox", name="Whoever has a secret link").check()
    await expect(link).to_have_value(re.compile("/shared/"))
    first = await link.input_value()
    await sharing.get_by_role("button", name="New link").click()
    await expect(link).not_to_have_value(first)
    await expect(sharing.get_by_role("status")).to_contain_text("the old one shows nothing any more")
    await sharing.get_by_role("checkbox", name="Whoever has a secret link").uncheck()
    await expect(link).to_be_hidden()
    await expect(sharing).to_contain_text("Only you")


async def test_recording_is_paused_and_goes_on(street: Street) -> None:
    page = await history_page(street)
    recording = page.get_by_role("region", name="Recording")
    await recording.get_by_role("button", name="Pause recording").click()
    await expect(recording).to_contain_text("Nothing you play is recorded")
    await page.reload()
    await recording.get_by_role("button", name="Record again").click()
    await expect(recording).to_contain_text("What you play on Spotify is recorded")


async def test_week_and_rule_are_kept(street: Street) -> None:
    page = await history_page(street)
    await page.get_by_label("A week begins on").select_option("Sunday")
    await page.get_by_label("A play counts if it was").select_option("heard to the end")
    await page.wait_for_load_state("networkidle")
    await page.reload()
    await expect(page.get_by_label("A week begins on")).to_have_value("sunday")
    await expect(page.get_by_label("A play counts if it was")).to_have_value("finished")


async def test_one_source_goes_and_the_others_stay(street: Street) -> None:
    page = await history_page(street, "Bob")
    await expect(source_of(page, "ListenBrainz")).to_be_visible()
    await page.get_by_role("button", name="Delete: Last.fm").click()
    dialog = page.get_by_role("dialog", name="Delete what Last.fm told?")
    await expect(dialog).to_contain_text("deleted for good")
    await dialog.get_by_role("button", name="Keep it").click()
    await expect(source_of(page, "Last.fm")).to_be_visible()
    await page.get_by_role("button", name="Delete: Last.fm").click()
    await dialog.get_by_role("button", name="Delete").click()
    await expect(dialog).to_be_hidden()
    await expect(source_of(page, "Last.fm")).to_be_hidden()
    await expect(source_of(page, "ListenBrainz")).to_contain_text("1row")


async def test_all_of_it_goes(street: Street) -> None:
    page = await history_page(street)
    await page.get_by_role("button", name="Delete all of it").click()
    dialog = page.get_by_role("dialog", name="Delete your whole listening history?")
    await expect(dialog).to_contain_text(re.compile(r"12,\d\d\d rows of (one source|2 sources), the gaps"))
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("Nothing yet.")).to_be_visible()
    await expect(import_of(page, "my_spotify_data.zip")).to_be_hidden()
    await expect(page.get_by_role("link", name="CSV", exact=True)).to_be_hidden()

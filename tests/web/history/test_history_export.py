"""The whole history as a file, and its deletion."""

import json
from pathlib import Path

import pytest

from songswap.columns.archives import look
from songswap.columns.build import build
from songswap.columns.importer import Importer
from songswap.documents import IMPORTED, IMPORTS, PLAYS
from songswap.model.imports import Forget, Imports, ImportsSeen
from songswap.store import Store
from tests.core.history.formats.files import an_extended_row
from tests.web.history.test_imports import brought, files, wishes
from tests.web.site import Browser, Site, content, refusal

URL = "/api/me/history"
SCROBBLES = b"uts,artist,track\n1700000000,Aiko,One\n1700000300,Aiko,Two\n"


def bring_in(site: Site, browser: Browser, folder: Path, **contents: bytes) -> None:
    """Import files as the worker would."""
    paths = [(folder / name, name) for name in contents]
    for path, name in paths:
        path.write_bytes(contents[name])
    importer = Importer(Store(site.store.root, "importer"), browser.account)
    importer.run(look(paths), lambda *_: None)
    build(site.store.root, browser.account)


def extended(*moments: str) -> bytes:
    return json.dumps([an_extended_row(ts=f"{moment}:00Z") for moment in moments]).encode()


@pytest.mark.parametrize(
    ("form", "kind", "name"),
    [
        ("jsonl", "application/jsonl", "listening-history.jsonl"),
        ("csv", "text/csv", "listening-history.csv"),
        ("listenbrainz", "application/jsonl", "listens.jsonl"),
    ],
)
async def test_an_export_imported_by_somebody_else_gives_the_same_history(
    site: Site, tmp_path: Path, form: str, kind: str, name: str
) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    bring_in(site, ada, tmp_path, history=extended("2024-03-01T12:00", "2024-12-31T23:59"), scrobbles=SCROBBLES)
    response = await ada.get(f"{URL}/export?format={form}")
    assert response.status_code == 200
    assert response.mimetype == kind
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    bring_in(site, bob, tmp_path, export=await response.get_data(as_text=False))
    for source, month in (("export", "2024-03"), ("export", "2024-12"), ("lastfm", "2023-11")):
        rows = list(site.store.rows(PLAYS, ada.account, source, month))
        assert rows
        assert list(site.store.rows(PLAYS, bob.account, source, month)) == rows


async def test_an_empty_history_is_an_empty_file(site: Site) -> None:
    browser = await site.log_in("ada")
    response = await browser.get(f"{URL}/export")
    assert (response.status_code, await response.get_data(as_text=False)) == (200, b"")


async def test_a_format_that_is_none_is_refused(site: Site) -> None:
    browser = await site.log_in("ada")
    assert await refusal(await browser.get(f"{URL}/export?format=xlsx"), 400) == "invalid"


async def test_one_export_runs_at_a_time_and_the_next_may_follow(site: Site) -> None:
    browser = await site.log_in("ada")
    site.services.taking_out.add(browser.account)
    assert await refusal(await browser.get(f"{URL}/export"), 409) == "one_at_a_time"
    site.services.taking_out.clear()
    for _ in range(2):
        assert (await browser.get(f"{URL}/export")).status_code == 200
    assert site.services.taking_out == set()


async def test_logs_that_can_not_be_read_are_said_before_the_download_begins(site: Site) -> None:
    browser = await site.log_in("ada")
    folder = site.store.root / "accounts" / browser.account / "plays" / "export.names.jsonl"
    folder.mkdir(parents=True)
    assert await refusal(await browser.get(f"{URL}/export"), 503) == "store_unavailable"
    assert site.services.taking_out == set()


async def test_one_source_is_to_be_forgotten(site: Site, tmp_path: Path) -> None:
    browser = await site.log_in("ada")
    bring_in(site, browser, tmp_path, history=extended("2024-03-01T12:00"), scrobbles=SCROBBLES)
    await brought(browser)
    shown = await content(await browser.delete(f"{URL}/sources/lastfm"), 202)
    assert {one["source"]: one["is_going"] for one in shown["sources"]} == {"export": False, "lastfm": True}
    imports = site.store.read(IMPORTS, browser.account)
    assert imports
    assert [one.source for one in imports.forgets] == ["lastfm"]
    assert len(files(site, browser)) == len(imports.uploads) == 1


async def test_forgetting_everything_calls_off_imports_and_removes_their_files(site: Site, tmp_path: Path) -> None:
    browser = await site.log_in("ada")
    bring_in(site, browser, tmp_path, history=extended("2024-03-01T12:00"))
    await brought(browser)
    shown = await content(await browser.delete(URL), 202)
    assert shown["is_going"]
    assert [one["is_going"] for one in shown["sources"]] == [True]
    assert files(site, browser) == []
    assert wishes(site, browser) == ()


async def test_a_deletion_that_is_done_is_not_shown_as_under_way(site: Site) -> None:
    browser = await site.log_in("ada")
    site.store.write(IMPORTS, Imports(forgets=(Forget("all", None, 1.0),)), browser.account)
    assert (await browser.json(URL))["is_going"]
    site.worker.write(IMPORTED, ImportsSeen(forgotten={"all": ""}), browser.account)
    assert not (await browser.json(URL))["is_going"]
    site.worker.write(IMPORTED, ImportsSeen(forgotten={"all": "The disk is full."}), browser.account)
    assert (await browser.json(URL))["failure"] == "The disk is full."


@pytest.mark.parametrize("source", ["vinyl", "..", "x" * 70])
async def test_a_source_that_is_none_is_not_found(site: Site, source: str) -> None:
    browser = await site.log_in("ada")
    assert (await browser.delete(f"{URL}/sources/{source}")).status_code in {404, 405}

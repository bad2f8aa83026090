"""Bringing files of listening history: whatever is sent, it becomes a wish of the worker's, or a clear refusal."""

import asyncio
import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from songswap import beside
from songswap.core.history.imports import MOST_LISTED
from songswap.documents import IMPORTED, IMPORTS
from songswap.model.imports import Imported, Imports, ImportsSeen, Upload
from songswap.web.kit import request_body, uploads
from tests.core.history.formats.files import an_extended_row
from tests.web.kit.test_bad_input import full_disk
from tests.web.site import HOST, Browser, Site, content, refusal

URL = "/api/me/history/imports"
HISTORY = json.dumps([an_extended_row()]).encode()
BOUNDARY = "a-boundary"


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.json", data)
    return file.getvalue()


def form(data: bytes, name: str = "Streaming_History_Audio_2024_1.json", end: str = "--\r\n") -> bytes:
    """What a browser sends for a file."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    return f"{head}Content-Type: application/json\r\n\r\n".encode() + data + f"\r\n--{BOUNDARY}{end}".encode()


async def bring(browser: Browser, data: bytes = HISTORY, **named: str) -> Any:
    """Send a file; the answer."""
    return await send(browser, form(data, **named))


async def send(browser: Browser, data: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> Any:
    return await browser.open("POST", URL, data=data, headers={"Content-Type": kind})


async def brought(browser: Browser, data: bytes = HISTORY, **named: str) -> dict[str, Any]:
    """Send a file that is taken; its import."""
    item: dict[str, Any] = await content(await bring(browser, data, **named), 202)
    return item


def files(site: Site, browser: Browser) -> list[Path]:
    return sorted((site.store.root / "accounts" / browser.account / "uploads").glob("*"))


def wishes(site: Site, browser: Browser) -> tuple[Upload, ...]:
    return (site.store.read(IMPORTS, browser.account) or Imports()).uploads


def see(site: Site, browser: Browser, upload: str, imported: Imported) -> None:
    """Have the worker see what became of an import."""
    site.worker.write(IMPORTED, ImportsSeen({upload: imported}), browser.account)


async def test_a_file_becomes_a_wish_of_the_worker(site: Site) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser)
    (wish,) = wishes(site, browser)
    (file,) = files(site, browser)
    assert (wish.id, wish.name, wish.size, wish.rev) == (file.name, item["name"], len(HISTORY), 1)
    assert file.read_bytes() == HISTORY
    assert (item["name"], item["progress"]) == ("Streaming_History_Audio_2024_1.json", "waiting")


async def test_a_file_that_takes_too_long_to_look_into_is_refused_and_nothing_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CHECK_LIMIT_S", 0.0)
    browser = await site.log_in("ada")
    said = await content(await bring(browser), 400)
    assert "takes too long" in said["error"]["message"]
    assert files(site, browser) == []


async def test_the_server_does_not_look_into_a_file_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside.sys, "executable", "/bin/false")  # a process that looks at nothing
    browser = await site.log_in("ada")
    said = await content(await bring(browser), 400)
    assert "can’t be read" in said["error"]["message"]
    assert files(site, browser) == []


async def test_files_are_for_their_owners_eyes_only(site: Site) -> None:
    browser = await site.log_in("ada")
    await brought(browser)
    (file,) = files(site, browser)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_file_of_some_megabytes_arrives_byte_by_byte_as_it_was(site: Site) -> None:
    browser = await site.log_in("ada")
    data = json.dumps([an_extended_row(ts=f"2024-03-{day:02}T12:00:00Z") for day in range(1, 32)] * 200).encode()
    await brought(browser, data)
    (file,) = files(site, browser)
    assert len(data) > 3 * request_body.MOST_HELD
    assert file.read_bytes() == data


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../../etc/passwd.json", "passwd.json"),
        ("C:\\\\Users\\\\ada\\\\history.json", "history.json"),
        ("a/b/..", uploads.NO_NAME),
        ("-x.json", "-x.json"),
        ("music \u202e\u0007 \U0001f3b5.json", "music \u202e  \U0001f3b5.json"),
        ("x" * 200 + ".json", "x" * 114 + "….json"),
    ],
)
async def test_a_name_from_outside_is_shown_and_never_becomes_a_path(site: Site, given: str, shown: str) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser, name=given)
    assert item["name"] == shown
    (file,) = files(site, browser)
    assert file.name == item["id"]


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)
BOMB = zipped(history=b"[" + b" " * 80_000_000 + json.dumps(an_extended_row()).encode() + b"]")


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (PICTURE, "cat.png", "cat.png is no listening history"),
        (b'{"playlists": []}', "Playlist1.json", "Playlist1.json is no listening history"),
        (b"", "empty.json", "empty"),
        (zipped(Playlist1=b"{}", Userdata=b"{}"), "data.zip", "data.zip holds no listening history, only"),
        (zipped(history=HISTORY)[:-30], "torn.zip", "torn.zip is a damaged zip"),
        (BOMB, "bomb.zip", "bomb.zip would unpack to 76 MB"),
    ],
    ids=["picture", "other", "empty", "other zip", "torn zip", "bomb"],
)
async def test_what_is_no_history_is_refused_in_words_and_nothing_is_left(
    site: Site, data: bytes, name: str, words: str
) -> None:
    browser = await site.log_in("ada")
    response = await bring(browser, data, name=name)
    assert words in await response.get_data(as_text=True)
    assert await refusal(response, 400) == "unfit_file"
    assert files(site, browser) == []
    assert wishes(site, browser) == ()


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (HISTORY, "application/json", 415, "not_a_form"),
        (form(HISTORY), "multipart/form-data", 415, "not_a_form"),
        (form(HISTORY), "multipart/form-data; boundary=ä", 415, "not_a_form"),
        (b"", f"multipart/form-data; boundary={BOUNDARY}", 400, "broken_form"),
        (form(HISTORY)[:-40], f"multipart/form-data; boundary={BOUNDARY}", 400, "broken_form"),
        (form(HISTORY, name=""), f"multipart/form-data; boundary={BOUNDARY}", 400, "no_file"),
        (
            f"--{BOUNDARY}\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode(),
            f"multipart/form-data; boundary={BOUNDARY}",
            400,
            "broken_form",
        ),
        (
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode(),
            f"multipart/form-data; boundary={BOUNDARY}",
            400,
            "no_file",
        ),
        (
            form(HISTORY, end="\r\n") + form(HISTORY),
            f"multipart/form-data; boundary={BOUNDARY}",
            400,
            "no_file",
        ),
        (
            f"--{BOUNDARY}\r\n".encode() + b"X: " + b"x" * 5_000_000,
            f"multipart/form-data; boundary={BOUNDARY}",
            413,
            "too_large",
        ),
    ],
)
async def test_what_is_no_form_with_one_file_is_refused(
    site: Site, data: bytes, kind: str, status: int, code: str
) -> None:
    browser = await site.log_in("ada")
    assert await refusal(await send(browser, data, kind), status) == code
    assert files(site, browser) == []
    assert wishes(site, browser) == ()


async def test_a_field_beside_the_file_does_no_harm(site: Site) -> None:
    browser = await site.log_in("ada")
    field = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n".encode()
    await content(await send(browser, field + form(HISTORY)), 202)


async def test_a_file_that_says_it_is_too_large_is_refused_before_it_comes(site: Site) -> None:
    browser = await site.log_in("ada")
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(10**12)}
    response = await browser.open("POST", URL, data=form(HISTORY), headers=headers)
    assert "500 MB" in await response.get_data(as_text=True)
    assert await refusal(response, 413) == "too_large"


async def test_a_file_that_does_not_say_how_large_it_is_ends_where_it_becomes_too_large(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await site.log_in("ada")
    monkeypatch.setattr(request_body, "LARGEST_FILE", 100_000)
    assert await refusal(await bring(browser, HISTORY * 1000), 413) == "too_large"
    assert files(site, browser) == []


async def test_other_routes_take_no_more_than_before(site: Site) -> None:
    browser = await site.log_in("ada")
    response = await browser.open("PUT", f"{URL}/any", data=b" " * 70_000, headers={"Content-Type": "application/json"})
    assert await refusal(response, 413) == "too_large"


async def test_files_that_wait_may_not_fill_the_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, other = await site.log_in("ada"), await site.log_in("bob")
    monkeypatch.setattr(uploads, "MOST_BYTES", 2 * len(HISTORY))
    await brought(browser)
    await brought(browser)
    assert await refusal(await bring(browser), 409) == "too_many_files"
    assert len(files(site, browser)) == 2
    await brought(other)


async def test_a_long_list_of_waiting_files_takes_no_more(site: Site) -> None:
    browser = await site.log_in("ada")
    waiting = tuple(Upload(f"upload{number}", "a.json", 1, 0.0) for number in range(MOST_LISTED))
    site.store.write(IMPORTS, Imports(waiting), browser.account)
    assert await refusal(await bring(browser), 409) == "too_many_files"
    see(site, browser, "upload7", Imported(1, "done", 0.0))
    await brought(browser)
    assert "upload7" not in {one.id for one in wishes(site, browser)}


async def test_a_full_disk_is_said_and_nothing_is_left(site: Site) -> None:
    browser = await site.log_in("ada")
    with full_disk():
        response = await bring(browser)
    assert await refusal(response, 503) == "disk_full"
    assert files(site, browser) == []
    assert wishes(site, browser) == ()


async def test_an_upload_that_breaks_off_leaves_nothing(site: Site) -> None:
    browser = await site.log_in("ada")
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Host": HOST}
    async with browser.client.request(URL, method="POST", headers=headers) as connection:
        await connection.send(form(HISTORY)[:200])
        await arriving(site, browser)
        await connection.disconnect()
    assert files(site, browser) == []
    assert wishes(site, browser) == ()


async def arriving(site: Site, browser: Browser) -> None:
    """Wait until a file begins to arrive."""
    while not files(site, browser):
        await asyncio.sleep(0.01)


async def test_a_sender_who_falls_silent_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await site.log_in("ada")
    monkeypatch.setattr(request_body, "SILENCE_S", 0.05)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Host": HOST}
    async with browser.client.request(URL, method="POST", headers=headers) as connection:
        await connection.send(form(HISTORY)[:200])
        await connection.receive()
        await connection.disconnect()
    assert connection.status_code == 408
    assert files(site, browser) == []


async def test_a_sender_who_says_a_little_again_and_again_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await site.log_in("ada")
    monkeypatch.setattr(request_body, "SILENCE_S", 0.3)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Host": HOST}
    async with browser.client.request(URL, method="POST", headers=headers) as connection:
        await connection.send(form(HISTORY)[:200])
        answer = asyncio.create_task(connection.receive())
        while not answer.done():
            await connection.send(b" ")
            await asyncio.sleep(0.02)
        await connection.disconnect()
    assert connection.status_code == 408
    assert files(site, browser) == []


async def test_somebody_who_leaves_while_their_file_arrives_is_not_brought_back(site: Site) -> None:
    browser = await site.log_in("ada")
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Host": HOST}
    async with browser.client.request(URL, method="POST", headers=headers) as connection:
        await connection.send(form(HISTORY)[:200])
        await arriving(site, browser)
        assert (await browser.delete("/api/me")).status_code == 204
        await connection.send(form(HISTORY)[200:])
        await connection.send_complete()
        await connection.receive()
    assert connection.status_code == 401
    assert not (site.store.root / "accounts" / browser.account).exists()


async def test_leftovers_are_gone_after_a_new_start(site: Site) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser)
    folder = files(site, browser)[0].parent
    for leftover in ("halfway.tmp", "unknown"):
        (folder / leftover).write_bytes(HISTORY)
    site.services.inbox.sweep(site.clock.now_ms())
    assert [file.name for file in files(site, browser)] == [item["id"]]


async def test_a_stopped_import_is_kept_for_a_week_and_one_that_waits_for_as_long_as_it_has_to(site: Site) -> None:
    browser = await site.log_in("ada")
    stopped, waiting = await brought(browser), await brought(browser)
    await browser.put(f"{URL}/{stopped['id']}", {"state": "stopped"})
    for days, left in ((6, {stopped["id"], waiting["id"]}), (2, {waiting["id"]})):
        site.clock.advance(days=days)
        site.services.inbox.sweep(site.clock.now_ms())
        assert {file.name for file in files(site, browser)} == left


async def test_an_import_is_stopped_and_started_again(site: Site) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser)
    see(site, browser, item["id"], Imported(1, "working", 0.0, read=30, size=120, kept=7))
    (shown,) = (await content(await browser.put(f"{URL}/{item['id']}", {"state": "stopped"})))["imports"]
    assert (shown["progress"], shown["kept"]) == ("stopping", 7)
    see(site, browser, item["id"], Imported(1, "stopped", 0.0, read=60, size=120, kept=9))
    (shown,) = (await browser.json("/api/me/history"))["imports"]
    assert (shown["progress"], shown["may_start"]) == ("stopped", True)
    (shown,) = (await content(await browser.put(f"{URL}/{item['id']}", {"state": "running"})))["imports"]
    assert (shown["progress"], shown["kept"]) == ("waiting", 0)
    assert wishes(site, browser)[0].rev == 2


async def test_what_was_imported_can_not_be_started_once_its_file_is_gone(site: Site) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser)
    files(site, browser)[0].unlink()
    see(site, browser, item["id"], Imported(1, "failed", 0.0, error="It is damaged."))
    (shown,) = (await browser.json("/api/me/history"))["imports"]
    assert (shown["progress"], shown["words"], shown["may_start"]) == ("failed", "It is damaged.", False)
    assert await refusal(await browser.put(f"{URL}/{item['id']}", {"state": "running"}), 409) == "no_file"


async def test_a_file_taken_off_the_list_is_gone(site: Site) -> None:
    browser = await site.log_in("ada")
    kept, gone = await brought(browser), await brought(browser)
    assert (await browser.delete(f"{URL}/{gone['id']}")).status_code == 204
    assert [one.id for one in wishes(site, browser)] == [kept["id"]]
    assert [file.name for file in files(site, browser)] == [kept["id"]]


@pytest.mark.parametrize("name", ["nope", "..", "%2e%2e", "x" * 70])
async def test_imports_of_others_and_those_that_are_none_are_not_found(site: Site, name: str) -> None:
    browser, other = await site.log_in("ada"), await site.log_in("bob")
    item = await brought(other)
    for upload in (name, item["id"]):
        assert (await browser.put(f"{URL}/{upload}", {"state": "stopped"})).status_code in {404, 405}
        assert (await browser.delete(f"{URL}/{upload}")).status_code in {404, 405}
    assert len(files(site, other)) == len(wishes(site, other)) == 1


@pytest.mark.parametrize("body", [{}, {"state": "paused"}, {"state": "running", "speed": 2}])
async def test_a_course_that_is_none_is_refused(site: Site, body: object) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser)
    assert await refusal(await browser.put(f"{URL}/{item['id']}", body), 400) == "invalid"

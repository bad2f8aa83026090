import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from songswap.documents import GROUP
from tests.web.site import Site, group_of, page, refusal

JSON = {"Content-Type": "application/json"}


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow: what a full disk is to a program, for root as well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"{", 400, "not_json"),
        (b"name=Friday", 400, "not_json"),
        (b'{"name": "\xff"}', 400, "not_utf8"),
        (b"\xff\xfe{}", 400, "not_utf8"),
        (b"[]", 400, "invalid"),
        (b"{}", 400, "invalid"),
        (b'{"name": 3}', 400, "invalid"),
        (b'{"name": ""}', 400, "invalid"),
        (b'{"name": "x", "colour": "red"}', 400, "invalid"),
        (b'{"name": "  "}', 400, "bad_name"),
        (b'{"name": "' + b"x" * 70_000 + b'"}', 413, "too_large"),
    ],
)
async def test_bad_bodies_are_refused_with_what_is_wrong(site: Site, data: bytes, status: int, code: str) -> None:
    browser = await site.log_in("ada")
    response = await browser.open("POST", "/api/groups", data=data, headers=JSON)
    assert await refusal(response, status) == code


async def test_refusal_names_the_field(site: Site) -> None:
    browser = await site.log_in("ada")
    unknown = await browser.post("/api/groups", {"name": "x", "colour": "red"})
    assert "`colour`" in await unknown.get_data(as_text=True)
    wrong = await browser.post("/api/groups", {"name": 3})
    assert "$.name" in await wrong.get_data(as_text=True)


async def test_body_must_be_declared_json(site: Site) -> None:
    browser = await site.log_in("ada")
    response = await browser.open("POST", "/api/groups", data=b'{"name": "x"}', headers={"Content-Type": "text/plain"})
    assert await refusal(response, 415) == "not_json"


async def test_oversized_form_is_a_page(site: Site) -> None:
    browser = await site.log_in("ada")
    assert "64 KiB" in await page(await browser.post("/groups", form={"name": "x" * 70_000}), 413)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
async def test_unfit_name_in_the_form_is_a_page(site: Site, name: str) -> None:
    browser = await site.log_in("ada")
    assert "name" in await page(await browser.post("/groups", form={"name": name}), 400)


@pytest.mark.parametrize("group_id", ["..", "%2e%2e", "a%2fb", "a%00b", "x" * 65, "nope", "ü"])
async def test_ids_that_are_none_are_not_found(site: Site, group_id: str) -> None:
    browser = await site.log_in("ada")
    assert (await browser.get(f"/api/groups/{group_id}")).status_code == 404


async def test_full_disk_is_said_and_nothing_is_lost(site: Site) -> None:
    browser = await site.log_in("ada")
    group_id = await group_of(browser)
    with full_disk():
        response = await browser.patch(f"/api/groups/{group_id}", {"name": "New"})
    assert await refusal(response, 503) == "store_unavailable"
    assert (await browser.json(f"/api/groups/{group_id}"))["name"] == "Friday night"


async def test_document_of_a_newer_version_is_left_alone(site: Site) -> None:
    browser = await site.log_in("ada")
    path: Path = site.store.root / GROUP.path(await group_of(browser))
    newer = path.read_bytes().replace(b'"version": 1', b'"version": 2')
    path.write_bytes(newer)
    address = f"/api/groups/{path.parent.name}"
    assert (await browser.json(address))["name"] == "Friday night", "the last good one does not count"
    assert await refusal(await browser.patch(address, {"name": "Saturday"}), 503) == "store_unavailable"
    assert path.read_bytes() == newer


async def test_failure_inside_tells_nothing_of_the_inside(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    browser = await site.log_in("ada")
    (site.store.root / "groups").touch()
    assert "Not available right now" in await page(await browser.get("/"), 503)
    response = await browser.get("/api/groups")
    text = await response.get_data(as_text=True)
    assert response.status_code == 503
    assert str(site.store.root) not in text
    assert str(site.store.root) in caplog.text

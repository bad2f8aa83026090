"""What protects somebody fails closed: a document that can't be read opens nothing, and makes nobody somebody new."""

from typing import Any

import pytest

from songswap.documents import ACCOUNT, BROWSERS, CIRCLE, CONSENT, GROUP, NOTICE_SETTINGS, PROFILE, SHARING
from songswap.model.profiles import Circle, Profile
from songswap.model.sharing import Sharing
from songswap.store import Document, Store
from songswap.store.files import LAST_GOOD
from tests.web.site import Browser, Site, content, group_of, refusal

BROKEN = (b"", b'{"version": 1, "da', b'{"version": 9, "data": {}}', b'{"version": 1, "data": ["wrong"]}')
NOT_NOW = "Not available right now"


def spoil(site: Site, document: Document[Any], name: str, content: bytes = b"half", *, and_copy: bool = False) -> bytes:
    """Let a document be broken, and its copy as well; returns what it was. What was known in memory is forgotten."""
    path = site.store.root / document.path(name)
    good = path.read_bytes()
    path.write_bytes(content)
    if and_copy:
        path.with_name(path.name + LAST_GOOD).write_bytes(content)
        site.store._standing.forget("")
    return good


def accounts(site: Site) -> list[str]:
    return site.store.names("accounts")


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("and_copy", [False, True], ids=["its copy is good", "its copy is broken too"])
async def test_nobody_is_given_a_second_account(site: Site, content: bytes, and_copy: bool) -> None:
    ada = await site.log_in("ada")
    before = accounts(site)
    good = spoil(site, ACCOUNT, ada.account, content=content, and_copy=and_copy)
    if not and_copy and b"9" not in content:
        again = await site.log_in("ada")
        assert again.account == ada.account
    else:
        # what a newer SongSwap wrote is not written over, though it is known whose it is
        with pytest.raises(AssertionError, match=NOT_NOW):
            await site.log_in("ada")
        (site.store.root / ACCOUNT.path(ada.account)).write_bytes(good)
        assert (await site.log_in("ada")).account == ada.account, "mended, and not taken in again"
    assert accounts(site) == before


async def test_others_who_are_known_log_in_whatever_is_wrong_with_somebodys_account(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    spoil(site, ACCOUNT, ada.account, and_copy=True)
    assert (await site.log_in("bob")).account == bob.account


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("and_copy", [False, True], ids=["its copy is good", "its copy is broken too"])
async def test_a_recording_that_is_paused_stays_so(site: Site, content: bytes, and_copy: bool) -> None:
    ada = await site.log_in("ada")
    site.store.write(SHARING, Sharing(everybody=True, is_paused=True, link_secret="x" * 43), ada.account)
    spoil(site, SHARING, ada.account, content=content, and_copy=and_copy)
    for process in (site.store, Store(site.store.root, "worker")):
        sharing = process.read(SHARING, ada.account)
        assert sharing is not None
        assert sharing.is_paused
        assert sharing.everybody is not and_copy, "it shares more than is known to be wanted"


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("and_copy", [False, True], ids=["its copy is good", "its copy is broken too"])
async def test_a_block_holds(site: Site, content: bytes, and_copy: bool) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    site.store.write(PROFILE, Profile(audience="everybody"), ada.account)
    assert (await bob.get("/people/ada")).status_code == 200
    site.store.write(CIRCLE, Circle(blocked=(bob.account,)), ada.account)
    assert (await bob.get("/people/ada")).status_code == 404
    good = spoil(site, CIRCLE, ada.account, content=content, and_copy=and_copy)
    assert (await bob.get("/people/ada")).status_code == 404
    assert (await bob.get("/")).status_code == 200
    if and_copy:
        assert await refusal(await ada.delete(f"/api/me/blocked/{bob.account}"), 503) == "unreadable"
    (site.store.root / CIRCLE.path(ada.account)).write_bytes(good)
    assert (await bob.get("/people/ada")).status_code == 404
    assert (await ada.delete(f"/api/me/blocked/{bob.account}")).status_code == 200
    assert (await bob.get("/people/ada")).status_code == 200


@pytest.mark.parametrize("and_copy", [False, True], ids=["its copy is good", "its copy is broken too"])
async def test_a_profile_shows_no_more_than_was_wanted(site: Site, and_copy: bool) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await group_of(ada, bob)
    site.store.write(PROFILE, Profile(audience="me"), ada.account)
    spoil(site, PROFILE, ada.account, and_copy=and_copy)
    assert (await bob.get("/people/ada")).status_code == 404


async def test_a_group_keeps_its_roles_and_members(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    spoil(site, GROUP, group)
    assert (await bob.json(f"/api/groups/{group}"))["me"]["role"] == "listener"
    stranger = await site.log_in("cleo")
    assert (await stranger.get(f"/api/groups/{group}")).status_code == 404
    renamed = await content(await ada.patch(f"/api/groups/{group}", {"name": "Saturday"}))
    assert renamed["name"] == "Saturday", "the last good one can't be gone on from"


async def test_who_has_logged_out_stays_so(site: Site) -> None:
    ada = await site.log_in("ada")
    cookies = Browser(ada.client, ada.host, ada.account)
    other = await site.log_in("ada")
    site.store.write(BROWSERS, type(site.store.read(BROWSERS, ada.account))(), ada.account)
    for document in (BROWSERS, CONSENT):
        spoil(site, document, ada.account)
    for browser in (cookies, other):
        assert (await browser.get("/api/me")).status_code == 401


async def test_nobody_is_told_of_what_they_did_not_want(site: Site) -> None:
    ada = await site.log_in("ada")
    before = await ada.json("/api/me/notice-settings")
    assert before
    (site.store.root / NOTICE_SETTINGS.path(ada.account)).write_bytes(b"half")
    settings = site.store.read(NOTICE_SETTINGS, ada.account)
    assert settings is not None
    assert "mention" in settings.off

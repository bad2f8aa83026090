from pathlib import Path

import msgspec
import pytest

from songswap.documents import ACCOUNT, CONSENT, GROUP, Standing
from tests.web.history.test_history_export import bring_in, extended
from tests.web.history.test_imports import brought
from tests.web.site import Browser, Site, content, group_of, page


async def test_me_says_who_is_logged_in(site: Site) -> None:
    browser = await site.log_in("ada")
    group_id = await group_of(browser, name="Friday")
    me = await browser.json("/api/me")
    assert me["id"] == browser.account
    assert me["app"] == "default"
    assert me["trouble"] is None
    group = {"id": group_id, "name": "Friday", "role": "host", "members": 1, "is_running": False, "picture_url": None}
    assert me["groups"] == [group]


async def test_account_page_shows_devices_and_the_way_out(site: Site) -> None:
    text = await page(await (await site.log_in("ada")).get("/account"))
    for expected in ("Where you listen", "Log out of this browser", "Download my data", "Disconnect my account"):
        assert expected in text


def _age_login(site: Site, browser: Browser, days: float) -> None:
    consent = site.store.read(CONSENT, browser.account)
    assert consent
    granted = site.clock.now_ms() - days * 86_400_000
    site.store.write(CONSENT, msgspec.structs.replace(consent, granted_at_ms=granted), browser.account)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(150, None), (152, "within a month"), (175, "within a week"), (182, "has ended")],
)
async def test_end_of_the_six_months_is_announced(site: Site, days: float, expected: str | None) -> None:
    browser = await site.log_in("ada")
    _age_login(site, browser, days)
    text = await page(await browser.get("/"))
    assert ("Spotify log-in" in text or "log-ins last" in text) == (expected is not None)
    assert (expected or "") in text


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ("needs_login", "does not accept your log-in any more"),
        ("not_premium", "Premium"),
        ("no_seat", "User Management"),
    ],
)
async def test_trouble_with_the_account_is_said_on_every_page(site: Site, standing: Standing, expected: str) -> None:
    browser = await site.log_in("ada")
    site.seen(browser, standing=standing)
    for path in ("/", "/account", "/privacy"):
        assert expected in await page(await browser.get(path))
    assert (await browser.json("/api/me"))["trouble"] == standing


async def test_trouble_ends_with_a_new_login(site: Site) -> None:
    browser = await site.log_in("ada")
    site.seen(browser, standing="needs_login")
    await site.log_in("ada", browser=browser)
    assert (await browser.json("/api/me"))["trouble"] is None


async def test_export_holds_everything_but_what_opens_doors(site: Site) -> None:
    browser = await site.log_in("ada")
    await group_of(browser, await site.log_in("bob"), name="Friday")
    site.seen(browser)
    consent = site.store.read(CONSENT, browser.account)
    group = site.store.read(GROUP, (await browser.json("/api/groups"))["items"][0]["id"])
    assert consent
    assert group
    response = await browser.get("/api/me/export")
    text = await response.get_data(as_text=True)
    assert response.headers["Content-Disposition"] == 'attachment; filename="songswap.json"'
    exported = await content(response)
    assert exported["account"]["user_id"] == "ada"
    assert exported["groups"][0]["name"] == "Friday"
    assert list(exported["groups"][0]["members"]) == [browser.account]
    assert exported["seen"]["devices"][0]["name"] == "My phone"
    secrets = (site.invitation(group.id).rpartition("/")[2], group.invite.secret_hash, group.invite.sealed)
    for secret in (consent.access_token, consent.refresh_token, *secrets):
        assert secret not in text


async def test_download_is_offered_before_disconnecting(site: Site) -> None:
    browser = await site.log_in("ada")
    await group_of(browser, name="Friday")
    text = await browser.text("/account/disconnect")
    assert text.index("/api/me/export") < text.index("Disconnect and delete everything")
    assert "Friday has nobody else in it and is deleted" in text


@pytest.mark.parametrize("way", ["page", "api"])
async def test_disconnecting_removes_everything_and_passes_groups_on(site: Site, way: str) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    shared, alone = await group_of(host, guest), await group_of(host)
    site.seen(host)
    if way == "page":
        assert (await host.post("/account/disconnect")).status_code == 303
    else:
        assert (await host.delete("/api/me")).status_code == 204
    assert (await host.get("/api/me")).status_code == 401
    assert site.store.read(ACCOUNT, host.account) is None
    assert not (site.store.root / "accounts" / host.account).exists()
    group = site.store.read(GROUP, shared)
    assert group
    assert group.host == guest.account
    assert site.store.read(GROUP, alone) is None
    left = [path for path in site.store.root.rglob("*") if path.is_file() and host.account in path.read_text()]
    assert left == []


async def test_disconnected_person_can_begin_anew(site: Site) -> None:
    browser = await site.log_in("ada")
    await browser.delete("/api/me")
    again = await site.log_in("ada")
    assert again.account != browser.account


async def test_the_listening_history_goes_with_the_account_and_can_be_taken_along_before(
    site: Site, tmp_path: Path
) -> None:
    browser = await site.log_in("ada")
    assert "listening history" not in await browser.text("/account/disconnect")
    bring_in(site, browser, tmp_path, history=extended("2024-03-01T12:00", "2024-03-02T12:00"))
    text = await browser.text("/account/disconnect")
    assert "Your listening history goes as well: 2 plays" in text
    assert text.index("/api/me/history/export") < text.index("Disconnect and delete everything")
    await browser.delete("/api/me")
    left = [path for path in site.store.root.rglob("*") if browser.account in str(path)]
    assert left == []


async def test_the_export_tells_what_became_of_files_one_brought(site: Site) -> None:
    browser = await site.log_in("ada")
    item = await brought(browser)
    assert (await browser.json("/api/me/export"))["imports"]["uploads"][0]["id"] == item["id"]

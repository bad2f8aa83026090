"""The browsers somebody is logged in with: how long, which, and how they are logged out."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from songswap.documents import ACCOUNT, BROWSERS, Browser, Browsers
from songswap.simulator import World
from songswap.web.kit.browser_sessions import FRESH_MS
from tests.web import site as sites
from tests.web.site import Site, decide, open_site, page, refusal

HTTPS = "https://music.example.org"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def _known(site: Site, browser: sites.Browser) -> tuple[Browser, ...]:
    return (site.store.read(BROWSERS, browser.account) or Browsers()).logged_in


def _change(site: Site, browser: sites.Browser, **fields: Any) -> None:
    """What is stored of all browsers, otherwise than it is."""
    changed = tuple(msgspec.structs.replace(one, **fields) for one in _known(site, browser))
    site.store.write(BROWSERS, Browsers(changed), browser.account)


def _cookie(browser: sites.Browser, name: str = "songswap") -> str:
    return next((one.value or "" for one in browser.client.cookie_jar or () if one.name == name), "")


async def test_twenty_browsers_are_kept_per_person(site: Site) -> None:
    first = await site.log_in("ada")
    for _ in range(20):
        await site.log_in("ada")
    assert len(_known(site, first)) == 20
    assert (await first.get("/api/me")).status_code == 401


async def test_log_in_ends_after_30_days_without_use(site: Site) -> None:
    used, unused = await site.log_in("ada"), await site.log_in("ada")
    for _ in range(3):
        site.clock.advance(days=29)
        assert (await used.get("/api/me")).status_code == 200
    assert (await unused.get("/api/me")).status_code == 401
    site.clock.advance(days=30)
    assert (await used.get("/api/me")).status_code == 401


async def test_log_in_ends_after_180_days_however_much_it_is_used(site: Site) -> None:
    browser = await site.log_in("ada")
    for _ in range(8):
        site.clock.advance(days=22)
        assert (await browser.get("/api/me")).status_code == 200
    site.clock.advance(days=4)
    assert (await browser.get("/api/me")).status_code == 401


async def test_that_a_browser_is_used_is_written_down_once_an_hour(site: Site) -> None:
    browser = await site.log_in("ada")
    begun_ms = site.clock.now_ms()
    site.clock.advance(minutes=59)
    await browser.get("/api/me")
    assert _known(site, browser)[0].used_at_ms == begun_ms
    site.clock.advance(minutes=1)
    await browser.get("/api/me")
    assert _known(site, browser)[0].used_at_ms == site.clock.now_ms()


async def test_a_store_that_cannot_be_written_keeps_nobody_from_reading(site: Site) -> None:
    browser = await site.log_in("ada")
    site.clock.advance(days=1)
    path = site.store.root / BROWSERS.path(browser.account)
    path.with_name("browsers.json.tmp").symlink_to("/dev/full")
    assert "What is kept about you" in await page(await browser.get("/privacy"))
    assert (await browser.get("/api/me")).status_code == 200


async def test_log_ins_of_before_use_was_written_down_go_on(site: Site) -> None:
    browser = await site.log_in("ada")
    path = site.store.root / BROWSERS.path(browser.account)
    kept = msgspec.json.decode(path.read_bytes())
    (one,) = kept["data"]["logged_in"] if "data" in kept else kept["logged_in"]
    for name in ("used_at_ms", "name"):
        del one[name]
    path.write_bytes(msgspec.json.encode(kept))
    site.clock.advance(days=100)
    assert "A browser" in await page(await browser.get("/account"))
    assert _known(site, browser)[0].used_at_ms == site.clock.now_ms()
    site.clock.advance(days=30)
    assert (await browser.get("/api/me")).status_code == 401


async def test_logging_in_again_ends_what_the_browser_was_logged_in_with(site: Site) -> None:
    browser = await site.log_in("ada")
    old = _cookie(browser)
    await site.log_in("ada", browser=browser)
    assert len(_known(site, browser)) == 1
    assert _cookie(browser) != old
    assert (await site.browser().get("/api/me", headers={"Cookie": f"songswap={old}"})).status_code == 401
    ada = browser.account
    await site.log_in("bob", browser=browser)
    assert (site.store.read(BROWSERS, ada) or Browsers()).logged_in == ()


async def test_account_page_lists_browsers_with_what_since_when_and_when_last(site: Site) -> None:
    this, other = await site.log_in("ada"), site.browser()
    address = await decide(await other.begin_login(), "ada")
    await other.get(address.partition(":8770")[2], headers=FIREFOX)
    text = await this.text("/account")
    assert "Firefox on Linux" in text
    assert text.count(f'data-ms="{int(site.clock.now_ms())}"') >= 4
    assert text.count("this browser") == 2  # in the list, and at the button to log out of it
    for one in _known(site, this):
        assert one.secret_hash not in text


async def test_each_browser_can_be_logged_out_from_any(site: Site) -> None:
    this, other, third = [await site.log_in("ada") for _ in range(3)]
    names = [one.secret_hash[:16] for one in _known(site, this)]
    assert (await this.post(f"/account/browsers/{names[1]}/end")).headers["Location"] == "/account#browsers"
    assert [(await one.get("/api/me")).status_code for one in (this, other, third)] == [200, 401, 200]
    await this.post("/account/browsers/nothing-of-that-name/end")
    answer = await this.post(f"/account/browsers/{names[0]}/end")
    assert answer.headers["Location"] == "/"
    assert _cookie(this) == ""
    assert (await third.get("/api/me")).status_code == 200


async def test_nobody_ends_or_vouches_for_the_browsers_of_somebody_else(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    _change(site, ada, is_doubtful=True)
    name = _known(site, ada)[0].secret_hash[:16]
    for what in ("end", "mine"):
        await bob.post(f"/account/browsers/{name}/{what}")
    await bob.post("/account/browsers/end")
    assert _known(site, ada)[0].is_doubtful
    assert (await ada.get("/api/me")).status_code == 200


async def test_all_browsers_are_logged_out_at_once(site: Site) -> None:
    this, other = [await site.log_in("ada") for _ in range(2)]
    assert "Log out everywhere" in await page(await this.get("/account"))
    answer = await this.post("/account/browsers/end")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert [(await one.get("/api/me")).status_code for one in (this, other)] == [401, 401]


@pytest.mark.parametrize("way", ["page", "api"])
async def test_deleting_an_account_asks_for_a_fresh_log_in(site: Site, way: str) -> None:
    browser = await site.log_in("ada")
    site.clock.advance(seconds=FRESH_MS / 1000)
    text = await page(await browser.get("/account/disconnect"))
    assert "Log in again first" in text
    assert "Disconnect and delete everything" not in text
    if way == "page":
        assert (await browser.post("/account/disconnect")).status_code == 403
    else:
        assert await refusal(await browser.delete("/api/me"), 403) == "fresh_login_needed"
    assert site.store.read(ACCOUNT, browser.account)
    url = await browser.begin_login("?next=/account/disconnect")
    assert "show_dialog=true" in url  # or else Spotify would not ask who sits there
    assert (await browser.come_back(await decide(url, "ada"))).headers["Location"] == "/account/disconnect"
    assert "Disconnect and delete everything" in await page(await browser.get("/account/disconnect"))
    assert (await browser.delete("/api/me")).status_code == 204


async def test_a_clock_set_back_makes_no_old_log_in_fresh(site: Site) -> None:
    browser = await site.log_in("ada")
    site.clock.advance(days=-2)
    assert await refusal(await browser.delete("/api/me"), 403) == "fresh_login_needed"


async def test_with_https_no_cookie_can_be_planted_by_another_host(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, public_url=HTTPS) as site:
        browser = site.browser()
        begun = await browser.get("/login")
        back = await browser.come_back(await decide(str(begun.headers["Location"]), "ada"))
        set_cookies = [*begun.headers.getlist("Set-Cookie"), *back.headers.getlist("Set-Cookie")]
        gone = await browser.post("/logout")
        assert {one.partition("=")[0] for one in set_cookies} >= {
            f"__Host-{name}" for name in ("songswap", "songswap_login", "songswap_app")
        }
        for one in (*set_cookies, *gone.headers.getlist("Set-Cookie")):
            if "Max-Age=0" in one and not one.startswith("__Host-"):
                continue  # those of before are removed
            assert one.startswith("__Host-"), one
            assert "Secure" in one
            assert "Path=/" in one
            assert "Domain" not in one


async def test_cookie_under_the_plain_name_is_not_taken_with_https(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, public_url=HTTPS) as site:
        _, secret = await _log_in_with_https(site)
        planted = await site.browser().get("/api/me", headers={"Cookie": f"songswap={secret}"})
        assert planted.status_code == 401
        taken = await site.browser().get("/api/me", headers={"Cookie": f"__Host-songswap={secret}"})
        assert taken.status_code == 200


async def _log_in_with_https(site: Site) -> tuple[sites.Browser, str]:
    """A browser of Ada's, and the secret in its cookie."""
    browser = site.browser()
    back = await browser.come_back(await decide(await browser.begin_login(), "ada"))
    browser.account = site.account_of("ada")
    (cookie,) = [one for one in back.headers.getlist("Set-Cookie") if one.startswith("__Host-songswap=")]
    return browser, cookie.partition("=")[2].partition(";")[0]


async def test_cookie_of_before_https_had_names_of_its_own_is_replaced(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, public_url=HTTPS) as site:
        browser, secret = await _log_in_with_https(site)
        _change(site, browser, has_host_cookie=False, used_at_ms=0.0)
        for _ in range(2):  # several requests of one page may be under way
            answer = await site.browser().get("/account", headers={"Cookie": f"songswap={secret}"})
            assert answer.status_code == 200
            set_cookies = answer.headers.getlist("Set-Cookie")
            assert any(one.startswith(f"__Host-songswap={secret};") for one in set_cookies)
            assert any(one.startswith("songswap=;") for one in set_cookies)
        gone = await site.browser().post("/logout", headers={"Cookie": f"songswap={secret}"})
        assert not any(secret in one for one in gone.headers.getlist("Set-Cookie"))

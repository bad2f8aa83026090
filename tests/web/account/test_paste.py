"""The way by hand: for browsers nearby that Spotify can't send back, and never into somebody else's account."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from quart.wrappers import Response

from songswap.documents import BROWSERS, NOTICES, Browsers
from songswap.simulator import World
from songswap.web.people.accounts import everybody
from tests.web.site import CALLBACK, Browser, Site, decide, open_site, page

LAN = "192.168.1.20:8770"


async def _begin(browser: Browser) -> str:
    """Press "Log in" at an address of the network; returns Spotify's."""
    text = await browser.text("/login")
    link = re.search(r'href="(http[^"]+/authorize[^"]+)"', text)
    assert link
    assert 'target="_blank"' in text
    assert "give it to nobody" in text
    return link[1].replace("&amp;", "&")


async def _paste(browser: Browser, address: str) -> Response:
    return await browser.post("/login/paste", form={"address": address})


async def _confirm(browser: Browser, asked: Response) -> Response:
    return await browser.post("/login/confirm", form={"answer": sealed(await asked.get_data(as_text=True))})


def sealed(text: str) -> str:
    """What the page keeps of Spotify's answer."""
    answer = re.search(r'name="answer" value="(gAAAA[^"]+)"', text)
    assert answer
    return answer[1]


async def _log_in(site: Site, person: str, browser: Browser | None = None) -> Browser:
    browser = browser or site.browser(LAN)
    asked = await _paste(browser, await decide(await _begin(browser), person))
    assert (await _confirm(browser, asked)).status_code == 302
    browser.account = site.account_of(person)
    return browser


def _name(site: Site, browser: Browser, last: int = -1) -> str:
    """What the browser that logged in last is called in addresses."""
    known = site.store.read(BROWSERS, browser.account) or Browsers()
    return known.logged_in[last].secret_hash[:16]


async def test_browser_in_the_same_network_pastes_the_address_and_says_who_it_is(site: Site) -> None:
    browser = site.browser(LAN)
    landed_on = await decide(await _begin(browser), "ada")
    assert landed_on.startswith(CALLBACK)
    asked = await _paste(browser, f" {landed_on}\n")
    name = site.world.person("ada").display_name
    text = await page(asked)
    assert f"You are about to log in as {name} . Is that you, on this device?" in text
    assert "Did somebody send you the address" in text
    assert (await _confirm(browser, asked)).status_code == 302
    assert (await browser.json("/api/me"))["name"] == name


async def test_nothing_is_kept_and_nobody_is_logged_in_before_it_is_confirmed(site: Site) -> None:
    browser = site.browser(LAN)
    asked = await _paste(browser, await decide(await _begin(browser), "ada"))
    assert (await browser.get("/api/me")).status_code == 401
    assert everybody(site.store) == []
    assert len(sealed(await asked.get_data(as_text=True))) > 300  # the tokens; they wait in the page and nowhere else


async def test_only_the_browser_that_began_can_paste(site: Site) -> None:
    friend, attacker = site.browser(LAN), site.browser(LAN)
    await _begin(friend)
    address = await decide(await _begin(attacker), "ada")
    assert "begun in another browser" in await page(await _paste(friend, address), 403)
    assert "is over" in await page(await _paste(attacker, address), 400)  # it was called off


async def test_only_the_browser_that_pasted_can_confirm_and_only_once(site: Site) -> None:
    browser, other = site.browser(LAN), site.browser(LAN)
    asked = await _paste(browser, await decide(await _begin(browser), "ada"))
    assert (await _confirm(browser, asked)).status_code == 302
    await browser.post("/logout")
    assert (await _confirm(browser, asked)).status_code == 400
    again = await _paste(browser, await decide(await _begin(browser), "ada"))
    assert (await _confirm(other, again)).status_code == 403
    for made_up in ("", "x", "gAAAAA"):
        assert (await other.post("/login/confirm", form={"answer": made_up})).status_code == 400


async def test_confirming_can_wait_ten_minutes(site: Site) -> None:
    browser = site.browser(LAN)
    address = await decide(await _begin(browser), "ada")
    site.clock.advance(minutes=9)
    asked = await _paste(browser, address)
    site.clock.advance(minutes=10)
    assert (await _confirm(browser, asked)).status_code == 400


async def test_a_log_in_to_be_pasted_does_not_come_back_by_itself_and_the_other_way_round(site: Site) -> None:
    browser = site.browser(LAN)
    address = urlsplit(await decide(await _begin(browser), "ada"))
    assert (await browser.get(f"/callback?{address.query}")).status_code == 403  # no question would be asked
    usual = site.browser()
    landed_on = await decide(await usual.begin_login(), "ada")
    usual.host = LAN
    assert (await _paste(usual, landed_on)).status_code == 403
    assert everybody(site.store) == []


async def test_on_the_machine_of_the_server_where_it_lands_can_be_pasted_as_well(site: Site) -> None:
    browser, same_at_the_other_address = site.browser(LAN), site.browser()
    address = await decide(await _begin(browser), "ada")
    text = await page(await same_at_the_other_address.come_back(address), 403)
    assert "don’t pass the address on" in text
    assert (await _confirm(browser, await _paste(browser, address))).status_code == 302


async def test_spotify_asks_again_before_an_address_can_be_passed_on(site: Site) -> None:
    assert "show_dialog=true" in await _begin(site.browser(LAN))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hello",
        "https://evil.example/callback?code=a&state=b",
        f"{CALLBACK}?code=a",
        CALLBACK,
        "http://[::1/",
        "http://%00",
    ],
)
async def test_pasted_nonsense_is_refused_with_what_to_do(site: Site, address: str) -> None:
    text = await page(await _paste(site.browser(LAN), address), 400)
    assert "That is not the address" in text
    assert CALLBACK in text


async def test_every_part_of_it_can_be_switched_off(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, paste_back=False) as site:
        browser = site.browser()
        address = await decide(await browser.begin_login(), "ada")
        for host in (LAN, browser.host):
            browser.host = host
            assert "does not work at this address" in await page(await _paste(browser, address), 403)
            confirmed = await browser.post("/login/confirm", form={"answer": "x"})
            assert "does not work at this address" in await page(confirmed, 403)
        assert "does not work at this address" in await page(await site.browser(LAN).get("/login"), 403)


async def test_it_is_for_those_alone_whom_spotify_cannot_send_back(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, public_url="https://music.example.org") as site:
        for host in (LAN, "music.example.org"):
            browser = site.browser(host)
            assert (await _paste(browser, f"{CALLBACK}?code=x&state=y")).status_code == 403
            assert (await browser.get("/login")).status_code == 302


async def test_it_is_for_the_same_network_alone(site: Site) -> None:
    browser = site.browser(LAN)
    for client, status in (("8.8.8.8", 403), ("2a00:1450:4001::1", 403), ("192.168.1.77", 200), ("::1", 200)):
        scope = {"client": (client, 50_000)}
        assert (await browser.get("/login", scope_base=scope)).status_code == status, client
        pasted = await browser.post("/login/paste", form={"address": "x"}, scope_base=scope)
        assert pasted.status_code == (403 if status == 403 else 400), client


async def test_the_owner_is_told_and_can_end_it(site: Site) -> None:
    owner = await site.log_in("ada")
    other = await _log_in(site, "ada")
    notice = (await owner.json("/api/me/notices"))["items"][0]
    assert notice["kind"] == "pasted_login"
    assert "was logged in as you by a pasted address" in notice["did"]
    assert notice["href"] == "/account#browsers"
    for path in ("/", "/account", "/privacy"):
        assert "was logged in as you by a pasted address. Was that you?" in await page(await owner.get(path))
        assert "Was that you?" not in await page(await other.get(path))
    name = _name(site, owner)
    assert (await owner.post(f"/account/browsers/{name}/end")).headers["Location"] == "/account#browsers"
    assert (await other.get("/api/me")).status_code == 401
    assert "Was that you?" not in await page(await owner.get("/"))


async def test_that_notice_cannot_be_switched_off(site: Site) -> None:
    owner = await site.log_in("ada")
    await owner.patch("/api/me/notice-settings", {"kinds": {"pasted_login": False, "reply": False}})
    await _log_in(site, "ada")
    known = site.store.read(NOTICES, owner.account)
    assert known
    assert [one.kind for one in known.items] == ["pasted_login"]


async def test_the_owner_says_that_it_was_them_and_no_browser_says_so_of_itself(site: Site) -> None:
    owner = await site.log_in("ada")
    other = await _log_in(site, "ada")
    name = _name(site, owner)
    await other.post(f"/account/browsers/{name}/mine")
    assert "Was that you?" in await page(await owner.get("/"))
    await owner.post(f"/account/browsers/{name}/mine")
    assert "Was that you?" not in await page(await owner.get("/"))
    assert (await other.get("/api/me")).status_code == 200


async def test_somebody_let_in_by_a_pasted_address_cannot_delete_the_account_behind_its_owners_back(site: Site) -> None:
    owner = await site.log_in("ada")
    other = await _log_in(site, "ada")
    assert (await other.delete("/api/me")).status_code == 403
    await other.post(f"/account/browsers/{_name(site, owner, 0)}/end")
    assert (await owner.get("/api/me")).status_code == 401
    assert (await other.delete("/api/me")).status_code == 403
    await site.log_in("ada", browser=owner)
    assert "Say first, on the account page of another browser" in await page(await other.get("/account/disconnect"))
    await owner.post(f"/account/browsers/{_name(site, owner, 0)}/mine")
    assert (await other.delete("/api/me")).status_code == 204


async def test_the_only_browser_somebody_has_needs_nobodys_word(site: Site) -> None:
    only = await _log_in(site, "ada")
    assert "Was that you?" not in await page(await only.get("/"))
    assert (await only.delete("/api/me")).status_code == 204


async def test_pasting_again_in_a_browser_of_ones_own_is_no_news(site: Site) -> None:
    first = await site.log_in("ada")
    second = await _log_in(site, "ada")
    await first.post(f"/account/browsers/{_name(site, first)}/mine")
    await _log_in(site, "ada", second)
    assert "Was that you?" not in await page(await first.get("/"))
    known = site.store.read(BROWSERS, first.account)
    assert known
    assert len(known.logged_in) == 2

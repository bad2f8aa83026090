from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import msgspec
import pytest

from songswap.config import App
from songswap.documents import ACCOUNT, CONSENT, Account
from songswap.model.library import User
from songswap.simulator import Fault, World
from songswap.spotify.oauth import SCOPES
from songswap.web.account.login import local_path
from songswap.web.people.accounts import everybody, link
from tests.web.site import CALLBACK, HOST, Site, decide, open_site, page


async def test_login_leads_to_spotify_and_back_to_the_start_page(site: Site) -> None:
    browser = site.browser()
    response = await browser.come_back(await decide(await browser.begin_login(), "ada"))
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert (await browser.json("/api/me"))["name"] == site.world.person("ada").display_name


async def test_spotify_is_asked_with_pkce_for_the_fewest_rights(site: Site) -> None:
    asked = parse_qs(urlsplit(await site.browser().begin_login()).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [CALLBACK]
    assert asked["scope"] == [" ".join(SCOPES)]


@pytest.mark.parametrize(
    ("site_of_page", "is_asked"),
    [("cross-site", True), ("same-site", True), ("same-origin", False), ("none", False), ("", False)],
)
async def test_nobody_is_logged_in_by_another_sites_page_without_being_asked(
    site: Site, site_of_page: str, is_asked: bool
) -> None:
    response = await site.browser().get("/login", headers={"Sec-Fetch-Site": site_of_page} if site_of_page else {})
    assert ("show_dialog=true" in response.headers["Location"]) == is_asked


async def test_tokens_are_sealed_and_the_cookie_is_stored_as_a_hash_only(site: Site) -> None:
    browser = await site.log_in("ada")
    consent = site.store.read(CONSENT, browser.account)
    assert consent
    assert consent.refresh_token not in {"", site.services.vault.unseal(consent.refresh_token)}
    cookie = next(cookie for cookie in browser.client.cookie_jar if cookie.name == "songswap")
    assert cookie.value
    secret = cookie.value.partition(".")[2]
    files = [path.read_text() for path in site.store.root.rglob("*.json")]
    assert secret
    assert not any(secret in text for text in files)


async def test_session_cookie_is_out_of_reach_for_scripts_and_other_sites(site: Site) -> None:
    browser = site.browser()
    response = await browser.come_back(await decide(await browser.begin_login(), "ada"))
    cookie = next(text for text in response.headers.getlist("Set-Cookie") if text.startswith("songswap="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert f"Max-Age={180 * 24 * 3600}" in cookie
    assert "Secure" not in cookie


async def test_cookies_are_for_https_only_where_there_is_https(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, public_url="https://music.example.org") as site:
        response = await site.browser("music.example.org").get("/login")
        assert response.status_code == 302
        assert all("Secure" in cookie for cookie in response.headers.getlist("Set-Cookie"))


async def test_login_goes_on_to_the_page_it_was_wanted_for(site: Site) -> None:
    browser = site.browser()
    response = await browser.come_back(await decide(await browser.begin_login("?next=/account"), "ada"))
    assert response.headers["Location"] == "/account"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil", "", "/\tevil", "javascript:alert(1)"],
)
def test_login_never_leads_to_another_site(target: str) -> None:
    assert local_path(target) == "/"


async def test_second_login_is_the_same_account_with_a_new_consent(site: Site) -> None:
    first = await site.log_in("ada")
    before = site.store.read(CONSENT, first.account)
    second = await site.log_in("ada")
    after = site.store.read(CONSENT, second.account)
    assert first.account == second.account
    assert before
    assert after
    assert before.id != after.id
    assert len(everybody(site.store)) == 1


async def test_account_made_without_account_id_is_upgraded_when_it_appears(site: Site) -> None:
    browser = await site.log_in("ada")
    account = site.store.read(ACCOUNT, browser.account)
    assert account
    site.store.write(ACCOUNT, msgspec.structs.replace(account, spotify_id="ada"), account.id)
    await site.log_in("ada")
    assert site.store.read(ACCOUNT, account.id) == account


def _account(name: str, spotify_id: str, user_id: str) -> Account:
    return Account(name, spotify_id, user_id, name, "default", 0.0)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (User("renamed", "A", account_id="acc-a"), "a"),  # account_id counts, whatever the user id is now
        (User("user-b", "B"), "b"),  # no account_id yet: the user id
        (User("user-a", "A"), "a"),  # no account_id this time
        (User("user-b", "B", account_id="acc-b"), "b"),  # known by user id, now with an account_id
        (User("user-a", "X", account_id="acc-x"), None),  # somebody else who got a's old user id
        (User("user-c", "C", account_id="acc-c"), None),
    ],
)
def test_accounts_are_linked_on_account_id_else_on_user_id(user: User, expected: str | None) -> None:
    known = [_account("a", "acc-a", "user-a"), _account("b", "user-b", "user-b")]
    found = link(known, user)
    assert (found.id if found else None) == expected


async def test_unknown_state_is_refused(site: Site) -> None:
    text = await page(await site.browser().get("/callback?code=x&state=never-given"), 400)
    assert "This log-in is over" in text
    assert "Log in again" in text


async def test_state_works_once(site: Site) -> None:
    browser = site.browser()
    address = await decide(await browser.begin_login(), "ada")
    await browser.come_back(address)
    assert "This log-in is over" in await page(await browser.come_back(address), 400)


async def test_state_expires_after_ten_minutes(site: Site) -> None:
    browser = site.browser()
    address = await decide(await browser.begin_login(), "ada")
    site.clock.advance(minutes=10)
    assert "This log-in is over" in await page(await browser.come_back(address), 400)


async def test_state_of_another_browser_is_refused(site: Site) -> None:
    victim, attacker = site.browser(), site.browser()
    await victim.begin_login()
    address = await decide(await attacker.begin_login(), "ada")
    assert "begun in another browser" in await page(await victim.come_back(address), 403)
    assert everybody(site.store) == []


async def test_two_tabs_can_log_in_at_once(site: Site) -> None:
    browser = site.browser()
    addresses = [await decide(await browser.begin_login(), "ada") for _ in range(2)]
    for address in addresses:
        assert (await browser.come_back(address)).status_code == 302


async def test_denied_consent_is_said_and_nothing_is_stored(site: Site) -> None:
    browser = site.browser()
    address = await decide(await browser.begin_login(), "ada", "cancel")
    assert "You said no at Spotify" in await page(await browser.come_back(address), 403)
    assert everybody(site.store) == []


async def test_other_errors_from_spotify_are_said(site: Site) -> None:
    state = parse_qs(urlsplit(await (browser := site.browser()).begin_login()).query)["state"][0]
    assert "try again" in await page(await browser.get(f"/callback?error=server_error&state={state}"), 502)


async def test_wrong_code_is_said(site: Site) -> None:
    state = parse_qs(urlsplit(await (browser := site.browser()).begin_login()).query)["state"][0]
    assert "did not accept the code" in await page(await browser.get(f"/callback?code=wrong&state={state}"), 400)


async def test_missing_code_is_said(site: Site) -> None:
    state = parse_qs(urlsplit(await (browser := site.browser()).begin_login()).query)["state"][0]
    assert "sent no code" in await page(await browser.get(f"/callback?state={state}"), 400)


@pytest.mark.parametrize("path", ["/api/token", "/v1/me"])
@pytest.mark.parametrize("kind", ["status", "garbage", "drop"])
async def test_spotify_in_trouble_is_said(site: Site, path: str, kind: str) -> None:
    site.world.faults.add(Fault(kind, 503 if kind == "status" else None, path=path))  # type: ignore[arg-type]  # parametrized
    browser = site.browser()
    address = await decide(await browser.begin_login(), "ada")
    assert "Spotify does not answer" in await page(await browser.come_back(address), 503)
    assert everybody(site.store) == []


async def test_rate_limit_says_when_to_come_back(site: Site) -> None:
    site.world.faults.add(Fault("status", 429, path="/api/token", retry_after=300))
    browser = site.browser()
    response = await browser.come_back(await decide(await browser.begin_login(), "ada"))
    assert "5 minutes" in await page(response, 503)
    assert response.headers["Retry-After"] == "300"


async def test_person_off_the_allowlist_is_told_what_the_operator_must_do(tmp_path: Path) -> None:
    world = World()
    world.register_app("client-one", None, [CALLBACK], allowlist=["bob"])
    async with open_site(tmp_path, world) as site:
        browser = site.browser()
        text = await page(await browser.come_back(await decide(await browser.begin_login(), "ada")), 403)
        assert "User Management" in text
        assert "client-one" in text
        assert "Try the app second" in text


def _take_seats(site: Site, count: int, app: str = "default") -> None:
    for number in range(count):
        account = Account(f"{app}{number}", f"s-{app}{number}", f"u-{app}{number}", "Somebody", app, 0.0)
        site.store.write(ACCOUNT, account, account.id)


def _client_id(url: str) -> str:
    return parse_qs(urlsplit(url).query)["client_id"][0]


async def test_sixth_person_goes_to_the_second_app(site: Site) -> None:
    _take_seats(site, 4)
    assert _client_id(await site.browser().begin_login()) == "client-one"
    _take_seats(site, 5)
    assert _client_id(await site.browser().begin_login()) == "client-two"


async def test_all_seats_taken_is_said_before_spotify(site: Site) -> None:
    _take_seats(site, 5)
    _take_seats(site, 5, "second")
    text = await page(await site.browser().get("/login"), 409)
    assert "All seats are taken" in text
    assert "all 10 seats" in text
    assert "add another Spotify app" in text


async def test_who_has_a_seat_gets_in_though_all_are_taken(site: Site) -> None:
    browser = await site.log_in("ada")
    _take_seats(site, 4)
    _take_seats(site, 5, "second")
    await browser.post("/logout")
    assert _client_id(await browser.begin_login()) == "client-one"  # this browser was here before
    await site.log_in("ada", "?app=default")  # a new one is asked


async def test_unknown_app_is_refused(site: Site) -> None:
    assert "no Spotify app of that name" in await page(await site.browser().get("/login?app=nope"), 404)


async def test_localhost_is_led_to_the_address_spotify_accepts(site: Site) -> None:
    response = await site.browser("localhost:8770").get("/login?next=/account")
    assert response.headers["Location"] == f"http://{HOST}/login?next=/account"


async def test_logout_is_for_this_browser_only(site: Site) -> None:
    phone, laptop = await site.log_in("ada"), await site.log_in("ada")
    assert (await phone.post("/logout")).status_code == 303
    assert (await phone.get("/api/me")).status_code == 401
    assert (await laptop.get("/api/me")).status_code == 200


async def test_stolen_cookie_is_worth_nothing_after_logout(site: Site) -> None:
    browser = await site.log_in("ada")
    cookie = next(cookie for cookie in browser.client.cookie_jar if cookie.name == "songswap")
    await browser.post("/logout")
    response = await site.browser().get("/api/me", headers={"Cookie": f"songswap={cookie.value}"})
    assert response.status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "a.b", "../../x.y", "aaaaaaaaaaaa." + "b" * 43, "ü" * 12])
async def test_made_up_cookies_open_nothing(site: Site, cookie: str) -> None:
    await site.log_in("ada")
    response = await site.browser().get("/api/me", headers={"Cookie": f"songswap={quote(cookie)}"})
    assert response.status_code == 401


async def test_cookie_ends_after_180_days(site: Site) -> None:
    browser = await site.log_in("ada")
    site.clock.advance(days=180)
    assert (await browser.get("/api/me")).status_code == 401


async def test_single_app_is_named_by_no_button(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, apps=(App("default", "client-one"),)) as site:
        _take_seats(site, 5)
        assert "I have a seat here" in await page(await site.browser().get("/login"), 409)

"""What an unknown browser can cost: nothing is kept of it, and Spotify is not asked about what never began here."""

import asyncio
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from quart.wrappers import Response

from songswap.model.library import User
from songswap.simulator import World
from songswap.spotify.oauth import Tokens
from songswap.vault import Vault
from songswap.web.kit.pending_logins import (
    AT_ONCE,
    LIFE_MS,
    MOST_SPENT,
    STEPS,
    Answered,
    PendingLogin,
    PendingLogins,
    Step,
)
from songswap.web.kit.rate_limiter import MOST_KEYS, Exchanges, Pace
from songswap.web.people.accounts import everybody
from tests.web.site import Browser, Site, decide, page

NOW_MS = 1_800_000_000_000.0
LONG = quote("ü" * 240)


def _state(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def _cookie(browser: Browser, name: str = "songswap_login") -> str | None:
    return next((one.value for one in browser.client.cookie_jar or () if one.name == name), None)


def _asked(world: World) -> int:
    """How often the accounts service was asked."""
    return sum(call.path == "/api/token" for call in world.calls)


async def test_thousands_who_only_begin_push_nobody_out(site: Site) -> None:
    person = site.browser()
    address = await decide(await person.begin_login(), "ada")
    for _ in range(1_100):
        await site.browser().begin_login()
    assert (await person.come_back(address)).headers["Location"] == "/"


async def test_nothing_is_kept_of_those_who_only_begin(site: Site) -> None:
    await site.browser().begin_login()
    before = _held(site.services.pending), len(list(site.store.root.rglob("*")))
    for _ in range(50):
        await site.browser().begin_login()
    assert (_held(site.services.pending), len(list(site.store.root.rglob("*")))) == before


def _held(pending: PendingLogins) -> int:
    return sum(len(value) for value in vars(pending).values() if hasattr(value, "__len__"))


async def test_invented_codes_cost_no_call(site: Site) -> None:
    began = await site.browser().begin_login()
    site.world.calls.clear()
    for state in ("", "x", "never-given", "A" * 48, _state(began), _state(began)[:-1] + "_"):
        stranger = site.browser()
        assert (await stranger.get(f"/callback?code=invented&state={state}")).status_code in {400, 403}
    for cookie in ("x", "gAAAAA", _cookie(await _begun(site))):
        header = {"Cookie": f"songswap_login={cookie}"}
        answer = await site.browser().get(f"/callback?code=invented&state={_state(began)}", headers=header)
        assert answer.status_code in {400, 403}
    assert _asked(site.world) == 0


async def _begun(site: Site) -> Browser:
    browser = site.browser()
    await browser.begin_login()
    return browser


async def test_one_log_in_costs_one_call_however_often_and_at_once_it_comes_back(site: Site) -> None:
    browser = site.browser()
    state = _state(await browser.begin_login())
    cookie = {"Cookie": f"songswap_login={_cookie(browser)}"}
    site.world.calls.clear()
    path = f"/callback?code=invented&state={state}"
    await asyncio.gather(*(site.browser().get(path, headers=cookie) for _ in range(20)))
    assert _asked(site.world) == 1


async def test_log_ins_with_codes_that_are_none_end_after_a_while_and_are_taken_again_later(site: Site) -> None:
    site.services.exchanges = Exchanges(each=3)
    site.world.calls.clear()
    for _ in range(3):
        await page(await _with_invented_code(site), 400)
    answer = await _with_invented_code(site)
    assert "Too many log-ins failed" in await page(answer, 429)
    assert answer.headers["Retry-After"] == "600"
    assert _asked(site.world) == 3
    site.clock.advance(minutes=10)
    assert (await _with_invented_code(site)).status_code == 400


async def _with_invented_code(site: Site) -> Response:
    browser = site.browser()
    return await browser.get(f"/callback?code=invented&state={_state(await browser.begin_login())}")


async def test_people_who_log_in_use_nothing_up(site: Site) -> None:
    site.services.exchanges = Exchanges(each=1, together=1)
    for person in ("ada", "bob", "cleo"):
        await site.log_in(person)


def test_networks_are_bounded_each_and_all_together() -> None:
    exchanges = Exchanges(each=2, together=3)
    allowed = [exchanges.allows(one, NOW_MS) for one in ("a", "a", "a", "b", "b")]
    assert allowed == [True, True, False, True, False]


def test_a_pace_forgets_who_is_quiet() -> None:
    pace = Pace(window_ms=1_000.0)
    for number in range(5 * MOST_KEYS):
        assert pace.allows(str(number), NOW_MS + number)
    assert len(pace._windows) == MOST_KEYS


async def test_cookie_of_a_log_in_tells_nobody_anything(site: Site) -> None:
    browser = site.browser()
    url = await browser.begin_login("?next=/account")
    cookie = _cookie(browser) or ""
    assert cookie
    assert _state(url) not in cookie
    assert "account" not in cookie


async def test_planted_cookie_is_not_kept(site: Site) -> None:
    browser = site.browser()
    answer = await browser.get("/login", headers={"Cookie": "songswap_login=planted-by-somebody"})
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("songswap_login=")]
    assert "planted" not in cookie
    header = {"Cookie": "songswap_login=planted-by-somebody"}
    address = urlsplit(await decide(str(answer.headers["Location"]), "ada"))
    planted = await site.browser().get(f"{address.path}?{address.query}", headers=header)
    assert planted.status_code == 403
    assert everybody(site.store) == []


async def test_nothing_is_left_of_a_log_in_that_is_over(site: Site) -> None:
    browser = await site.log_in("ada")
    assert _cookie(browser) is None


async def test_state_that_another_browser_brought_is_spent_for_its_own_as_well(site: Site) -> None:
    attacker, friend = site.browser(), site.browser()
    address = await decide(await attacker.begin_login(), "ada")
    text = await page(await friend.come_back(address), 403)
    assert "begun in another browser" in text
    assert "don’t pass on" in text
    assert "This log-in is over" in await page(await attacker.come_back(address), 400)
    assert everybody(site.store) == []


async def test_long_way_to_go_on_to_is_left_out_of_the_cookie(site: Site) -> None:
    for _ in range(AT_ONCE + 1):
        answer = await (browser := site.browser()).get("/login?next=/" + "x" * 490)
    assert max(len(one) for one in answer.headers.getlist("Set-Cookie")) < 4_000
    answer = await browser.come_back(await decide(await browser.begin_login("?next=/" + "x" * 600), "ada"))
    assert answer.headers["Location"] == "/"


async def test_a_browser_keeps_the_latest_log_ins_in_a_cookie_that_browsers_take(site: Site) -> None:
    browser = site.browser()
    addresses = [await decide(await browser.begin_login(f"?next=/{LONG}"), "ada") for _ in range(AT_ONCE + 1)]
    assert len(_cookie(browser) or "") < 4_000
    assert (await browser.come_back(addresses[0])).status_code == 403
    for address in addresses[1:]:
        assert (await browser.come_back(address)).status_code == 302


@pytest.fixture
def pending() -> PendingLogins:
    return PendingLogins(Vault("a secret that only this test knows"))


def test_states_are_signed_and_end(pending: PendingLogins) -> None:
    state = pending.new_state("callback", NOW_MS)
    assert pending.step_of(state, NOW_MS + LIFE_MS - 1_000) == "callback"
    assert pending.step_of(state, NOW_MS + LIFE_MS) is None
    for place in range(len(state)):
        other = "A" if state[place] != "A" else "B"
        assert pending.step_of(state[:place] + other + state[place + 1 :], NOW_MS) is None, place
    for invented in (
        "",
        "A" * 48,
        state + "=",
        state + "\n",
        "ü" * 48,
        PendingLogins(Vault("x" * 32)).new_state("callback", NOW_MS),
    ):
        assert pending.step_of(invented, NOW_MS) is None


@pytest.mark.parametrize("step", STEPS)
def test_states_tell_how_a_log_in_goes_on(pending: PendingLogins, step: Step) -> None:
    assert pending.step_of(pending.new_state(step, NOW_MS), NOW_MS) == step


def test_only_so_many_are_remembered_as_spent(pending: PendingLogins) -> None:
    states = [pending.new_state("callback", NOW_MS) for _ in range(MOST_SPENT + 5)]
    for state in states:
        pending.spend(state)
    assert len(pending._spent) == MOST_SPENT
    assert pending.step_of(states[-1], NOW_MS) is None


def test_what_is_sealed_for_one_thing_serves_no_other(pending: PendingLogins) -> None:
    vault = Vault("a secret that only this test knows")
    login = PendingLogin("s", "callback", "default", "v", "/", NOW_MS)
    answered = Answered("s", Tokens("access", "refresh", ("a",), NOW_MS), User("ada", "Ada"))
    assert pending.read(pending.cookie((login,)), NOW_MS - 1) == (login,)
    assert pending.read(pending.cookie((login,)), NOW_MS) == ()
    assert pending.unseal_answer(pending.seal_answer(answered)) == answered
    assert pending.read(pending.seal_answer(answered), 0) == ()
    assert pending.unseal_answer(pending.cookie((login,))) is None
    assert pending.read(vault.seal("[]"), 0) == ()
    assert pending.read("\ud800", 0) == ()

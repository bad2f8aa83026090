import asyncio

import pytest
from msgspec.structs import replace

from songswap.documents import CONSENT, TOKEN, WISH, Token, Wish
from songswap.model.library import Found
from songswap.simulator import Fault
from songswap.spotify.oauth import SCOPES
from songswap.web.kit.search_results import KEPT_MS, MOST_KEPT, Finds
from songswap.web.people import spotify_calls
from tests.web.site import Browser, Site, content, refusal


def searches(site: Site) -> int:
    return len([call for call in site.world.calls if call.path == "/v1/search"])


def word(site: Site) -> str:
    return max(next(iter(site.world.catalogue.tracks.values())).name.split(), key=len)


async def find(browser: Browser, words: str) -> list[str]:
    found = await content(await browser.get("/api/search", query_string={"q": words}))
    return [track["name"] for track in found["items"]]


async def test_songs_are_found_ten_at_most(site: Site) -> None:
    ada = await site.log_in("ada")
    names = await find(ada, word(site))
    assert any(word(site) in name for name in names)
    assert len(await find(ada, "the")) <= 10
    assert await find(ada, "nothing is called so") == []


async def test_artists_and_songs_are_found_in_one_call_which_answers_for_each_alone(site: Site) -> None:
    ada = await site.log_in("ada")
    artist = next(iter(site.world.catalogue.artists.values()))
    asked = {"q": artist.name}
    mixed = (await content(await ada.get("/api/search", query_string={**asked, "kind": "mixed"})))["items"]
    assert {hit["kind"] for hit in mixed} == {"track", "artist"}
    assert len(mixed) <= 10
    artists = (await content(await ada.get("/api/search", query_string={**asked, "kind": "artists"})))["items"]
    assert [(hit["name"], hit["uri"], hit["kind"]) for hit in artists][:1] == [(artist.name, artist.uri, "artist")]
    assert {hit["kind"] for hit in (await content(await ada.get("/api/search", query_string=asked)))["items"]} == {
        "track"
    }
    assert searches(site) == 1


async def test_the_same_search_costs_one_call_for_ten_minutes(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    first = await find(ada, word(site))
    assert await find(bob, f"  {word(site).upper()} ") == first
    assert searches(site) == 1
    site.clock.advance(minutes=10)
    await find(ada, word(site))
    assert searches(site) == 2


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": ""},
        {"q": "a"},
        {"q": " a "},
        {"q": "x" * 101},
        {"q": "abc", "kind": "songs"},
        {"q": "abc", "page": "2"},
    ],
)
async def test_searches_that_make_no_sense_are_refused(site: Site, query: dict[str, str]) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await ada.get("/api/search", query_string=query), 400) == "invalid"
    assert searches(site) == 0


async def test_the_workers_newer_token_is_used_if_it_is_of_this_log_in(site: Site) -> None:
    ada = await site.log_in("ada")
    consent = site.store.read(CONSENT, ada.account)
    assert consent
    site.worker.write(TOKEN, Token("an older log-in", "sealed by nobody", 1e15), ada.account)
    await find(ada, "first")
    fresh = site.world.issue_tokens("ada", "client-one", SCOPES)
    sealed = site.services.vault.seal(fresh["access_token"])
    site.worker.write(TOKEN, Token(consent.id, sealed, 1e15), ada.account)
    site.store.write(CONSENT, replace(consent, access_token="sealed by nobody"), ada.account)
    await find(ada, "second")
    assert searches(site) == 2


async def renew_when_asked(site: Site, browser: Browser) -> None:
    """What the worker does when it is asked for a look."""
    with site.store.changes.subscribe(WISH.path(browser.account)) as changes:
        await changes.wait()
    consent = site.store.read(CONSENT, browser.account)
    assert consent
    fresh = site.world.issue_tokens("ada", "client-one", SCOPES)
    expires_at_ms = site.clock.now_ms() + 3_600_000
    token = Token(consent.id, site.services.vault.seal(fresh["access_token"]), expires_at_ms)
    site.worker.write(TOKEN, token, browser.account)


@pytest.mark.parametrize("kind", ["expired", "refused before its time"])
async def test_expired_token_is_renewed_by_the_worker_meanwhile(site: Site, kind: str) -> None:
    ada = await site.log_in("ada")
    if kind == "expired":
        site.clock.advance(hours=2)
    else:
        site.world.expire_tokens("ada")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(renew_when_asked(site, ada))
        await asyncio.sleep(0)
        await find(ada, "anything")
    assert searches(site) >= 1


async def test_without_a_worker_an_expired_token_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spotify_calls, "PATIENCE_S", 0.05)
    ada = await site.log_in("ada")
    before = (site.store.read(WISH, ada.account) or Wish()).look_rev
    site.clock.advance(hours=2)
    assert await refusal(await ada.get("/api/search?q=abc"), 503) == "token_expired"
    assert (site.store.read(WISH, ada.account) or Wish()).look_rev == before + 1
    assert searches(site) == 0


async def test_limit_is_said_with_its_end_and_kept(site: Site) -> None:
    ada = await site.log_in("ada")
    site.world.faults.add(Fault(status=429, retry_after=30, path="/v1/search"))
    for _ in range(2):
        response = await ada.get("/api/search?q=abc")
        assert await refusal(response, 429) == "limited"
        assert 0 < int(response.headers["Retry-After"]) <= 40
    assert searches(site) == 1


async def test_silence_of_spotify_is_said(site: Site) -> None:
    ada = await site.log_in("ada")
    site.world.faults.add(Fault(status=502, path="/v1/search"))
    assert await refusal(await ada.get("/api/search?q=abc"), 503) == "spotify_unavailable"


def test_finds_forget_the_oldest() -> None:
    finds = Finds()
    for number in range(MOST_KEPT + 1):
        finds.keep("tracks", f"words {number}", Found(), float(number))
    assert finds.get("tracks", "words 0", 0.0) is None
    assert finds.get("tracks", "WORDS 1", 1.0) == Found()
    assert finds.get("artists", "WORDS 1", 1.0) is None
    assert finds.get("tracks", "words 1", 1.0 + KEPT_MS) is None

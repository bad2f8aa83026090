import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from songswap.core.guess import agreeing
from songswap.core.guess.game import MACHINE
from songswap.documents import AGREED, LEARNT, PARTY, PICKS, SESSION_WISH
from songswap.model.guessing import Agreed, Learnt, PartySong, Picks
from tests.web.site import Browser, Site, content, group_of, page, refusal
from tests.web.streams import listening

Friends = tuple[str, Browser, Browser, Browser, str]


@pytest.fixture
async def circle(site: Site) -> Friends:
    """Ada hosts, Bob and Cleo are there, a session runs; whose songs are Ada's and Bob's was learnt."""
    ada, bob, cleo = [await site.log_in(name) for name in ("ada", "bob", "cleo")]
    group = await group_of(ada, bob, cleo)
    await content(await ada.put(f"/api/groups/{group}/session", {"state": "running"}))
    both = (ada.account, bob.account)
    for account in both:
        site.store.write(AGREED, Agreed(songs=(group,)), account)
    picks, pick = agreeing.picked(Picks(), "songs", both, both, site.clock.now_ms())
    site.store.write(PICKS, picks, group)
    songs = tuple(
        PartySong(f"spotify:track:{whose[:8]}{number:014d}", f"Song {number}", "Aiko", whose, (0.9, 0.1), 9)
        for whose in pick.accounts
        for number in range(5)
    )
    site.worker.write(LEARNT, Learnt(pick.id, "done", 1.0, 1, songs=songs), group, pick.id)
    return group, ada, bob, cleo, pick.id


async def start(browser: Browser, group: str, pick: str, **wish: Any) -> Any:
    return await browser.post(f"/api/groups/{group}/party", {"pick": pick, "rounds": 3, "seconds": 20, **wish})


async def next_song(browser: Browser, group: str, **wish: Any) -> Any:
    return await browser.post(f"/api/groups/{group}/party/rounds", wish)


async def guess(browser: Browser, group: str, whose: str) -> Any:
    return await browser.put(f"/api/groups/{group}/party/guess", {"whose": whose})


async def shown(browser: Browser, group: str) -> Any:
    return (await browser.json(f"/api/groups/{group}"))["party"]


def answer_of(site: Site, group: str) -> str:
    party = site.store.read(PARTY, group)
    assert party
    return party.rounds[-1].song.whose


async def test_a_round_is_played_guessed_revealed_and_counted(site: Site, circle: Friends) -> None:
    group, ada, bob, cleo, pick = circle
    state = (await content(await start(ada, group, pick), 201))["party"]
    assert (state["state"], state["round"], state["rounds"]) == ("ready", 0, 3)
    state = (await content(await next_song(ada, group), 201))["party"]
    assert (state["state"], state["round"], state["answer"]) == ("guessing", 1, None)
    party, session = site.store.read(PARTY, group), site.store.read(SESSION_WISH, group)
    assert party
    assert session
    assert (session.actions[-1].action, session.actions[-1].uri) == ("play", party.rounds[0].song.uri)
    whose = answer_of(site, group)
    owner, other = (ada, bob) if whose == ada.account else (bob, ada)
    await content(await guess(other, group, whose))
    await content(await guess(cleo, group, other.account))
    assert (await shown(owner, group))["is_mine"]
    assert (await shown(cleo, group))["my_guess"] == other.account
    site.clock.advance(seconds=21)
    state = await shown(cleo, group)
    assert state["state"] == "revealed"
    assert state["answer"]["whose"]["account"] == whose
    assert {row["person"]["name"]: row["points"] for row in state["table"]}[
        {ada.account: "Ada", bob.account: "Bob"}[whose]
    ] == 50
    points = {row["person"]["account"]: row["points"] for row in state["table"]}
    assert points[other.account] == 150
    assert points[cleo.account] == 0
    machine = state["answer"]["machine"]["account"]
    assert points[MACHINE] == (100 if machine == whose else 0)


async def test_nothing_tells_whose_it_is_while_people_guess(site: Site, circle: Friends) -> None:
    """The song's owner knows; nobody else's answer differs by whose song it is, nor does the screen's."""
    group, ada, bob, cleo, pick = circle
    await content(await start(ada, group, pick), 201)
    await content(await next_song(ada, group), 201)
    made = await content(await ada.post(f"/api/groups/{group}/screen"), 201)
    path = made["screen_url"].removeprefix("http://127.0.0.1:8770")
    before = [await shown(cleo, group), await page(await cleo.get(path))]
    party = site.store.read(PARTY, group)
    assert party
    other = bob.account if answer_of(site, group) == ada.account else ada.account
    flipped = replace(party.rounds[0].song, whose=other, chances=(0.1, 0.9))
    site.store.write(PARTY, replace(party, rounds=(replace(party.rounds[0], song=flipped),)), group)
    assert [await shown(cleo, group), await page(await cleo.get(path))] == before
    assert "whose" not in str(before[0]["answer"])


async def test_the_round_ends_when_everybody_whose_page_is_open_has_guessed(site: Site, circle: Friends) -> None:
    group, ada, bob, _, pick = circle
    await content(await start(ada, group, pick), 201)
    await content(await next_song(ada, group), 201)
    async with listening(ada, f"/api/groups/{group}/events"), listening(bob, f"/api/groups/{group}/events"):
        while len(site.services.watching.of(group)) < 2:
            await asyncio.sleep(0.01)
        await content(await guess(ada, group, bob.account))
        assert (await shown(ada, group))["state"] == "guessing"
        await content(await guess(bob, group, bob.account))
        assert (await shown(ada, group))["state"] == "revealed"
    while site.services.watching.of(group):
        await asyncio.sleep(0.01)


async def test_only_host_and_co_hosts_lead_the_game_and_only_in_its_time(site: Site, circle: Friends) -> None:
    group, ada, bob, cleo, pick = circle
    assert await refusal(await start(bob, group, pick), 403) == "not_allowed"
    assert await refusal(await next_song(ada, group), 404) == "no_party"
    assert await refusal(await guess(bob, group, ada.account), 404) == "no_party"
    await content(await start(ada, group, pick), 201)
    assert await refusal(await guess(bob, group, ada.account), 409) == "too_late"
    for change in (next_song(bob, group), bob.delete(f"/api/groups/{group}/party")):
        assert await refusal(await change, 403) == "not_allowed"
    await content(await next_song(ada, group), 201)
    assert await refusal(await next_song(ada, group), 409) == "guessing"
    assert await refusal(await guess(bob, group, cleo.account), 409) == "not_playing"
    skipped = (await content(await next_song(ada, group, skip=True), 201))["party"]
    assert (skipped["round"], skipped["rounds"]) == (1, 2)
    ended = (await content(await ada.delete(f"/api/groups/{group}/party")))["party"]
    assert (ended["state"], ended["round"]) == ("over", 0)
    assert await refusal(await next_song(ada, group), 409) == "over"


@pytest.mark.parametrize(
    "wish", [{"rounds": 2}, {"rounds": 21}, {"seconds": 9}, {"seconds": 121}, {"seconds": "ten"}, {"more": 1}]
)
async def test_games_that_make_no_sense_are_refused(circle: Friends, wish: dict[str, Any]) -> None:
    group, ada, *_, pick = circle
    assert await refusal(await start(ada, group, pick, **wish), 400) == "invalid"


async def test_a_game_needs_a_session_and_a_pick_that_was_learnt(site: Site, circle: Friends) -> None:
    group, ada, *_, pick = circle
    assert await refusal(await start(ada, group, "nothing"), 409) == "not_learnt"
    site.worker.write(LEARNT, Learnt(pick, "done", 1.0, 1), group, pick)
    assert await refusal(await start(ada, group, pick), 409) == "too_few_songs"
    site.worker.write(LEARNT, Learnt(pick, "learning", 1.0, 1), group, pick)
    assert await refusal(await start(ada, group, pick), 409) == "not_learnt"
    await content(await ada.put(f"/api/groups/{group}/session", {"state": "stopped"}))
    assert await refusal(await start(ada, group, pick), 409) == "no_session"


async def test_whoever_withdraws_in_the_middle_is_out_of_the_game_with_their_songs(site: Site, circle: Friends) -> None:
    group, ada, bob, cleo, pick = circle
    await content(await start(ada, group, pick, rounds=6), 201)
    await content(await next_song(ada, group), 201)
    await content(await guess(bob, group, ada.account))
    await content(await bob.put(f"/api/groups/{group}/whose/agreement", {"songs": False, "words": False}))
    party = site.store.read(PARTY, group)
    assert party
    assert bob.account not in str(party)
    assert (await shown(cleo, group))["state"] == "over"


async def test_the_next_session_does_not_show_the_last_ones_game(circle: Friends) -> None:
    group, ada, *_, pick = circle
    await content(await start(ada, group, pick), 201)
    await content(await ada.put(f"/api/groups/{group}/session", {"state": "stopped"}))
    assert await shown(ada, group) is not None
    await content(await ada.put(f"/api/groups/{group}/session", {"state": "running"}))
    assert await shown(ada, group) is None


async def test_the_page_offers_what_was_learnt(circle: Friends) -> None:
    group, ada, *_ = circle
    assert "Ada, Bob" in await page(await ada.get(f"/groups/{group}/party"))

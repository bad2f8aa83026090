from typing import Any

import pytest

from songswap.core.guess.classifier import pick_id
from songswap.documents import AGREED, BRAIN, LEARNT, PICKS
from songswap.learning.learn import learn_pick
from songswap.model.guessing import GuessKind, Learnt, Picks
from tests.web.site import Browser, Site, content, group_of, page, refusal

Circle = tuple[str, Browser, Browser, Browser]


@pytest.fixture
async def circle(site: Site) -> Circle:
    """Ada, Bob and Cleo in a group; Ada and Bob agreed to everything."""
    ada, bob, cleo = [await site.log_in(name) for name in ("ada", "bob", "cleo")]
    group = await group_of(ada, bob, cleo)
    for one in (ada, bob):
        await agree(one, group)
    return group, ada, bob, cleo


async def agree(browser: Browser, group: str, *, songs: bool = True, words: bool = True) -> Any:
    wish = {"songs": songs, "words": words}
    return await content(await browser.put(f"/api/groups/{group}/whose/agreement", wish))


async def pick(browser: Browser, group: str, kind: GuessKind, *others: Browser) -> Any:
    wish = {"kind": kind, "accounts": [one.account for one in (browser, *others)]}
    return await content(await browser.post(f"/api/groups/{group}/whose/picks", wish), 202)


async def talk(site: Site, browser: Browser, group: str, texts: list[str]) -> None:
    for text in texts:
        site.clock.advance(seconds=3)
        await content(await browser.post(f"/api/places/chat:{group}/posts", {"text": text}), 201)


def learn(site: Site, group: str, pick_name: str) -> Learnt:
    """What the worker does."""
    wanted = next(one for one in (site.store.read(PICKS, group) or Picks()).items if one.id == pick_name)
    taught = learn_pick(site.store, group, wanted, site.clock.now_ms())
    assert taught
    if taught.brain:
        site.worker.write(BRAIN, taught.brain, group, pick_name)
    site.worker.write(LEARNT, taught.learnt, group, pick_name)
    return taught.learnt


async def learnt_words(site: Site, circle: Circle) -> str:
    group, ada, bob, _ = circle
    await talk(site, ada, group, [f"shall we go, number {number}?" for number in range(22)])
    await talk(site, bob, group, [f"louder!! louder {number}!!" for number in range(22)])
    name: str = (await pick(ada, group, "words", bob))["id"]
    learn(site, group, name)
    return name


async def ask(browser: Browser, group: str, name: str, **question: str) -> Any:
    return await browser.post(f"/api/groups/{group}/whose/picks/{name}/guess", question)


async def test_a_line_of_text_is_guessed_with_base_rates_and_reasons(site: Site, circle: Circle) -> None:
    group, ada, bob, _ = circle
    name = await learnt_words(site, circle)
    answer = await content(await ask(ada, group, name, text="louder please!!"))
    first, second = answer["chances"]
    assert (first["account"], second["account"]) == (bob.account, ada.account)
    assert first["chance"] > 0.8
    assert first["base"] == 0.5
    assert first["chance"] + second["chance"] == pytest.approx(1, abs=1e-3)
    assert "the word “louder”" in first["speaks_for"]
    assert answer["words"] == "Likely Bob."
    state = (await ada.json(f"/api/groups/{group}/whose"))["picks"][0]
    assert state["words"] == "Learnt from 44 texts."
    assert state["quality"]["accuracy"]["count"] == 44
    assert "95 % certainty" in state["quality_words"]
    assert "this group’s posts and chat" in state["sources"]


async def test_what_it_knows_nothing_of_is_too_little_and_says_the_base_rates(site: Site, circle: Circle) -> None:
    group, ada, *_ = circle
    name = await learnt_words(site, circle)
    answer = await content(await ask(ada, group, name, text="Zzzz"))
    assert answer["is_too_little"]
    assert [one["chance"] for one in answer["chances"]] == [0.5, 0.5]
    assert answer["words"].startswith("Too little to go on")


async def test_with_too_few_texts_it_says_of_whom(site: Site, circle: Circle) -> None:
    group, ada, bob, _ = circle
    await talk(site, ada, group, ["one or two words"])
    name = (await pick(ada, group, "words", bob))["id"]
    assert await refusal(await ask(ada, group, name, text="hello"), 409) == "not_learnt"
    learn(site, group, name)
    state = await ada.json(f"/api/groups/{group}/whose/picks/{name}")
    assert state["state"] == "too_little"
    assert "Ada (1), Bob (0)" in state["words"]


async def test_whoever_takes_it_back_leaves_or_disconnects_is_forgotten_at_once(site: Site, circle: Circle) -> None:
    for how in ("agreement", "leaving", "disconnecting"):
        group, ada, bob, cleo = circle
        await agree(cleo, group)
        await talk(site, ada, group, [f"shall we go, {how} {number}?" for number in range(20)])
        await talk(site, cleo, group, [f"cake for you {number} :)" for number in range(20)])
        name = (await pick(ada, group, "words", cleo))["id"]
        learn(site, group, name)
        await content(await ask(ada, group, name, text="cake"))
        if how == "agreement":
            await agree(cleo, group, words=False)
        elif how == "leaving":
            assert (await cleo.delete(f"/api/groups/{group}/members/{cleo.account}")).status_code in {200, 204}
            assert site.store.read(AGREED, cleo.account).songs == ()  # type: ignore[union-attr]
        else:
            response = await cleo.delete("/api/me")
            assert response.status_code in {200, 204}
        folder = site.store.root / "groups" / group
        assert not list(folder.glob(f"*/{name}.json")), how
        assert await refusal(await ask(ada, group, name, text="cake"), 404) == "no_such_pick"
        assert name not in {one["id"] for one in (await bob.json(f"/api/groups/{group}/whose"))["picks"]}
        if how == "leaving":
            made = await content(await ada.get(f"/api/groups/{group}"))
            await content(await cleo.post(f"/api/groups/{group}/members", {"invite": made["invite_url"]}), 201)
            state = await cleo.json(f"/api/groups/{group}/whose")
            assert not next(one for one in state["people"] if one["is_me"])["words"]


async def test_a_rule_that_a_late_worker_left_behind_is_not_used(site: Site, circle: Circle) -> None:
    group, ada, bob, _ = circle
    name = await learnt_words(site, circle)
    brain, learnt = site.store.read(BRAIN, group, name), site.store.read(LEARNT, group, name)
    assert brain
    assert learnt
    await agree(bob, group, words=False)
    site.worker.write(BRAIN, brain, group, name)
    site.worker.write(LEARNT, learnt, group, name)
    assert await refusal(await ask(ada, group, name, text="louder"), 404) == "no_such_pick"


async def test_songs_are_guessed_by_names_or_by_an_id_of_the_catalogue(site: Site, circle: Circle) -> None:
    group, ada, bob, _ = circle
    name = (await pick(ada, group, "songs", bob))["id"]
    for question in (
        {"title": "One"},
        {"artist": "Aiko"},
        {"text": "hello"},
        {},
        {"id": "a" * 22, "title": "One", "artist": "A"},
    ):
        assert await refusal(await ask(ada, group, name, **question), 400) == "invalid", question
    assert await refusal(await ask(ada, group, name, id="a" * 22), 404) == "not_in_catalogue"
    assert await refusal(await ask(ada, group, name, id="../../etc"), 400) == "invalid"
    assert await refusal(await ask(ada, group, name, title="One", artist="Aiko"), 409) == "not_learnt"


@pytest.mark.parametrize("kind", ["songs", "words"])
async def test_only_people_who_agreed_can_be_picked(site: Site, circle: Circle, kind: str) -> None:
    group, ada, bob, cleo = circle
    url = f"/api/groups/{group}/whose/picks"
    for accounts in ([ada.account], [ada.account, cleo.account], [ada.account, "nobody"], [ada.account] * 2):
        assert await refusal(await ada.post(url, {"kind": kind, "accounts": accounts}), 409) == "bad_pick"
    assert await refusal(await ada.post(url, {"kind": kind, "accounts": ["x"] * 9}), 400) == "invalid"
    assert await refusal(await ada.post(url, {"kind": "looks", "accounts": []}), 400) == "invalid"
    made = await content(await cleo.post(url, {"kind": kind, "accounts": [bob.account, ada.account]}), 202)
    assert made["id"] == pick_id(kind, [ada.account, bob.account])  # type: ignore[arg-type]
    assert made["state"] == "learning"


@pytest.mark.parametrize("blocks", ["ada", "cleo"])
async def test_a_block_keeps_what_was_learnt_of_somebody_from_the_other(
    site: Site, circle: Circle, blocks: str
) -> None:
    group, ada, bob, cleo = circle
    name = await learnt_words(site, circle)
    assert (await ask(cleo, group, name, text="hello")).status_code == 200
    blocking, blocked = (ada, cleo) if blocks == "ada" else (cleo, ada)
    await content(await blocking.put(f"/api/me/blocked/{blocked.account}"))
    assert await refusal(await ask(cleo, group, name, text="hello"), 404) == "no_such_pick"
    assert (await cleo.json(f"/api/groups/{group}/whose"))["picks"] == []
    wish = {"kind": "words", "accounts": [ada.account, bob.account]}
    assert await refusal(await cleo.post(f"/api/groups/{group}/whose/picks", wish), 409) == "bad_pick"
    assert (await ask(bob, group, name, text="hello")).status_code == 200


async def test_nobody_outside_the_group_sees_or_does_any_of_it(site: Site, circle: Circle) -> None:
    group, *_ = circle
    name = await learnt_words(site, circle)
    dario = await site.log_in("dario")
    assert (await dario.get(f"/groups/{group}/whose")).status_code == 404
    assert (await dario.get(f"/groups/{group}/party")).status_code == 404
    assert await refusal(await dario.get(f"/api/groups/{group}/whose"), 404)
    assert await refusal(await ask(dario, group, name, text="hello"), 404)
    assert await refusal(await dario.put(f"/api/groups/{group}/whose/agreement", {"songs": True, "words": True}), 404)


async def test_the_page_says_what_it_may_learn_from(circle: Circle) -> None:
    group, ada, *_ = circle
    text = await page(await ada.get(f"/groups/{group}/whose"))
    assert "Nothing, unless you say so" in text
    assert "Nothing that SongSwap recorded from Spotify" in text

from typing import Any

import pytest

from songswap.core.talk.posts import MOST_EDITS, MOST_REPLIES, PAGE
from songswap.documents import CIRCLE, PROFILE
from songswap.model.posts import Written
from songswap.model.profiles import Circle, Profile
from tests.web.site import Browser, Site, content, group_of, refusal

MARKUP = '<script>alert(1)</script> & "quotes" <img src=x onerror=alert(2)>'


async def wrote(browser: Browser, place: str, text: str, **body: Any) -> Any:
    return await content(await browser.post(f"/api/places/{place}/posts", {"text": text, **body}), 201)


async def texts(browser: Browser, place: str) -> list[str]:
    items = (await browser.json(f"/api/places/{place}/posts"))["items"]
    return [post["text"] for post in items if not post["system"]]


async def test_what_is_written_can_be_read_by_the_group(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"group:{await group_of(ada, bob)}"
    post = await wrote(ada, place, MARKUP)
    assert post["text"] == MARKUP
    assert post["by"]["id"] == ada.account
    assert (await bob.json(f"/api/places/{place}/posts"))["items"] == [post]
    assert await bob.json(f"/api/places/{place}/posts/{post['id']}") == post


@pytest.mark.parametrize("kind", ["group", "chat"])
async def test_nobody_outside_reads_writes_or_learns_of_a_place(site: Site, kind: str) -> None:
    ada, eve = await site.log_in("ada"), await site.log_in("cleo")
    place = f"{kind}:{await group_of(ada)}"
    post = await wrote(ada, place, "secret")
    address = f"/api/places/{place}/posts"
    answers = [
        await eve.get(address),
        await eve.post(address, {"text": "x"}),
        await eve.get(f"{address}/{post['id']}"),
        await eve.patch(f"{address}/{post['id']}", {"text": "x"}),
        await eve.delete(f"{address}/{post['id']}"),
        await eve.put(f"{address}/{post['id']}/reactions/👍"),
        await eve.get(f"/api/live?place={place}"),
    ]
    assert {await refusal(answer, 404) for answer in answers} == {"not_found"}


@pytest.mark.parametrize("place", ["x", "wall:", "wall:nobody", "group:../../etc", "chat:x%00", "feed", "wall:%2e%2e"])
async def test_places_that_are_none_are_not_found(site: Site, place: str) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await ada.get(f"/api/places/{place}/posts"), 404) == "not_found"


async def test_friends_write_on_a_profile_that_shows_its_posts_to_them(site: Site) -> None:
    ada, bob, eve = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    await group_of(ada, bob)
    wall = f"wall:{ada.account}"
    await wrote(ada, wall, "mine")
    assert await refusal(await bob.get(f"/api/places/{wall}/posts"), 404) == "not_found"
    site.store.write(PROFILE, Profile(audience="everybody", sections={"posts": "everybody"}), ada.account)
    assert await texts(eve, wall) == ["mine"]
    assert await refusal(await eve.post(f"/api/places/{wall}/posts", {"text": "x"}), 403) == "not_allowed"
    post = await wrote(bob, wall, "hello Ada")
    assert (await content(await ada.delete(f"/api/places/{wall}/posts/{post['id']}")))["is_removed"]
    assert await texts(eve, wall) == ["", "mine"]


async def test_a_post_is_changed_by_its_author_who_alone_sees_how_it_was(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    address = f"/api/places/group:{await group_of(ada, bob)}/posts"
    post = await content(await bob.post(address, {"text": "frist"}), 201)
    site.clock.advance(seconds=5)
    changed = await content(await bob.patch(f"{address}/{post['id']}", {"text": "first"}))
    assert (changed["text"], changed["edited_at_ms"]) == ("first", site.clock.now_ms())
    assert await refusal(await ada.patch(f"{address}/{post['id']}", {"text": "x"}), 403) == "not_allowed"
    history = await bob.json(f"{address}/{post['id']}/history")
    assert history == {"items": [{"text": "frist", "until_ms": site.clock.now_ms()}]}
    assert await refusal(await ada.get(f"{address}/{post['id']}/history"), 403) == "not_allowed"


async def test_hosts_remove_what_others_wrote_and_members_do_not(site: Site) -> None:
    ada, bob, eve = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    address = f"/api/places/chat:{await group_of(ada, bob, eve)}/posts"
    post = await content(await bob.post(address, {"text": "rude"}), 201)
    assert await refusal(await eve.delete(f"{address}/{post['id']}"), 403) == "not_allowed"
    gone = await content(await ada.delete(f"{address}/{post['id']}"))
    assert (gone["text"], gone["is_removed"], gone["is_removed_by_author"]) == ("", True, False)
    assert await content(await ada.delete(f"{address}/{post['id']}")) == gone
    assert (await bob.json(f"{address}/{post['id']}/history"))["items"][0]["text"] == "rude"
    assert await refusal(await bob.patch(f"{address}/{post['id']}", {"text": "x"}), 403) == "not_allowed"


async def test_replies_lie_with_what_they_answer(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"group:{await group_of(ada, bob)}"
    post = await wrote(ada, place, "question")
    reply = await wrote(bob, place, "answer", answers=post["id"])
    assert reply["answers"] == post["id"]
    again = await wrote(ada, place, "thanks", answers=reply["id"])
    assert again["answers"] == post["id"]
    (item,) = (await bob.json(f"/api/places/{place}/posts"))["items"]
    assert [one["text"] for one in item["replies"]] == ["answer", "thanks"]
    removed = await content(await bob.delete(f"/api/places/{place}/posts/{reply['id']}"))
    assert removed["is_removed"]
    assert await refusal(await ada.post(f"/api/places/{place}/posts", {"text": "x", "answers": "17"}), 404)


async def test_a_post_has_so_many_replies_and_no_more(site: Site) -> None:
    ada = await site.log_in("ada")
    place = f"group:{await group_of(ada)}"
    post = await wrote(ada, place, "root")
    book = site.services.books.open(_place(place))
    root = int(post["id"])
    for _ in range(MOST_REPLIES):
        book.append(Written(book.number(0), 0.0, ada.account, "x", answers=root), root)
    refused = await ada.post(f"/api/places/{place}/posts", {"text": "x", "answers": post["id"]})
    assert await refusal(refused, 409) == "too_many_replies"


def _place(text: str) -> Any:
    from songswap.web.talk.post_places import place_of

    return place_of(text)


async def test_a_post_is_changed_so_many_times_and_no_more(site: Site) -> None:
    ada = await site.log_in("ada")
    address = f"/api/places/group:{await group_of(ada)}/posts"
    post = await content(await ada.post(address, {"text": "0"}), 201)
    for number in range(MOST_EDITS):
        site.clock.advance(minutes=1)
        await content(await ada.patch(f"{address}/{post['id']}", {"text": f"{number + 1}"}))
    assert await refusal(await ada.patch(f"{address}/{post['id']}", {"text": "x"}), 409) == "too_many_edits"


async def test_reactions_are_put_and_taken_back_once_each(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    address = f"/api/places/chat:{await group_of(ada, bob)}/posts"
    post = await content(await ada.post(address, {"text": "song!"}), 201)
    for _ in range(2):
        state = await content(await bob.put(f"{address}/{post['id']}/reactions/🔥"))
    assert [(one["emoji"], [who["id"] for who in one["by"]]) for one in state["reactions"]] == [("🔥", [bob.account])]
    for _ in range(2):
        state = await content(await bob.delete(f"{address}/{post['id']}/reactions/🔥"))
    assert state["reactions"] == []
    assert await refusal(await bob.put(f"{address}/{post['id']}/reactions/🍕"), 400) == "no_such_reaction"


async def test_what_is_sent_twice_with_one_key_is_written_once(site: Site) -> None:
    ada = await site.log_in("ada")
    address = f"/api/places/chat:{await group_of(ada)}/posts"
    key = {"Idempotency-Key": "3f6c0a52-0d8c"}
    first = await content(await ada.post(address, {"text": "once"}, headers=key), 201)
    second = await content(await ada.post(address, {"text": "once"}, headers=key), 201)
    assert second == first
    assert len((await ada.json(address))["items"]) == 1
    assert await refusal(await ada.post(address, {"text": "x"}, headers={"Idempotency-Key": "a b"}), 400) == "invalid"


async def test_pages_follow_on_each_other_over_many_files(site: Site) -> None:
    ada = await site.log_in("ada")
    group = await group_of(ada)
    book = site.services.books.open(_place(f"chat:{group}"))
    for number in range(2 * PAGE + 50):
        book.append(Written(book.number(site.clock.now_ms()), 0.0, ada.account, str(number)))
    seen: list[str] = []
    cursor = ""
    while True:
        page = await ada.json(f"/api/places/chat:{group}/posts?limit=100{cursor}")
        seen += [post["text"] for post in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [str(number) for number in reversed(range(2 * PAGE + 50))]


@pytest.mark.parametrize("cursor", ["x", "-1", "1e9", "1" * 17, "%D9%A3", "1;2"])
async def test_forged_cursors_are_refused(site: Site, cursor: str) -> None:
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    assert await refusal(await ada.get(f"/api/places/{place}/posts?cursor={cursor}"), 400) == "invalid"
    assert await refusal(await ada.get(f"/api/me/feed?cursor={cursor}"), 400) == "invalid"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "empty"),
        ({"text": " \u202e\u200b "}, "turned_text"),
        ({"text": "x" * 5_001}, "too_long"),
        ({"text": 3}, "invalid"),
        ({"text": "x", "colour": "red"}, "invalid"),
        ({"text": "x", "attach": {}}, "invalid"),
        ({"text": "x", "attach": {"link": "https://example.org/track/1"}}, "invalid"),
        ({"text": "x", "attach": {"chart": {"kind": "years"}}}, "invalid"),
    ],
)
async def test_what_can_not_be_a_post_is_refused_in_words(site: Site, body: Any, code: str) -> None:
    ada = await site.log_in("ada")
    place = f"group:{await group_of(ada)}"
    assert await refusal(await ada.post(f"/api/places/{place}/posts", body), 400) == code
    assert await texts(ada, place) == []


async def test_a_megabyte_is_refused_before_it_is_read(site: Site) -> None:
    ada = await site.log_in("ada")
    place = f"group:{await group_of(ada)}"
    assert await refusal(await ada.post(f"/api/places/{place}/posts", {"text": "x" * 1_000_000}), 413)
    assert await texts(ada, place) == []


async def test_who_writes_all_the_time_is_asked_to_wait(site: Site) -> None:
    ada = await site.log_in("ada")
    address = f"/api/places/chat:{await group_of(ada)}/posts"
    for _ in range(30):
        await content(await ada.post(address, {"text": "spam"}), 201)
    refused = await ada.post(address, {"text": "spam"})
    assert refused.headers["Retry-After"] == "20"
    assert await refusal(refused, 429) == "too_fast"
    site.clock.advance(minutes=1)
    await content(await ada.post(address, {"text": "spam"}), 201)


async def test_people_who_may_read_it_can_be_mentioned(site: Site) -> None:
    ada, bob, _ = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    place = f"chat:{await group_of(ada, bob)}"
    names = {one.id: one.handle for one in site.services.directory.everybody()}
    eve = names[site.account_of("cleo")]
    post = await wrote(ada, place, f"@{names[bob.account].upper()} and @{eve} and @nobody")
    assert [one["id"] for one in post["mentions"]] == [bob.account]


async def test_nothing_is_read_of_those_who_are_blocked_or_muted(site: Site) -> None:
    ada, bob, eve = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    place = f"chat:{await group_of(ada, bob, eve)}"
    post = await wrote(bob, place, "from Bob")
    site.store.write(CIRCLE, Circle(blocked=(bob.account,)), ada.account)
    site.store.write(CIRCLE, Circle(muted=(bob.account,)), eve.account)
    assert (await texts(ada, place), await texts(eve, place), await texts(bob, place)) == ([], [], ["from Bob"])
    assert await refusal(await ada.get(f"/api/places/{place}/posts/{post['id']}"), 404) == "no_such_post"
    await wrote(ada, place, "from Ada")
    assert await texts(bob, place) == ["from Bob"]


async def test_numbers_grow_although_the_clock_is_set_back(site: Site) -> None:
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    posts = []
    for jump in (0, -86_400, 86_400, -1):
        site.clock.advance(seconds=jump)
        posts.append(await wrote(ada, place, str(jump)))
    ids = [int(post["id"]) for post in posts]
    assert ids == sorted(set(ids))
    assert await texts(ada, place) == ["-1", "86400", "-86400", "0"]

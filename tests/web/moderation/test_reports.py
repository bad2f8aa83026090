"""Reporting, and deciding on reports: who may, who sees it, and what becomes of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from songswap.documents import CIRCLE, PROFILE, REPORTS
from songswap.model.profiles import Audience, Circle, Profile
from songswap.model.reports import Reports
from songswap.simulator import World
from songswap.web.kit.rate_limiter import Pace
from tests.web.site import Browser, Site, content, group_of, open_site, page, refusal

REASON = "It is <b>spam</b>."


@pytest.fixture
async def site(tmp_path: Path, world: World) -> AsyncIterator[Site]:
    async with open_site(tmp_path / "store", world, operators=("dario",)) as opened:
        yield opened


async def wrote(browser: Browser, place: str, text: str) -> Any:
    return await content(await browser.post(f"/api/places/{place}/posts", {"text": text}), 201)


async def report(browser: Browser, place: str, **what: str) -> Any:
    return await browser.post("/api/reports", {"place": place, "reason": REASON, **what})


async def open_in(browser: Browser, group: str) -> Any:
    return (await browser.json(f"/api/groups/{group}/reports"))["items"]


async def kinds(browser: Browser) -> list[str]:
    return [one["kind"] for one in (await browser.json("/api/me/notices"))["items"]]


async def test_a_reported_post_is_shown_as_it_was_and_removed(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob, cleo, name="Friday")
    place = f"chat:{group}"
    post = await wrote(bob, place, "rude")
    filed = await content(await report(cleo, place, post=post["id"]), 201)
    assert filed["goes_to"] == "hosts"
    await bob.patch(f"/api/places/{place}/posts/{post['id']}", {"text": "nice"})
    (shown,) = await open_in(ada, group)
    assert (shown["text"], shown["reason"], shown["place_name"], shown["is_gone"]) == ("rude", REASON, "Friday", False)
    assert (shown["by"]["name"], shown["about"]["name"]) == ("Cleo", "Bob")
    text = await ada.text(f"/groups/{group}/reports")
    assert "rude" in text
    assert "It is &lt;b&gt;spam&lt;/b&gt;." in text
    assert (await ada.post(f"/api/reports/{shown['id']}", {"action": "remove"})).status_code == 204
    gone, *_ = (await cleo.json(f"/api/places/{place}/posts"))["items"]
    assert (gone["text"], gone["is_removed"], gone["is_removed_by_author"]) == ("", True, False)
    assert await open_in(ada, group) == []
    assert await refusal(await ada.post(f"/api/reports/{shown['id']}", {"action": "remove"}), 404) == "no_such_report"


async def test_a_dismissed_report_leaves_the_post_and_can_be_made_anew(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    place = f"group:{(group := await group_of(ada, bob, cleo))}"
    post = await wrote(bob, place, "fine")
    await report(cleo, place, post=post["id"])
    assert await refusal(await report(cleo, place, post=post["id"]), 409) == "already_reported"
    (shown,) = await open_in(ada, group)
    assert (await ada.post(f"/api/reports/{shown['id']}", {"action": "dismiss"})).status_code == 204
    assert (await cleo.json(f"/api/places/{place}/posts"))["items"][0]["text"] == "fine"
    assert (await report(cleo, place, post=post["id"])).status_code == 201


WHO = ("host", "co-host", "member", "operator", "outside")


@pytest.mark.parametrize(
    ("about", "sees"),
    [
        ("member", {"host", "co-host", "operator"}),
        ("host", {"co-host", "operator"}),
        ("co-host", {"host", "operator"}),
    ],
)
async def test_who_sees_a_report_and_decides_on_it(site: Site, about: str, sees: set[str]) -> None:
    names = dict(zip((*WHO, "reporter"), ("ada", "bob", "cleo", "dario", "finn", "gus"), strict=True))
    people = {role: await site.log_in(name) for role, name in names.items()}
    group = await group_of(*(people[role] for role in ("host", "co-host", "member", "reporter")))
    await people["host"].patch(f"/api/groups/{group}/members/{people['co-host'].account}", {"role": "co-host"})
    place = f"chat:{group}"
    post = await wrote(people[about], place, "rude")
    assert (await report(people["reporter"], place, post=post["id"])).status_code == 201
    (made,) = (site.store.read(REPORTS) or Reports()).open
    for role in WHO:
        assert ("report" in await kinds(people[role])) is (role in sees), role
        if role not in sees:
            assert await refusal(await people[role].post(f"/api/reports/{made.id}", {"action": "remove"}), 404), role
    assert len(await open_in(people["host"], group)) == (about != "host")
    assert await refusal(await people["member"].get(f"/api/groups/{group}/reports"), 403) == "not_allowed"
    assert await refusal(await people["outside"].get(f"/api/groups/{group}/reports"), 404) == "not_a_member"
    for role in WHO:
        export = str(await people[role].json("/api/me/export"))
        assert people["reporter"].account not in export, role
    decided = await people["operator"].post(f"/api/reports/{made.id}", {"action": "remove"})
    assert decided.status_code == 204


@pytest.mark.parametrize(
    ("audience", "relation", "may"),
    [
        ("me", "group", False),
        ("groups", "group", True),
        ("groups", "here", False),
        ("everybody", "here", True),
        ("everybody", "blocked", False),
    ],
)
async def test_a_person_is_reported_by_those_who_see_their_profile(
    site: Site, audience: Audience, relation: str, may: bool
) -> None:
    ada, bob, _ = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("dario")
    site.store.write(PROFILE, Profile(audience=audience), bob.account)
    if relation == "group":
        await group_of(ada, bob)
    if relation == "blocked":
        site.store.write(CIRCLE, Circle(blocked=(ada.account,)), bob.account)
    answer = await report(ada, f"wall:{bob.account}", account=bob.account)
    if may:
        assert (await content(answer, 201))["goes_to"] == "operator"
    else:
        assert await refusal(answer, 404) == "not_found"


async def test_a_person_in_a_group_is_reported_to_its_hosts_even_if_they_blocked_one(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob, cleo)
    site.store.write(CIRCLE, Circle(blocked=(cleo.account,)), bob.account)
    assert (await report(cleo, f"group:{group}", account=bob.account)).status_code == 201
    (shown,) = await open_in(ada, group)
    assert (shown["post"], shown["about"]["name"]) == ("", "Bob")
    refused = await ada.post(f"/api/reports/{shown['id']}", {"action": "remove"})
    assert await refusal(refused, 409) == "nothing_to_remove"


async def test_what_can_not_be_reported_is_refused_in_words(site: Site) -> None:
    ada, bob, eve = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob)
    place = f"chat:{group}"
    mine, theirs = await wrote(bob, place, "mine"), await wrote(ada, place, "theirs")
    await ada.delete(f"/api/places/{place}/posts/{theirs['id']}")
    tries: list[tuple[Browser, dict[str, Any], int, str]] = [
        (eve, {"place": place, "post": mine["id"]}, 404, "not_found"),
        (eve, {"place": place, "account": bob.account}, 404, "not_found"),
        (bob, {"place": place, "post": theirs["id"]}, 404, "no_such_post"),
        (bob, {"place": place, "post": "../x"}, 404, "no_such_post"),
        (bob, {"place": "feed", "post": "1"}, 404, "not_found"),
        (bob, {"place": place, "post": mine["id"]}, 409, "yourself"),
        (bob, {"place": place, "account": bob.account}, 409, "yourself"),
        (bob, {"place": place, "account": eve.account}, 404, "not_found"),
        (bob, {"place": place, "account": "../.."}, 404, "not_found"),
        (bob, {"place": place}, 400, "invalid"),
        (bob, {"place": place, "post": "1", "account": ada.account}, 400, "invalid"),
        (bob, {"place": place, "account": ada.account, "reason": "  "}, 400, "no_reason"),
        (bob, {"place": place, "account": ada.account, "reason": " \u202e "}, 400, "turned_text"),
        (bob, {"place": place, "account": ada.account, "reason": "x" * 501}, 400, "too_long"),
        (bob, {"place": place, "account": ada.account, "why": "x"}, 400, "invalid"),
    ]
    for browser, body, status, code in tries:
        assert await refusal(await browser.post("/api/reports", {"reason": "x", **body}), status) == code, body
    assert site.store.read(REPORTS) is None


async def test_where_nobody_could_look_at_it_that_is_said(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    refused = await report(bob, f"group:{group}", account=ada.account)
    assert await refusal(refused, 409) == "nobody_to_tell"  # she is the only host, and the operator was never here
    await site.log_in("dario")
    assert (await content(await report(bob, f"group:{group}", account=ada.account), 201))["goes_to"] == "operator"


async def test_reports_in_a_hurry_are_slowed_down(site: Site) -> None:
    site.services.report_pace = Pace(limit=2, window_ms=3_600_000.0)
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    posts = [await wrote(ada, place, str(number)) for number in range(3)]
    await site.log_in("dario")
    answers = [await report(bob, place, post=one["id"]) for one in posts]
    assert [one.status_code for one in answers] == [201, 201, 429]
    site.clock.advance(hours=1)
    assert (await report(bob, place, post=posts[2]["id"])).status_code == 201


async def test_reports_go_with_whom_they_are_about_and_forget_who_made_them(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob, cleo)
    await report(cleo, f"group:{group}", account=bob.account)
    await report(bob, f"group:{group}", account=cleo.account)
    assert (await cleo.json("/api/me/export"))["reports"][0]["reason"] == REASON
    await cleo.delete("/api/me")
    (left,) = await open_in(ada, group)
    assert (left["by"], left["about"]["name"]) == (None, "Bob")
    await bob.delete("/api/me")
    assert await open_in(ada, group) == []


async def test_the_group_page_leads_its_hosts_to_open_reports(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob, cleo)
    await report(cleo, f"group:{group}", account=bob.account)
    assert "1 open" in await page(await ada.get(f"/groups/{group}"))
    assert f"/groups/{group}/reports" not in await cleo.text(f"/groups/{group}")

"""With whom one shares, and what somebody's secret link shows to those who have it."""

import pytest

from songswap.columns.figures.answers import key_of
from songswap.documents import ACCOUNT, SHARING
from songswap.model.sharing import Sharing
from songswap.web.insights.figure_table import TABLE
from songswap.web.insights.insights_api import SHARED
from tests.web.friends import AIKO, BENT, Friends
from tests.web.site import Browser, Site, content, group_of, refusal

NOTHING = {
    "groups": [],
    "everybody": False,
    "link_url": None,
    "link_expires_at_ms": None,
    "is_paused": False,
    "zone": "UTC",
    "week_start": "monday",
    "rule": "30s",
}


async def test_nothing_is_shared_unless_one_says_so(friends: Friends) -> None:
    assert await friends.ada.json("/api/me/sharing") == NOTHING
    assert friends.site.store.read(SHARING, friends.ada.account) is None


async def test_what_is_left_out_stays(friends: Friends) -> None:
    await friends.share(friends.ada, groups=[friends.group, friends.group], rule="half", zone="Asia/Kathmandu")
    await friends.share(friends.ada, everybody=True, week_start="sunday")
    told = await friends.share(friends.ada, is_paused=True)
    assert told == {
        **NOTHING,
        "groups": [friends.group],
        "everybody": True,
        "is_paused": True,
        "zone": "Asia/Kathmandu",
        "week_start": "sunday",
        "rule": "half",
    }
    account = friends.site.store.read(ACCOUNT, friends.ada.account)
    assert account
    assert (account.zone, account.display_name) == ("Asia/Kathmandu", "Ada")
    stored = Sharing((friends.group,), everybody=True, is_paused=True, week_start="sunday", rule="half")
    assert friends.site.store.read(SHARING, friends.ada.account) == stored


async def test_my_zone_week_and_rule_are_where_figures_begin(friends: Friends) -> None:
    await friends.share(friends.ada, zone="America/New_York", week_start="sunday", rule="all")
    about = (await friends.ask(friends.ada, "totals", period="week", at="2026-01-01"))["about"]
    assert (about["period"]["zone"], about["period"]["first_day"], about["rule"]) == (
        "America/New_York",
        "2025-12-28",
        "all",
    )


@pytest.mark.parametrize(
    "wish",
    [
        {"groups": ["nowhere"]},
        {"groups": ["../x"]},
        {"groups": "all"},
        {"everybody": "yes"},
        {"link": "mine"},
        {"zone": "Mars"},
        {"zone": ""},
        {"week_start": "friday"},
        {"rule": "some"},
        {"link_secret": "abc"},
        {"zone": "Europe/Berlin", "groups": ["nowhere"]},
    ],
)
async def test_wishes_that_make_no_sense_change_nothing(friends: Friends, wish: dict[str, object]) -> None:
    response = await friends.ada.put("/api/me/sharing", wish)
    assert await refusal(response, 400) in {"invalid", "not_a_member"}
    assert await friends.ada.json("/api/me/sharing") == NOTHING


async def test_who_leaves_a_group_shares_with_it_no_more(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    assert await friends.plays(friends.ada, scope=f"account:{friends.bob.account}") == 2
    assert (await friends.bob.delete(f"/api/groups/{friends.group}/members/{friends.bob.account}")).status_code == 204
    assert (await friends.bob.json("/api/me/sharing"))["groups"] == []
    response = await friends.ada.get(f"/api/insights/totals?scope=account:{friends.bob.account}")
    assert await refusal(response, 404) == "not_shared"


async def test_another_group_in_common_is_not_enough(friends: Friends) -> None:
    other = await group_of(friends.bob, friends.cleo, name="Another")
    await friends.share(friends.bob, groups=[other])
    assert await friends.plays(friends.cleo, scope=f"group:{other}") == 3
    response = await friends.ada.get(f"/api/insights/totals?scope=account:{friends.bob.account}")
    assert await refusal(response, 404) == "not_shared"
    assert await friends.plays(friends.ada, scope=f"group:{friends.group}") == 2


# The secret link


async def link_of(friends: Friends, browser: Browser) -> str:
    """The path of the figures that the link of `browser` opens."""
    url: str = (await friends.share(browser, link=True))["link_url"]
    account, secret = url.split("/")[-2:]
    assert account == browser.account
    assert len(secret) >= 20
    return f"/api/shared/{account}/{secret}"


async def test_link_shows_that_persons_figures_without_a_log_in(friends: Friends) -> None:
    link = await link_of(friends, friends.ada)
    visitor = friends.site.browser()
    told = await visitor.json(f"{link}/totals")
    assert told["totals"]["plays"] == 2  # without the private session
    assert [one["name"] for one in told["about"]["people"]] == ["Ada"]
    assert (await visitor.json(f"{link}/top/artists?rule=all"))["items"][0]["artist"]["name"] == "Aiko"
    assert (await visitor.json(f"{link}/artists/{key_of(AIKO.artist)}"))["heard"]["plays"] == 2
    assert (await visitor.json(f"{link}/year/2026"))["totals"]["plays"] == 2
    assert (await visitor.json(f"{link}/totals?scope=account:{friends.ada.account}"))["totals"]["plays"] == 2


async def test_link_has_the_settings_of_whom_it_shows(friends: Friends) -> None:
    link = await link_of(friends, friends.ada)
    await friends.share(friends.ada, rule="all", zone="Asia/Kathmandu")
    about = (await friends.bob.json(f"{link}/totals"))["about"]
    assert (about["rule"], about["period"]["zone"]) == ("all", "Asia/Kathmandu")


async def test_link_shows_nobody_else(friends: Friends) -> None:
    link = await link_of(friends, friends.ada)
    await friends.share(friends.bob, everybody=True, groups=[friends.group])
    for browser in (friends.site.browser(), friends.ada):
        for scope in ("everybody", f"group:{friends.group}", f"account:{friends.bob.account}"):
            assert await refusal(await browser.get(f"{link}/totals?scope={scope}"), 404) == "not_found"
    for figure in ("match?with=" + friends.bob.account, "common", "brought", "scopes"):
        assert (await friends.site.browser().get(f"{link}/{figure}")).status_code == 404
    unheard = await friends.site.browser().get(f"{link}/artists/{key_of(BENT.artist)}")
    assert await refusal(unheard, 404) == "never_heard"


@pytest.mark.parametrize("figure", [f"{SHARED}.get_{row.name}" for row in TABLE if row.askers == "link"])
async def test_every_shared_figure_asks_for_the_secret(friends: Friends, figure: str) -> None:
    link = await link_of(friends, friends.ada)
    secret = link.rpartition("/")[2]
    rule = next(rule.rule for rule in friends.site.app.url_map.iter_rules() if rule.endpoint == figure)
    path = rule.replace("<kind>", "tracks").replace("<number>", "2026")
    for name in ("artist", "album", "track"):
        path = path.replace(f"<{name}>", key_of(getattr(AIKO, name) or 0))
    for account, key in (
        (friends.ada.account, secret[:-1]),
        (friends.ada.account, "x"),
        (friends.bob.account, secret),
        (friends.bob.account, "None"),
        ("nobody", secret),
    ):
        wrong = path.replace("<account>", account).replace("<secret>", key)
        assert await refusal(await friends.site.browser().get(wrong), 404) == "link_invalid"
    right = path.replace("<account>", friends.ada.account).replace("<secret>", secret)
    await content(await friends.site.browser().get(right))


async def test_link_taken_back_is_dead_and_the_next_is_another(friends: Friends) -> None:
    first = await link_of(friends, friends.ada)
    assert await link_of(friends, friends.ada) == first
    await friends.share(friends.ada, link=False)
    assert await refusal(await friends.site.browser().get(f"{first}/totals"), 404) == "link_invalid"
    assert await link_of(friends, friends.ada) != first
    assert await refusal(await friends.site.browser().get(f"{first}/totals"), 404) == "link_invalid"


async def test_link_is_gone_with_its_person(friends: Friends) -> None:
    link = await link_of(friends, friends.cleo)
    assert (await friends.cleo.delete("/api/me")).status_code == 204
    assert await refusal(await friends.site.browser().get(f"{link}/totals"), 404) == "link_invalid"
    assert await friends.plays(friends.ada, scope="everybody") == 2


async def test_link_is_no_part_of_what_one_takes_along(site: Site) -> None:
    ada = await site.log_in("ada")
    await content(await ada.put("/api/me/sharing", {"link": True, "everybody": True}))
    told = (await ada.json("/api/me/export"))["sharing"]
    assert (told["everybody"], told["link"]) == (True, None)

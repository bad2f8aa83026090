"""Figures over HTTP: whose, of when, counted how; and what is refused."""

import pytest

from songswap.columns.figures.answers import key_of
from songswap.web.insights.figure_table import TABLE
from tests.web.friends import AIKO, BENT, Friends
from tests.web.site import refusal

NAMED = {
    "artist": key_of(AIKO.artist),
    "album": key_of(AIKO.album or 0),
    "track": key_of(AIKO.track),
    "year": "2026",
}
FIGURES = [asked.format(**NAMED) for row in TABLE for asked in row.asked if row.askers == "link"]
OF_MANY = [asked for row in TABLE for asked in row.asked if row.is_of_many]


@pytest.mark.parametrize("figure", FIGURES)
async def test_every_figure_is_answered_for_every_scope(friends: Friends, figure: str) -> None:
    await friends.share(friends.bob, everybody=True)
    alone, together = [(friends.ada, "Ada")], [(friends.ada, "Ada"), (friends.bob, "Bob")]
    scopes = {
        "me": alone,
        f"account:{friends.bob.account}": together[1:],
        f"group:{friends.group}": together,
        "everybody": together,
    }
    for scope, expected in scopes.items():
        about = (await friends.ask(friends.ada, figure, scope=scope))["about"]
        assert {one["account"]: one["name"] for one in about["people"]} == {b.account: name for b, name in expected}
        assert (about["rule"], about["by"], about["period"]["zone"]) == ("30s", "plays", "UTC")


@pytest.mark.parametrize("figure", OF_MANY)
async def test_figures_of_many_are_of_those_who_agreed(friends: Friends, figure: str) -> None:
    async def heard(scope: str) -> int:
        return len((await friends.ask(friends.ada, figure, scope=scope))["items"])

    group = f"group:{friends.group}"
    assert (await heard(group), await heard("everybody")) == (0, 0)
    await friends.share(friends.bob, groups=[friends.group])
    assert (await heard(group), await heard("everybody")) == (1, 0)
    await friends.share(friends.cleo, everybody=True)
    assert (await heard(group), await heard("everybody")) == (1, 1)


async def test_top_lists_tell_plays_and_minutes(friends: Friends) -> None:
    found = await friends.ask(friends.ada, "top/tracks", rule="all")
    first = found["items"][0]
    assert (first["plays"], first["minutes"]) == (3, 10.0)
    assert first["track"] == {
        "id": key_of(AIKO.track),
        "title": "One",
        "artist": "Aiko",
        "artist_id": key_of(AIKO.artist),
        "album": "First",
        "album_id": key_of(AIKO.album or 0),
        "duration_ms": None,
        "spotify_id": "a" * 22,
        "cover_url": None,
    }
    assert found["items"][1]["track"]["title"] == "Two"
    assert "artist" not in first
    assert [item["artist"]["name"] for item in (await friends.ask(friends.ada, "top/artists"))["items"]] == ["Aiko"]
    genres = (await friends.ask(friends.ada, "top/genres", rule="all"))["items"]
    assert [(item["genre"], item["plays"]) for item in genres] == [("pop", 3), (None, 1)]


async def test_lists_go_on_where_the_page_before_ended(friends: Friends) -> None:
    first = await friends.ask(friends.ada, "top/tracks", rule="all", limit="1")
    second = await friends.ask(friends.ada, "top/tracks", rule="all", limit="1", cursor=first["next"])
    assert [one["items"][0]["track"]["title"] for one in (first, second)] == ["One", "Two"]
    assert (first["next"], second["next"]) == ("1", None)


async def test_rules_and_order_are_the_readers_choice(friends: Friends) -> None:
    assert [await friends.plays(friends.ada, rule=rule) for rule in ("30s", "half", "finished", "all")] == [3, 3, 3, 4]
    await friends.share(friends.ada, rule="all")
    assert await friends.plays(friends.ada) == 4
    assert (await friends.ask(friends.ada, "totals", by="minutes"))["about"]["by"] == "minutes"


@pytest.mark.parametrize(
    ("query", "plays", "days"),
    [
        ({}, 3, ("2026-01-01", "2026-11-20")),
        ({"period": "all"}, 3, ("2026-01-01", "2026-11-20")),
        ({"period": "year"}, 3, ("2026-01-01", "2026-12-31")),
        ({"period": "month", "at": "2026-03-15"}, 1, ("2026-03-01", "2026-03-31")),
        ({"period": "week", "at": "2026-01-01", "week_start": "sunday"}, 2, ("2025-12-28", "2026-01-03")),
        ({"period": "last7"}, 0, ("2026-11-14", "2026-11-20")),
        ({"from": "2026-01-01", "to": "2026-01-01"}, 2, ("2026-01-01", "2026-01-01")),
        ({"from": "2026-01-02"}, 1, ("2026-01-02", "2026-11-20")),
        ({"to": "2026-01-31"}, 2, ("2026-01-01", "2026-01-31")),
        ({"to": "2025-01-31"}, 0, ("2025-01-31", "2025-01-31")),
        ({"from": "2026-01-01", "to": "2026-01-01", "zone": "America/New_York"}, 0, ("2026-01-01", "2026-01-01")),
        ({"period": "year", "at": "2025-06-01", "zone": "America/New_York"}, 2, ("2025-01-01", "2025-12-31")),
    ],
)
async def test_periods_are_those_of_the_reader(
    friends: Friends, query: dict[str, str], plays: int, days: tuple[str, str]
) -> None:
    told = await friends.ask(friends.ada, "totals", **query)
    assert told["totals"]["plays"] == plays
    assert (told["about"]["period"]["first_day"], told["about"]["period"]["last_day"]) == days


async def test_change_is_told_with_what_it_is_compared_with(friends: Friends) -> None:
    told = await friends.ask(friends.ada, "totals", period="month", at="2026-02-01")
    assert told["totals"]["plays"] == 0
    assert told["before"]["plays"] == 2
    assert told["before_period"]["first_day"] == "2026-01-01"
    assert told["change"]["plays"] == -1.0
    assert (await friends.ask(friends.ada, "totals"))["before"] is None


async def test_gap_makes_figures_at_least(friends: Friends) -> None:
    about = (await friends.ask(friends.bob, "totals", period="month", at="2026-02-01"))["about"]
    assert (about["plays_at_least"], about["minutes_at_least"]) == (True, True)
    assert [gap["why"] for gap in about["gaps"]] == ["missed"]
    about = (await friends.ask(friends.bob, "totals", period="month", at="2026-03-01"))["about"]
    assert (about["plays_at_least"], about["minutes_at_least"], about["gaps"]) == (False, False, [])


async def test_private_sessions_are_in_ones_own_figures_alone(friends: Friends) -> None:
    await friends.share(friends.ada, everybody=True, groups=[friends.group])
    assert await friends.plays(friends.ada) == 3
    assert await friends.plays(friends.ada, scope=f"account:{friends.ada.account}") == 3
    assert await friends.plays(friends.bob, scope=f"account:{friends.ada.account}") == 2
    assert await friends.plays(friends.bob, scope="everybody") == 4
    assert await friends.plays(friends.ada, scope="everybody") == 2
    assert await friends.plays(friends.ada, scope=f"group:{friends.group}") == 2


async def test_taste_of_two_matches_with_reasons(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    match = await friends.ask(friends.ada, "match", **{"with": friends.bob.account}, rule="all")
    assert match["match"] == round(1 / 3 + 1 / 2, 4)
    assert [(one["artist"]["name"], one["share"]) for one in match["artists"]] == [("Aiko", 0.5), ("Bent", 0.3333)]
    assert match["artists"][0]["first"] == {"plays": 2, "minutes": 6.7}


async def test_who_brought_an_artist_is_told(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    brought = await friends.ask(friends.ada, "brought", scope=f"group:{friends.group}")
    assert [(one["artist"]["name"], one["account"]) for one in brought["items"]] == [("Aiko", friends.ada.account)]
    assert brought["items"][0]["followers"][0]["account"] == friends.bob.account
    assert brought["bringers"] == [{"account": friends.ada.account, "artists": 1}]


async def test_whose_figures_one_may_ask_for(friends: Friends) -> None:
    await friends.share(friends.bob, groups=[friends.group])
    await friends.share(friends.cleo, everybody=True)
    scopes = (await friends.ask(friends.ada, "scopes"))["items"]
    assert [(one["scope"], one["people"]) for one in scopes] == [
        ("me", 1),
        ("everybody", 2),
        (f"group:{friends.group}", 2),
        (f"account:{friends.bob.account}", 1),
        (f"account:{friends.cleo.account}", 1),
    ]
    for one in scopes:
        await friends.ask(friends.ada, "totals", scope=one["scope"])


@pytest.mark.parametrize(
    "scope", ["account:{bob}", "account:{cleo}", "account:nobody", "account:../x", "group:nothing"]
)
async def test_what_one_may_not_see_is_not_there(friends: Friends, scope: str) -> None:
    scope = scope.format(bob=friends.bob.account, cleo=friends.cleo.account)
    code = "not_found" if scope.startswith("group") or ".." in scope else "not_shared"
    assert await refusal(await friends.ada.get(f"/api/insights/totals?scope={scope}"), 404) == code


async def test_group_is_closed_to_those_outside(friends: Friends) -> None:
    response = await friends.cleo.get(f"/api/insights/totals?scope=group:{friends.group}")
    assert await refusal(response, 404) == "not_found"
    await friends.share(friends.ada, groups=[friends.group])
    response = await friends.cleo.get(f"/api/insights/match?with={friends.ada.account}")
    assert await refusal(response, 404) == "not_shared"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("zone=Mars", "“Mars” is no time zone"),
        ("zone=../../etc/passwd", "is no time zone"),
        ("from=2026-02-02&to=2026-02-01", "2026-02-02 is after to 2026-02-01"),
        ("from=2026-02-30", "from"),
        ("from=yesterday", "from"),
        ("from=1900-01-01", "from has to be a day from 1970-01-01"),
        ("to=9999-12-31", "to has to be"),
        ("period=month&from=2026-01-01", "not for both"),
        ("period=custom", "needs from and to"),
        ("period=decade", "period"),
        ("period=last7&at=2026-01-01", "at goes with"),
        ("at=2026-01-01", "at goes with"),
        ("period=month&at=0001-01-01", "at has to be"),
        ("rule=some", "rule"),
        ("by=weight", "by"),
        ("week_start=friday", "week_start"),
        ("scope=everyone", "scope is me"),
        ("scope=group:", "scope is me"),
        ("scope=", "scope is me"),
        ("scope=" + "x" * 100, "scope"),
        ("colour=blue", "colour"),
        ("limit=5", "limit"),
    ],
)
async def test_bad_questions_are_named(friends: Friends, query: str, said: str) -> None:
    response = await friends.ada.get(f"/api/insights/totals?{query}")
    assert response.status_code == 400
    assert said in (await response.get_json())["error"]["message"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("top/songs", 404),
        ("top/tracks?limit=0", 400),
        ("top/tracks?limit=501", 400),
        ("top/tracks?limit=many", 400),
        ("top/tracks?cursor=-1", 400),
        ("top/tracks?cursor=99999999999", 400),
        ("discoveries?kind=genres", 400),
        ("skips?kind=albums", 400),
        ("common?kind=albums", 400),
        ("over-time?step=year", 400),
        ("over-time?step=day&from=1970-01-01&to=2026-01-01", 400),
        ("artists/Aiko", 404),
        ("artists/zzzzzzzzzzzzzzzz", 404),
        ("artists/0000000000000001", 404),
        ("tracks/" + key_of(BENT.track) + "0", 404),
        ("albums/..%2f..%2fx", 404),
        ("year/twenty", 404),
        ("year/0000", 404),
        ("year/1969", 400),
        ("year/2026?period=month", 400),
        ("match", 400),
        ("match?with=", 400),
        ("match?with=nobody", 404),
        ("nothing", 404),
    ],
)
async def test_bad_addresses_are_refused(friends: Friends, address: str, status: int) -> None:
    response = await friends.ada.get(f"/api/insights/{address}")
    assert await refusal(response, status)


async def test_nobody_matches_themselves(friends: Friends) -> None:
    assert await refusal(await friends.ada.get(f"/api/insights/match?with={friends.ada.account}"), 400) == "invalid"


async def test_what_was_heard_only_in_private_is_not_there_for_others(friends: Friends) -> None:
    await friends.share(friends.ada, everybody=True)
    page = f"artists/{key_of(BENT.artist)}?rule=30s"
    assert await refusal(await friends.ada.get(f"/api/insights/{page}"), 404) == "never_heard"
    page = f"artists/{key_of(BENT.artist)}?rule=all"
    assert (await friends.ask(friends.ada, page))["heard"]["plays"] == 1

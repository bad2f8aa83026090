"""Who sees what of whom: every relation there can be, walked over every route that names a person.

The routes come from the application itself. One that names a person, by its address, by what it is asked with, or by
what it answers, fails here until it is in the table.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import pytest
from PIL import Image
from quart.datastructures import FileStorage
from werkzeug.routing import Rule

from songswap.columns.figures.answers import key_of
from songswap.core.history.name_folding import album_hash, artist_hash, recording_hash
from songswap.documents import CIRCLE, SHARING
from songswap.model.profiles import Circle
from songswap.model.sharing import Sharing
from songswap.web.insights.figure_table import TABLE as FIGURE_TABLE
from tests.columns.shelves import Shelved, Stored, named, shelve
from tests.web.friends import NOW, ms, play
from tests.web.site import Browser, Site, content, group_of

NAME, HANDLE, TASTE, WORDS = "Adalind Quux", "adalind", "Zaphoria", "xylophone"
"""What Ada is called, what she hears, and what she wrote: each stands for her, and for nobody else."""
SEED = "Bento"
"""What she hears shortly before."""

PEOPLE: Final = {
    "self": "ada",
    "mate": "bob",
    "stranger": "cleo",
    "follower": "finn",
    "blocked mate": "dario",
    "blocking mate": "edda",
    "blocked": "gus",
    "blocking": "hana",
}
"""Ada herself; in a group with her; logged in; following her; whom she has blocked, and who has blocked her, in a group
with her and not."""
APART: Final = {who for who in PEOPLE if who.startswith("block")}
MEMBERS: Final = {who for who in PEOPLE if who == "self" or who.endswith("mate")}
WHO: Final = (*PEOPLE, "link", "nobody")
"""Besides, not logged in: with Ada's links, and with nothing."""

Shared = Literal["everybody", "group", "nobody"]
Kind = Literal[
    "listening",  # for those with whom she shares it, of her alone and among others
    "listening by link",  # for those who have that link, unless a block keeps the two apart
    "profile",  # for those to whom she shows it: here everybody, and those with her link
    "profile by link",
    "names",  # lists of people: she is in it for those to whom she shows her profile
    "known",  # by name, to those who are in a group with her or see her profile
    "words",  # what she wrote
    "feed",  # the same, for those who have to do with her
    "notices",  # of what she wrote, for those it was for
    "room",  # who is in a group is told in it: to members alone
    "host",  # what only those do who look after the group
    "invitation",  # names the host, to whoever has it and is not kept out
    "screen",  # names those who listen, to whoever has its link
    "mine",  # one's own, whoever asks
    "operator",
]

FIGURE_PAGES: Final = ["show", "show_top", "show_artist", "show_album", "show_track", "show_year"]

TABLE: Final[dict[str, Kind]] = {
    **{f"insights.get_{row.name}": "listening" for row in FIGURE_TABLE},
    **{f"shared.get_{row.name}": "listening by link" for row in FIGURE_TABLE if row.askers == "link"},
    **{f"person_insights.{name}": "listening" for name in FIGURE_PAGES},
    **{f"group_insights.{name}": "listening" for name in FIGURE_PAGES},
    **{f"everybody_insights.{name}": "listening" for name in FIGURE_PAGES},
    **{f"link_insights.{name}": "listening by link" for name in FIGURE_PAGES},
    **{f"me_insights.{name}": "listening" for name in FIGURE_PAGES},
    "match_page.show_match": "listening",
    "scopes.get_scopes": "listening",
    "create.page": "listening",
    "create.get_choices": "listening",
    "create.preview": "listening",
    "list_sources.preview_list": "listening",
    "list_sources.save_source": "listening",
    "renewals.add_renewal": "mine",  # what the worker puts in is tested with it: tests/jobs/playlists/test_renewals.py
    "renewals.change_renewal": "mine",
    "people_pages.people_page": "names",
    "people_pages.person_page": "profile",
    "people_pages.linked_page": "profile by link",
    "profiles.get_person": "profile",
    "profiles.follow": "profile",
    "profiles.unfollow": "mine",
    "pictures.person_picture": "profile by link",
    "search.search": "names",
    "circles.mute": "known",
    "circles.block": "known",
    "circles.unmute": "mine",
    "circles.unblock": "mine",
    "circles.get_circle": "known",
    "account.account_page": "known",
    "posts.list_posts": "words",
    "posts.get_post": "words",
    "posts.get_post_history": "words",
    "posts.write_post": "words",
    "posts.edit_post": "words",
    "posts.remove_post": "words",
    "posts.react_to_post": "words",
    "posts.take_back_reaction": "words",
    "reports.report": "profile",
    "feed.get_feed": "feed",
    "pages.landing": "feed",
    "notices.get_notices": "notices",
    "notices.notices_page": "notices",
    "live.live": "words",
    "groups.get_group": "room",
    "groups.group_page": "room",
    "groups.assign_role": "host",
    "groups.remove_member": "host",
    "groups.let_back": "host",
    "group_places.let_in": "host",
    "group_places.turn_away": "host",
    "group_places.get_group_playlists": "room",
    "post_pages.group_posts": "room",
    "session.put_session": "host",
    "party.page": "room",
    "party.put_guess": "room",
    "whose.get_whose": "room",
    "whose.page": "room",
    "whose.pick_people": "room",
    "invites.invitation": "invitation",
    "invites.accept": "invitation",
    "screen.show": "screen",
    "screen.events": "screen",
    "screen.invite_code": "screen",
    "operator.disconnect_account": "operator",
}

ADDRESSES: Final = {"account", "handle", "place", "secret"}
FIELDS: Final = {"account", "accounts", "lead", "whose", "with", "scope", "place"}
"""What names a person in an address, and in what is asked with it."""


ROWS: Final = [
    play(f"2026-11-{day}T10:0{minute}", artist, "Song", "Record")
    for day in range(14, 21)
    for minute, artist in ((0, SEED), (5, TASTE))
]
HEARD: Final = Shelved(tuple(ROWS), tuple(named(one, "Song", "Record", track_id=one[0] * 22) for one in (SEED, TASTE)))


@dataclass
class Cast:
    """Everybody who looks, and what the addresses of Ada's things are made of."""

    site: Site
    browsers: dict[str, Browser]
    parts: dict[str, str]
    picture: str
    links: dict[str, str]

    @property
    def ada(self) -> Browser:
        return self.browsers["self"]

    def rules(self) -> Iterator[Rule]:
        """Every route there is, but the files of the pages and the connection of a player."""
        return (rule for rule in self.site.app.url_map.iter_rules() if rule.endpoint != "static" and not rule.websocket)

    def address(self, rule: Rule) -> str:
        """The address of the route for Ada, her group, and what she hears and wrote."""
        if rule.endpoint == "pictures.person_picture":
            return self.picture
        kind = "screen" if "screen" in rule.endpoint else "join" if "invites" in rule.endpoint else ""
        kind = kind or ("profile" if rule.endpoint == "people_pages.linked_page" else "shared")
        parts = {**self.parts, "secret": self.links[kind], "kind": "artists", "number": "2026"}
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: parts.get(found[1], "anything"), rule.rule)
        for thing in ("artist", "album", "track"):
            path = path.replace(f"/{thing}s/anything", f"/{thing}s/{parts[thing]}")
        return path


@pytest.fixture
async def cast(site: Site) -> Cast:
    browsers = {who: await site.log_in(name) for who, name in PEOPLE.items()}
    browsers |= {"link": site.browser(), "nobody": site.browser()}
    ada = browsers["self"]
    group = await group_of(ada, *(browsers[who] for who in PEOPLE if who.endswith("mate")))
    site.clock.advance(seconds=(ms(NOW) - site.clock.now_ms()) / 1000)
    shelve(site.store.root, Stored({ada.account: HEARD}))
    kept = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(kept, "PNG")
    profile = await content(
        await ada.put("/api/me/picture", files={"file": FileStorage(io.BytesIO(kept.getvalue()), "me.png")})
    )
    sections = dict.fromkeys(("top", "recent", "now", "streak", "playlists", "posts"), "link")
    wish = {"name": NAME, "handle": HANDLE, "audience": "link", "sections": sections, "link": True}
    profile_link = (await content(await ada.patch("/api/me/profile", wish)))["link_url"]
    shared_link = (await content(await ada.put("/api/me/sharing", {"link": True})))["link_url"]
    screen_link = (await content(await ada.post(f"/api/groups/{group}/screen"), 201))["screen_url"]
    invite_link = (await ada.json(f"/api/groups/{group}"))["invite_url"]
    wall = await content(await ada.post(f"/api/places/wall:{ada.account}/posts", {"text": WORDS}), 201)
    everybody = " ".join(f"@{browser}" for browser in PEOPLE.values())
    await content(await ada.post(f"/api/places/group:{group}/posts", {"text": f"{WORDS} {everybody}"}), 201)
    site.store.write(
        CIRCLE, Circle(blocked=(browsers["blocked"].account, browsers["blocked mate"].account)), ada.account
    )
    for who in ("blocking", "blocking mate"):
        site.store.write(CIRCLE, Circle(blocked=(ada.account,)), browsers[who].account)
    site.store.write(CIRCLE, Circle(follows=(ada.account,)), browsers["follower"].account)
    parts = {
        "account": ada.account,
        "handle": HANDLE,
        "place": f"wall:{ada.account}",
        "post": str(wall["id"]),
        "emoji": "👍",
        "group_id": group,
        "key": "anything",
        "artist": key_of(artist_hash(TASTE)),
        "album": key_of(album_hash(TASTE, "Record")),
        "track": key_of(recording_hash(TASTE, "Song")),
    }
    links = {"profile": profile_link, "shared": shared_link, "screen": screen_link, "join": invite_link}
    return Cast(
        site, browsers, parts, str(profile["image_url"]), {name: url.rsplit("/", 1)[1] for name, url in links.items()}
    )


# The table is whole


async def test_every_route_that_names_a_person_is_in_the_table(cast: Cast) -> None:
    by_address = {rule.endpoint for rule in cast.rules() if rule.arguments & ADDRESSES}
    asked_with = await fields_of(cast.site)
    by_fields = {
        rule.endpoint
        for rule in cast.rules()
        for method in rule.methods or ()
        if asked_with.get((method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)), set()) & FIELDS
    }
    assert len(by_address) > 40
    assert len(by_fields) > 20
    assert by_address | by_fields <= TABLE.keys()


async def test_the_table_names_only_routes_there_are(cast: Cast) -> None:
    assert TABLE.keys() <= {rule.endpoint for rule in cast.rules()}


async def test_what_is_not_in_the_table_tells_nobody_anything_of_ada(cast: Cast) -> None:
    await share(cast, "everybody")
    others = [rule for rule in cast.rules() if rule.endpoint not in TABLE and "GET" in (rule.methods or ())]
    assert len(others) > 40
    for rule in others:
        if is_stream(rule):
            continue
        for who in WHO:
            if who != "self":
                response = await cast.browsers[who].get(cast.address(rule))
                said = told((await response.get_data()).decode(errors="replace"))
                assert said == set(), (rule.endpoint, who)


async def fields_of(site: Site) -> dict[tuple[str, str], set[str]]:
    """What each route is asked with, by method and address, from the document of the API."""
    api = await site.browser().json("/openapi.json")
    return {
        (method.upper(), path): set(names_in(api, operation))
        for path, operations in api["paths"].items()
        for method, operation in operations.items()
    }


def names_in(api: Any, operation: Any) -> Iterator[str]:
    yield from (one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")
    schemas = [one["schema"] for one in operation.get("requestBody", {}).get("content", {}).values()]
    while schemas:
        schema = schemas.pop()
        if "$ref" in schema:
            schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        yield from schema.get("properties", {})
        schemas += [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]


def is_stream(rule: Rule) -> bool:
    return rule.rule.endswith("/events") or rule.rule == "/api/live"


def told(text: str) -> set[str]:
    """What an answer says of Ada."""
    return {mark for mark in (NAME, TASTE, WORDS) if mark in text}


async def share(cast: Cast, shared: Shared) -> None:
    before = cast.site.store.read(SHARING, cast.ada.account)
    assert before
    groups = (cast.parts["group_id"],) if shared == "group" else ()
    after = Sharing(groups, everybody=shared == "everybody", link=before.link)
    cast.site.store.write(SHARING, after, cast.ada.account)


# Listening


def who_hears(shared: Shared, scope: str) -> set[str]:
    """To whom Ada's listening is told in figures of that scope: of her alone, of her group, of everybody."""
    by_group = {"mate"} if shared != "nobody" else set()
    by_all = {"mate", "stranger", "follower"} if shared == "everybody" else set()
    return {"self"} | {"account": by_group | by_all, "group": by_group, "everybody": by_all}[scope]


def listening_asked(cast: Cast, rule: Rule) -> Iterator[tuple[str, str, object]]:
    """How a route is asked for Ada's listening: in which scope, at which address, with which body."""
    address, ada, group = cast.address(rule), f"account:{cast.ada.account}", f"group:{cast.parts['group_id']}"
    scopes = {"account": ada, "group": group, "everybody": "everybody"}
    match rule.endpoint.split("."):
        case ["insights", "get_match"]:
            yield "account", f"{address}?with={cast.ada.account}", None
        case ["insights", name]:
            of_many = {f"get_{row.name}" for row in FIGURE_TABLE if row.is_of_many}
            for scope, text in scopes.items():
                if name not in of_many or scope != "account":
                    yield scope, f"{address}?scope={text}", None
        case ["create", "preview"]:
            seeds = [{"kind": "artist", "name": SEED}]
            for scope, text in scopes.items():
                yield scope, address, {"source": "histories", "scope": text, "seeds": seeds, "number": 1}
        case ["list_sources", name]:
            source = {"kind": "most_played", "scope": group, "period": "all", "rule": "all", "limit": 10}
            yield "group", address, {"source": source} | ({"name": "x"} if name == "save_source" else {})
        case ["group_insights", _]:
            yield "group", f"{address}?period=all", None
        case ["everybody_insights", _]:
            yield "everybody", f"{address}?period=all", None
        case _:
            yield "account", address + everything(rule), None


OF_THE_READER: Final = {
    "list_sources.save_source",
    *(f"me_insights.{name}" for name in FIGURE_PAGES),
    *("scopes.get_scopes", "create.page", "create.get_choices"),
}
"""What these answer is about whoever asks, or offers whom they may look at besides."""


@pytest.mark.parametrize("shared", ["everybody", "group", "nobody"])
async def test_listening_is_for_those_with_whom_it_is_shared(cast: Cast, shared: Shared) -> None:
    await share(cast, shared)
    for rule in ruled(cast, "listening"):
        for scope, path, body in listening_asked(cast, rule):
            for who in WHO:
                if who == "self" and "match" in path:
                    continue  # nobody is compared with themselves
                status, said = await asked(cast, who, rule, path, body)
                where = (rule.endpoint, path, who, status)
                if who in who_hears(shared, scope):
                    assert status < 300 or rule.endpoint in OF_THE_READER or who == "self", where
                    assert status >= 300 or said & {NAME, TASTE} or rule.endpoint in OF_THE_READER, where
                elif who != "self":
                    assert TASTE not in said, where
                    assert NAME not in said or who in who_hears(shared, "account"), where
                    assert status in {302, 401, 404, 409} or scope != "account" or rule.endpoint in OF_THE_READER, where


@pytest.mark.parametrize("shared", ["everybody", "nobody"])
async def test_a_link_to_listening_opens_for_whoever_has_it_but_those_a_block_keeps_apart(
    cast: Cast, shared: Shared
) -> None:
    await share(cast, shared)
    for rule in ruled(cast, "listening by link"):
        for who in WHO:
            status, said = await asked(cast, who, rule, cast.address(rule) + everything(rule), None)
            assert status == (404 if who in APART else 200), (rule.endpoint, who)
            assert bool(said) is (who not in APART), (rule.endpoint, who)


def everything(rule: Rule) -> str:
    """What has a page show all there is, and not the last thirty days."""
    return "?period=all" if "_insights" in rule.endpoint or "match" in rule.endpoint else ""


def ruled(cast: Cast, *kinds: Kind) -> list[Rule]:
    found = [rule for rule in cast.rules() if TABLE.get(rule.endpoint) in kinds]
    assert found
    return found


async def asked(cast: Cast, who: str, rule: Rule, path: str, body: object) -> tuple[int, set[str]]:
    """The status of the answer, and what it says of Ada."""
    (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    response = await cast.browsers[who].open(method, path, **({} if body is None else {"json": body}))
    return response.status_code, told((await response.get_data()).decode(errors="replace"))


# What a profile shows, and words


SEES_PROFILE: Final = set(WHO) - APART - {"nobody"}
KNOWS: Final = (SEES_PROFILE & set(PEOPLE)) | {"blocked mate", "blocking mate", "blocking"}
"""Who has blocked somebody still finds them in the list of those they have blocked."""


async def test_a_profile_is_for_those_to_whom_it_is_shown(cast: Cast) -> None:
    report = {"place": cast.parts["place"], "account": cast.ada.account, "reason": "so"}
    for rule in ruled(cast, "profile", "profile by link"):
        for who in WHO:
            is_by_link = TABLE[rule.endpoint] == "profile by link"
            body = report if rule.endpoint == "reports.report" else None
            status, said = await asked(cast, who, rule, cast.address(rule), body)
            sees = who not in APART if is_by_link else who in SEES_PROFILE & set(PEOPLE)
            where = (rule.endpoint, who, status)
            if who != "self":
                # nobody runs this SongSwap here, so that a report that may be made has nobody to be told to
                assert (status in {200, 409}) is sees, where
                assert said <= ({NAME, TASTE, WORDS} if sees else set()), where
            if sees and rule.endpoint.startswith("people_pages."):
                assert said == {NAME, TASTE, WORDS} - (set() if is_by_link else {WORDS}), where


async def test_lists_of_people_hold_those_who_show_themselves(cast: Cast) -> None:
    for rule in ruled(cast, "names"):
        for who in set(WHO) - {"self"}:
            query = f"?kind=people&q={HANDLE}" if rule.endpoint == "search.search" else ""
            _, said = await asked(cast, who, rule, cast.address(rule) + query, None)
            assert (NAME in said) is (who in SEES_PROFILE & set(PEOPLE)), (rule.endpoint, who)


async def test_muting_and_blocking_name_nobody_one_may_not_see(cast: Cast) -> None:
    for who in PEOPLE:
        for list_of in ("muted", "blocked"):
            status = (await cast.browsers[who].put(f"/api/me/{list_of}/{cast.ada.account}")).status_code
            assert status == (409 if who == "self" else 200 if who in KNOWS else 404), who
    for who in set(PEOPLE) - {"self"}:
        circle = cast.site.store.read(CIRCLE, cast.browsers[who].account) or Circle()
        listed = Circle(muted=(cast.ada.account,), blocked=circle.blocked)
        cast.site.store.write(CIRCLE, listed, cast.browsers[who].account)
        for path in ("/api/me/circle", "/account"):
            assert (NAME in await cast.browsers[who].text(path)) is (who in KNOWS), (path, who)


async def test_words_are_for_those_who_read_the_place(cast: Cast) -> None:
    on_wall = SEES_PROFILE & set(PEOPLE)
    for rule in ruled(cast, "words"):
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for who in set(WHO) - {"self"}:
            if is_stream(rule):
                if who not in on_wall:
                    refused = await cast.browsers[who].get(f"{rule.rule}?place={cast.parts['place']}")
                    assert refused.status_code in {401, 404}, who
                continue
            body = {"text": "hello"} if method in {"POST", "PATCH"} else None
            status, said = await asked(cast, who, rule, cast.address(rule), body)
            where = (rule.endpoint, who, status)
            assert (status in {401, 404}) is (who not in on_wall), where
            assert said <= ({NAME, WORDS} if who in on_wall else set()), where
            if method == "GET" and who in on_wall and "history" not in rule.rule:
                assert WORDS in said, where


async def test_words_in_a_group_reach_its_members_but_those_a_block_keeps_apart(cast: Cast) -> None:
    group = cast.parts["group_id"]
    for who in set(WHO) - {"self"}:
        response = await cast.browsers[who].get(f"/api/places/group:{group}/posts")
        assert response.status_code == (200 if who in MEMBERS else 404 if who in PEOPLE else 401), who
        assert (WORDS in await response.get_data(as_text=True)) is (who == "mate"), who
    for rule in ruled(cast, "feed", "notices"):
        for who in set(WHO) - {"self"}:
            _, said = await asked(cast, who, rule, cast.address(rule), None)
            reads = {"mate"} if TABLE[rule.endpoint] == "notices" else {"mate", "follower"}
            assert (WORDS in said) is (who in reads and rule.endpoint != "pages.landing"), (rule.endpoint, who)
            assert NAME not in said or who in MEMBERS | reads, (rule.endpoint, who)


# Rooms, and doors into them


async def test_who_is_in_a_group_is_told_to_its_members_and_what_they_hear_to_nobody(cast: Cast) -> None:
    for rule in ruled(cast, "room", "host"):
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for who in set(WHO) - {"self"}:
            status, said = await asked(cast, who, rule, cast.address(rule), None if method == "GET" else {})
            where = (rule.endpoint, who, status)
            assert TASTE not in said, where
            if who not in MEMBERS:
                assert status in {302, 400, 401, 404}, where
                assert said == set(), where
            elif TABLE[rule.endpoint] == "host":
                assert status in {400, 403, 404}, where
            elif method == "GET":
                assert status == 200, where
    assert cast.ada.account in (await cast.ada.json(f"/api/groups/{cast.parts['group_id']}"))["members"][0]["account"]


async def test_an_invitation_names_the_host_to_whoever_has_it_but_those_they_keep_out(cast: Cast) -> None:
    for rule in ruled(cast, "invitation"):
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for who in set(WHO) - MEMBERS:
            if method == "GET" or who == "blocked":
                status, said = await asked(cast, who, rule, cast.address(rule), None)
                assert (status == 403) is (who == "blocked"), (rule.endpoint, who)
                assert said == (set() if who == "blocked" else {NAME}), (rule.endpoint, who)


async def test_a_screen_opens_with_its_link_and_says_nothing_of_what_people_hear(cast: Cast) -> None:
    for rule in ruled(cast, "screen"):
        address = cast.address(rule)
        wrong = address.replace(cast.links["screen"], "wrong")
        for who in WHO:
            assert (await cast.browsers[who].get(wrong)).status_code == 404, rule.endpoint
            if not is_stream(rule):
                assert TASTE not in await cast.browsers[who].text(address), rule.endpoint


async def test_what_is_the_operator_s_is_there_for_nobody_else(cast: Cast) -> None:
    for rule in ruled(cast, "operator"):
        for who in WHO:
            status, said = await asked(cast, who, rule, cast.address(rule), None)
            assert (status, said) == (404 if who in PEOPLE else 401, set()), (rule.endpoint, who)


async def test_nothing_at_all_is_told_of_somebody_who_is_gone(cast: Cast) -> None:
    await share(cast, "everybody")
    await cast.site.log_in("ada", browser=cast.ada)
    assert (await cast.ada.delete("/api/me")).status_code == 204
    for rule in cast.rules():
        if "GET" not in (rule.methods or ()) or is_stream(rule):
            continue
        for _, path, body in listening_asked(cast, rule):
            for who in set(WHO) - {"self"}:
                _, said = await asked(cast, who, rule, path, body)
                assert said == set(), (rule.endpoint, path, who)

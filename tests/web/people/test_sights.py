"""Who sees what of a person: one table, walked over API, pages, search, feed, pictures, posts and events."""

import io
from dataclasses import dataclass
from itertools import product
from typing import get_args

import pytest
from PIL import Image
from quart.datastructures import FileStorage

from songswap.documents import CIRCLE
from songswap.model.profiles import Audience, Circle, Relation, Section
from tests.columns.shelves import Shelved, Stored, named, shelve
from tests.web.friends import NOW, ms, play
from tests.web.site import Browser, Site, content, group_of

WHO = ("self", "group", "here", "link", "nobody", "blocked", "blocking")
"""Ada herself; Bob, in a group with her; Cleo, in none; a stranger with her link, and one without; Dario, whom she has
blocked, and Edda, who has blocked her: both in a group with her."""
SEES: dict[Audience, tuple[str, ...]] = {
    "me": ("self",),
    "groups": ("self", "group"),
    "everybody": ("self", "group", "here"),
    "link": ("self", "group", "here", "link"),
}
EVERY: tuple[Section, ...] = get_args(Section)


@dataclass
class Cast:
    """Everybody who looks, Ada's handle, and the secret of her link."""

    site: Site
    browsers: dict[str, Browser]
    handle: str
    secret: str
    picture: str

    @property
    def ada(self) -> Browser:
        return self.browsers["self"]

    def page_of(self, who: str) -> str:
        return f"/people/{self.handle}" + (f"/{self.secret}" if who == "link" else "")


@pytest.fixture
async def cast(site: Site) -> Cast:
    names = {"self": "ada", "group": "bob", "here": "cleo", "blocked": "dario", "blocking": "edda"}
    browsers = {who: await site.log_in(name) for who, name in names.items()}
    browsers |= {"link": site.browser(), "nobody": site.browser()}
    ada = browsers["self"]
    await group_of(ada, browsers["group"], browsers["blocked"], browsers["blocking"])
    site.store.write(CIRCLE, Circle(blocked=(browsers["blocked"].account,)), ada.account)
    site.store.write(CIRCLE, Circle(blocked=(ada.account,)), browsers["blocking"].account)
    site.store.write(CIRCLE, Circle(follows=(ada.account,)), browsers["here"].account)
    site.clock.advance(seconds=(ms(NOW) - site.clock.now_ms()) / 1000)
    rows = tuple(play(f"2026-11-{day}T10:00", "Aiko", "One") for day in range(14, 21))
    shelve(site.store.root, Stored({ada.account: Shelved(rows, (named("Aiko", "One", "First"),))}))
    await content(await ada.post(f"/api/places/wall:{ada.account}/posts", {"text": "xylophone"}), 201)
    kept = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(kept, "PNG")
    files = {"file": FileStorage(io.BytesIO(kept.getvalue()), "me.png")}
    profile = await content(await ada.put("/api/me/picture", files=files))
    linked = await content(await ada.patch("/api/me/profile", {"link": True}))
    secret = str(linked["link_url"]).rsplit("/", 1)[1]
    return Cast(site, browsers, str(linked["handle"]), secret, str(profile["image_url"]))


async def shown(cast: Cast, audience: Audience, sections: dict[Section, Audience]) -> None:
    await content(await cast.ada.patch("/api/me/profile", {"audience": audience, "sections": sections}))


@pytest.mark.parametrize("audience", get_args(Audience))
async def test_whether_somebody_is_here_at_all(cast: Cast, audience: Audience) -> None:
    await shown(cast, audience, dict.fromkeys(EVERY, "link"))
    for who in WHO:
        browser, sees = cast.browsers[who], who in SEES[audience]
        page = await browser.get(cast.page_of(who))
        expected = {200} if sees else {404} if browser.account or who == "link" else {302}
        assert page.status_code in expected, who
        picture = await browser.get(cast.picture)
        has_picture = sees or who == "group" or (audience == "link" and not browser.account)
        assert picture.status_code == (200 if has_picture else 404), who
        if not browser.account:
            continue
        assert (await browser.get(f"/api/people/{cast.handle}")).status_code == (200 if sees else 404), who
        found = (await browser.json(f"/api/search?kind=people&q={cast.handle}"))["items"]
        assert (cast.ada.account in [one["id"] for one in found]) is sees, who
        listed = f'data-follow="{cast.ada.account}"' in await browser.text("/people")
        assert listed is (sees and who != "self"), who
        followed = await browser.put(f"/api/me/follows/{cast.ada.account}")
        assert followed.status_code == (409 if who == "self" else 200 if sees else 404), who


@pytest.mark.parametrize(("section", "audience"), [*product(EVERY, get_args(Audience))])
async def test_each_part_of_a_profile(cast: Cast, section: Section, audience: Audience) -> None:
    await shown(cast, "link", {**dict.fromkeys(EVERY, "me"), section: audience})
    for who in WHO:
        browser, sees = cast.browsers[who], who in SEES[audience]
        if browser.account and who not in {"blocked", "blocking"}:
            person = await browser.json(f"/api/people/{cast.handle}")
            assert (section in person["sections"]) is sees, who
            if section in {"top", "recent", "streak"}:
                assert bool(person[section]) is sees, who
            assert (person["place"] is not None) is ((section == "posts" and sees) or who == "self"), who
        page = await browser.get(cast.page_of(who))
        text = await page.get_data(as_text=True)
        if section in {"top", "recent"} and page.status_code == 200:
            assert ("Aiko" in text) is sees, who
        if section == "posts":
            await check_posts(cast, who, sees=sees, page=text)


async def check_posts(cast: Cast, who: str, *, sees: bool, page: str) -> None:
    browser, wall = cast.browsers[who], f"wall:{cast.ada.account}"
    if who == "link":
        assert ("xylophone" in page) is sees
    if not browser.account:
        assert (await browser.get(f"/api/places/{wall}/posts")).status_code == 401
        return
    posts = await browser.get(f"/api/places/{wall}/posts")
    assert posts.status_code == (200 if sees else 404), who
    feed = await browser.json("/api/me/feed")
    assert ("xylophone" in [post["text"] for post in feed["items"]]) is sees, who
    stream = await browser.get(f"/api/live?place={wall}") if not sees else None
    assert stream is None or stream.status_code == 404
    written = await browser.post(f"/api/places/{wall}/posts", {"text": "hello"})
    may_write = who == "self" or (sees and who == "group")
    assert written.status_code == (201 if may_write else 403 if sees else 404), who
    if may_write:
        post = await content(written, 201)
        await content(await cast.ada.delete(f"/api/places/{wall}/posts/{post['id']}"))


async def test_one_s_own_profile_is_seen_as_others_see_it(cast: Cast) -> None:
    await shown(cast, "link", {**dict.fromkeys(EVERY, "me"), "top": "groups", "posts": "link"})
    seen = {way: "Aiko" in await cast.ada.text(f"/people/{cast.handle}?as={way}") for way in ("group", "here", "link")}
    assert seen == {"group": True, "here": False, "link": False}
    assert "Aiko" not in await cast.browsers["here"].text(f"/people/{cast.handle}?as=group")


async def test_a_link_taken_back_opens_nothing_and_another_one_is_another(cast: Cast) -> None:
    await shown(cast, "link", {})
    stranger = cast.browsers["nobody"]
    assert (await stranger.get(cast.page_of("link"))).status_code == 200
    await cast.ada.patch("/api/me/profile", {"link": False})
    assert (await stranger.get(cast.page_of("link"))).status_code == 404
    assert (await stranger.get(f"/people/{cast.handle}/")).status_code == 404
    again = await content(await cast.ada.patch("/api/me/profile", {"link": True}))
    assert not str(again["link_url"]).endswith(cast.secret)


async def test_the_export_holds_one_s_own_profile_and_circle_and_no_secret(cast: Cast) -> None:
    export = await cast.ada.json("/api/me/export")
    assert export["circle"]["blocked"] == [cast.browsers["blocked"].account]
    assert export["profile"]["picture"] == "own"
    assert cast.secret not in str(export)
    others = await cast.browsers["group"].json("/api/me/export")
    assert "xylophone" not in str(others)


async def test_the_table_names_everybody_there_is() -> None:
    assert set(get_args(Relation)) <= set(WHO)

import io
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image
from quart.datastructures import FileStorage

from songswap.documents import ACCOUNT, PROFILE
from songswap.model.profiles import Profile
from songswap.web.people.accounts import tell_apart
from tests.web.site import Browser, Site, content, group_of, refusal

MARKUP = '<script>alert(1)</script> & "quotes"'


def picture(size: tuple[int, int] = (20, 10)) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, "red").save(kept, "PNG")
    return kept.getvalue()


async def bring(browser: Browser, content_: bytes, path: str = "/api/me/picture", name: str = "me.png") -> Any:
    return await browser.put(path, files={"file": FileStorage(io.BytesIO(content_), name)})


async def test_a_profile_begins_with_what_spotify_knows_for_one_s_groups_alone(site: Site) -> None:
    ada = await site.log_in("ada")
    profile = await ada.json("/api/me/profile")
    assert (profile["handle"], profile["shown_name"], profile["name"]) == ("ada", "Ada", "")
    assert profile["audience"] == "groups"
    assert set(profile["sections"].values()) == {"me"}
    assert profile["link_url"] is None


async def test_a_name_of_one_s_own_is_shown_everywhere_and_outlasts_a_log_in(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    await content(await ada.patch("/api/me/profile", {"name": MARKUP, "about": MARKUP, "handle": "@Countess"}))
    await site.log_in("ada", browser=ada)
    member = next(one for one in (await bob.json(f"/api/groups/{group}"))["members"] if one["account"] == ada.account)
    assert (member["name"], member["handle"]) == (MARKUP, "countess")
    page = await bob.text("/people/countess")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    await content(await ada.patch("/api/me/profile", {"name": ""}))
    assert (await ada.json("/api/me/profile"))["shown_name"] == "Ada"


async def test_a_name_that_looks_like_somebody_elses_shows_the_handle(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    await content(await bob.patch("/api/me/profile", {"name": "Аdа"}))  # with Cyrillic letters
    names = {one["account"]: one["name"] for one in (await ada.json(f"/api/groups/{group}"))["members"]}
    assert names == {ada.account: "Ada", bob.account: "Аdа (@bob)"}
    await content(await bob.patch("/api/me/profile", {"handle": "robert"}))
    assert (await bob.json("/api/me/profile"))["shown_name"] == "Аdа (@robert)"


async def test_names_that_looked_the_same_before_are_told_apart_at_the_start(site: Site) -> None:
    ada = await site.log_in("ada")
    site.clock.advance(seconds=1)  # the one who was here first keeps the name
    bob = await site.log_in("bob")
    kept = site.store.read(ACCOUNT, bob.account)
    assert kept is not None
    site.store.write(ACCOUNT, replace(kept, display_name="Ada"), bob.account)
    tell_apart(site.store)
    shown = [site.store.read(ACCOUNT, one.account) for one in (ada, bob)]
    assert [one.display_name for one in shown if one] == ["Ada", "Ada (@bob)"]


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"handle": "a"}, 400, "invalid"),
        ({"handle": "../x"}, 400, "invalid"),
        ({"handle": "edit"}, 409, "handle_taken"),
        ({"handle": "BOB"}, 409, "handle_taken"),
        ({"name": "x" * 61}, 400, "invalid"),
        ({"name": "a\u202eb"}, 400, "invalid"),
        ({"name": "a\x00"}, 400, "invalid"),
        ({"about": "x" * 301}, 400, "invalid"),
        ({"picture": "own"}, 409, "no_picture"),
        ({"audience": "world"}, 400, "invalid"),
        ({"sections": {"shoes": "me"}}, 400, "invalid"),
        ({"sections": {"top": "world"}}, 400, "invalid"),
        ({"colour": "red"}, 400, "invalid"),
    ],
)
async def test_what_can_not_be_in_a_profile_is_refused_and_nothing_changes(
    site: Site, wish: Any, status: int, code: str
) -> None:
    ada, _ = await site.log_in("ada"), await site.log_in("bob")
    before = await ada.json("/api/me/profile")
    assert await refusal(await ada.patch("/api/me/profile", {"audience": "me", **wish}), status) == code
    assert await ada.json("/api/me/profile") == before


async def test_one_s_own_handle_may_be_kept(site: Site) -> None:
    ada = await site.log_in("ada")
    assert (await content(await ada.patch("/api/me/profile", {"handle": "ada"})))["handle"] == "ada"


async def test_a_picture_is_brought_shown_and_removed_with_its_file(site: Site) -> None:
    ada = await site.log_in("ada")
    profile = await content(await bring(ada, picture()))
    shown = await ada.get(profile["image_url"])
    assert (shown.mimetype, "immutable" in shown.headers["Cache-Control"]) == ("image/webp", True)
    assert Image.open(io.BytesIO(await shown.get_data())).size == (512, 512)
    folder = site.store.root / "accounts" / ada.account / "pictures"
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())] == ["0o700", "0o600"]
    second = await content(await bring(ada, picture((10, 20))))
    assert second["image_url"] != profile["image_url"]
    assert (await ada.get(profile["image_url"])).status_code == 404
    assert len(files(folder)) == 1
    removed = await content(await ada.delete("/api/me/picture"))
    assert (removed["picture"], files(folder)) == ("spotify", [])


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("sent", [b"", b"not a picture", picture()[:50], b"<svg onload='alert(1)'/>"])
async def test_what_is_no_picture_is_refused_and_the_one_before_stays(site: Site, sent: bytes) -> None:
    ada = await site.log_in("ada")
    before = await content(await bring(ada, picture()))
    assert await refusal(await bring(ada, sent), 400) == "bad_picture"
    assert await ada.json("/api/me/profile") == before


async def test_a_picture_that_is_too_large_is_refused(site: Site) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await bring(ada, b"x" * 5_200_000), 413) == "too_large"
    assert await refusal(await ada.put("/api/me/picture", {"file": "x"}), 415) == "not_a_form"


async def test_following_is_said_once_and_taken_back(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await group_of(ada, bob)
    for _ in range(2):
        following = await content(await ada.put(f"/api/me/follows/{bob.account}"))
    assert following["people"] == [bob.account]
    for _ in range(2):
        following = await content(await ada.delete(f"/api/me/follows/{bob.account}"))
    assert following["people"] == []
    assert await refusal(await ada.put("/api/me/follows/nobody"), 404) == "no_such_person"
    assert await refusal(await ada.put("/api/me/followed-groups/nobody"), 404) == "not_found"


async def test_a_handle_is_given_at_the_first_log_in_and_is_nobody_else_s(site: Site) -> None:
    ada = await site.log_in("ada")
    await content(await ada.patch("/api/me/profile", {"handle": "bob"}))
    bob = await site.log_in("bob")
    assert (await bob.json("/api/me/profile"))["handle"] == "bob2"


async def test_a_profile_of_before_reads_as_one_that_shows_nothing(site: Site) -> None:
    ada = await site.log_in("ada")
    assert site.store.read(PROFILE, ada.account) is None
    await content(await ada.patch("/api/me/profile", {"sections": {"top": "groups"}}))
    assert site.store.read(PROFILE, ada.account) == Profile(sections={"top": "groups"})

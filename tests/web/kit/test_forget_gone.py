"""Groups and people come and go, and nothing of them stays in memory; pictures nobody shows don't stay on the disk."""

import gc
from typing import Any

from songswap.documents import GROUP_PICTURE, PICTURE
from songswap.store.files import fill
from songswap.web.kit.forget_gone import forget_gone
from songswap.web.profiles import pictures
from tests.web.site import Site, content, group_of

KINDS = ("Book", "Page", "_Past", "Group", "GroupState", "Post", "Profile", "Circle")


def counted() -> dict[str, int]:
    gc.collect()
    names = [type(one).__name__ for one in gc.get_objects() if str(type(one).__module__).startswith("songswap")]
    return {kind: names.count(kind) for kind in KINDS}


async def a_group_comes_and_goes(browser: Any) -> None:
    group = await group_of(browser)
    for text in ("one", "two"):
        await content(await browser.post(f"/api/places/chat:{group}/posts", {"text": text}), 201)
        await content(await browser.post(f"/api/places/group:{group}/posts", {"text": text}), 201)
    await browser.json(f"/api/groups/{group}")
    assert (await browser.delete(f"/api/groups/{group}/members/{browser.account}")).status_code in {200, 204}


async def test_a_group_that_came_and_went_leaves_nothing_in_memory(site: Site) -> None:
    ada = await site.log_in("ada")
    await a_group_comes_and_goes(ada)
    forget_gone(site.services)
    before = counted()
    for _ in range(5):
        await a_group_comes_and_goes(ada)
    forget_gone(site.services)
    after = counted()
    assert {kind: after[kind] - before[kind] for kind in KINDS if after[kind] > before[kind]} == {}


async def test_pictures_that_nobody_shows_are_swept_at_the_start(site: Site) -> None:
    ada = await site.log_in("ada")
    group = await group_of(ada)
    left = [
        site.store.root / fill(PICTURE, (ada.account, "old")),
        site.store.root / fill(GROUP_PICTURE, (group, "old")),
    ]
    left.append(left[0].with_name("half.webp.tmp"))
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    pictures.sweep(site.services)
    assert not any(path.exists() for path in left)

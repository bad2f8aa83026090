import asyncio
from typing import Any

import msgspec

from songswap.documents import ERASURES, PROFILE, WROTE
from songswap.model.posts import Erasures
from songswap.model.profiles import Profile
from songswap.web.account.erasure import erase
from tests.web.site import Browser, Site, content, group_of


async def wrote(browser: Browser, place: str, text: str, **body: Any) -> Any:
    return await content(await browser.post(f"/api/places/{place}/posts", {"text": text, **body}), 201)


async def erased(site: Site) -> None:
    while site.store.read(ERASURES) != Erasures():
        await asyncio.sleep(0.01)


def mentions_on_disk(site: Site, *words: str) -> list[str]:
    """The files of the store that hold one of these words."""
    files = [path for path in site.store.root.rglob("*") if path.is_file()]
    return [path.name for path in files if any(word.encode() in path.read_bytes() for word in words)]


async def test_every_word_of_somebody_who_goes_is_erased_and_the_others_stay(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    site.store.write(PROFILE, Profile(sections={"posts": "groups"}), ada.account)
    posts, chat, wall = f"group:{group}", f"chat:{group}", f"wall:{ada.account}"
    post = await wrote(bob, posts, "xylophone one")
    await wrote(ada, posts, "a reply that stays", answers=post["id"])
    mine = await wrote(ada, posts, "mine")
    await wrote(bob, posts, "xylophone two", answers=mine["id"])
    await wrote(bob, chat, "xylophone three")
    await wrote(bob, wall, "xylophone four")
    await bob.put(f"/api/places/{posts}/posts/{mine['id']}/reactions/👍")
    changed = await wrote(bob, chat, "xylophone five")
    await bob.patch(f"/api/places/{chat}/posts/{changed['id']}", {"text": "otherwise"})

    assert (await bob.delete("/api/me")).status_code == 204
    shown = await ada.json(f"/api/places/{posts}/posts")
    assert "xylophone" not in msgspec.json.encode(shown).decode()
    await erased(site)

    assert mentions_on_disk(site, "xylophone", "otherwise", bob.account) == []
    newest, oldest = (await ada.json(f"/api/places/{posts}/posts"))["items"]
    assert (newest["text"], newest["reactions"]) == ("mine", [])
    assert [(one["text"], one["by"], one["is_removed"]) for one in newest["replies"]] == [("", None, True)]
    assert (oldest["text"], oldest["by"]) == ("", None)
    assert [one["text"] for one in oldest["replies"]] == ["a reply that stays"]


async def test_an_erasure_that_a_crash_interrupted_is_made_up_for(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    chat = f"chat:{await group_of(ada, bob)}"
    await wrote(bob, chat, "xylophone")
    site.store.write(ERASURES, Erasures((bob.account,)))
    site.store.remove("accounts/{}", bob.account)  # and then the server was killed
    await erase(site.services)
    assert mentions_on_disk(site, "xylophone") == []
    assert not (site.store.root / WROTE.path(bob.account)).exists()


async def test_a_crash_before_anything_was_removed_erases_nothing(site: Site) -> None:
    ada = await site.log_in("ada")
    chat = f"chat:{await group_of(ada)}"
    await wrote(ada, chat, "still here")
    site.store.write(ERASURES, Erasures((ada.account,)))
    await erase(site.services)
    assert [one["text"] for one in (await ada.json(f"/api/places/{chat}/posts"))["items"]] == ["still here"]


async def test_everything_somebody_wrote_is_in_their_export_and_nothing_of_others(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    post = await wrote(ada, f"group:{group}", "first words")
    await ada.patch(f"/api/places/group:{group}/posts/{post['id']}", {"text": "better words"})
    await wrote(bob, f"group:{group}", "not mine", answers=post["id"])
    await wrote(ada, f"chat:{group}", "psst")
    export = await ada.json("/api/me/export")
    words = {place["place"]: place["rows"] for place in export["words"]}
    assert [row["row"] for row in words[f"group:{group}"]] == ["written", "edited"]
    assert [row["text"] for row in words[f"chat:{group}"] if not row.get("system")] == ["psst"]
    assert "not mine" not in msgspec.json.encode(export).decode()

"""Links that open by a secret: what lies on the disk of them, how long they last, and what search engines are told."""

import re
from pathlib import Path

import msgspec
import pytest

from songswap.documents import GROUP, PROFILE, SHARING
from songswap.model.durations import DAY_MS
from songswap.vault import Vault
from songswap.web.kit import secret_links
from tests.web.friends import Friends
from tests.web.site import Site, content, group_of, page

LIVES_DAYS = {"join": 14, "screen": 30, "shared": 90, "people": 365}


async def links_of(friends: Friends) -> dict[str, str]:
    """The paths of one link of each kind."""
    ada, base = friends.ada, friends.site.config.server.url
    await content(await ada.patch("/api/me/profile", {"audience": "link"}))
    urls = (
        (await ada.json(f"/api/groups/{friends.group}"))["invite_url"],
        (await content(await ada.post(f"/api/groups/{friends.group}/screen"), 201))["screen_url"],
        (await friends.share(ada, link=True))["link_url"],
        (await content(await ada.patch("/api/me/profile", {"link": True})))["link_url"],
    )
    paths = [str(url).removeprefix(base) for url in urls]
    return {path.split("/")[1]: path for path in paths}


def on_disk(root: Path) -> str:
    return "\n".join(path.read_text(errors="replace") for path in root.rglob("*.json*"))


async def test_no_secret_of_a_link_can_be_read_on_the_disk(friends: Friends) -> None:
    paths = await links_of(friends)
    assert paths.keys() == LIVES_DAYS.keys()
    kept = on_disk(friends.site.store.root)
    for path in paths.values():
        assert path.rpartition("/")[2] not in kept
        assert (await friends.site.browser().get(path)).status_code == 200


async def test_what_lies_on_the_disk_opens_nothing(friends: Friends) -> None:
    paths, store = await links_of(friends), friends.site.store
    group, sharing = store.read(GROUP, friends.group), store.read(SHARING, friends.ada.account)
    profile = store.read(PROFILE, friends.ada.account)
    assert group
    assert sharing
    assert profile
    kept = {"join": group.invite, "screen": group.screen, "shared": sharing.link, "people": profile.link}
    for kind, link in kept.items():
        assert link
        for found in (link.secret_hash, link.sealed):
            path = f"{paths[kind].rpartition('/')[0]}/{found}"
            assert (await friends.site.browser().get(path)).status_code in {403, 404, 410}


@pytest.mark.parametrize("kind", LIVES_DAYS)
async def test_every_link_ends_by_itself(friends: Friends, kind: str) -> None:
    path = (await links_of(friends))[kind]
    friends.site.clock.advance(days=LIVES_DAYS[kind], seconds=-1)
    assert (await friends.site.browser().get(path)).status_code == 200
    friends.site.clock.advance(seconds=1)
    assert (await friends.site.browser().get(path)).status_code in {403, 404, 410}


async def test_the_pages_say_until_when_a_link_is_good(friends: Friends) -> None:
    now_ms = friends.site.clock.now_ms()
    await links_of(friends)
    group = await friends.ada.json(f"/api/groups/{friends.group}")
    assert group["invite_expires_at_ms"] >= now_ms + 13 * DAY_MS
    assert group["screen_expires_at_ms"] == now_ms + LIVES_DAYS["screen"] * DAY_MS
    assert (await friends.ada.json("/api/me/sharing"))["link_expires_at_ms"] == now_ms + LIVES_DAYS["shared"] * DAY_MS
    profile = await friends.ada.json("/api/me/profile")
    assert profile["link_expires_at_ms"] == now_ms + LIVES_DAYS["people"] * DAY_MS
    assert (await friends.bob.json(f"/api/groups/{friends.group}"))["screen_expires_at_ms"] is None


@pytest.mark.parametrize("kind", ["shared", "people"])
async def test_a_link_of_one_s_own_is_renewed_with_one_tap_and_stays_the_same(friends: Friends, kind: str) -> None:
    path = (await links_of(friends))[kind]
    friends.site.clock.advance(days=LIVES_DAYS[kind] + 1)
    assert (await friends.site.browser().get(path)).status_code == 404
    ada = await friends.site.log_in("ada")  # a log-in ends before a year is over
    if kind == "shared":
        await friends.share(ada, link=True)
    else:
        await content(await ada.patch("/api/me/profile", {"link": True}))
    friends.site.clock.advance(days=LIVES_DAYS[kind] - 1)
    assert (await friends.site.browser().get(path)).status_code == 200


async def test_pages_with_a_secret_are_not_listed_and_send_their_address_nowhere(friends: Friends) -> None:
    site, paths = friends.site, await links_of(friends)
    others = [f"{paths['screen']}/invite.svg", f"/api{paths['shared']}/totals", f"{paths['shared']}/year/2026"]
    for path in (*paths.values(), *others, "/shared/nobody/nothing", "/join/nobody/nothing"):
        headers = (await site.browser().get(path)).headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow", path
        is_invitation = path.startswith("/join/")  # its form needs its origin, which no-referrer takes away
        assert headers["Referrer-Policy"] == ("same-origin" if is_invitation else "no-referrer"), path
    for path in paths.values():
        assert re.search('<meta name="robots" content="noindex', await site.browser().text(path)), path
    assert "X-Robots-Tag" not in (await site.browser().get("/")).headers
    rules = await site.browser().text("/robots.txt")
    assert all(f"Allow: /{kind}/" in rules for kind in paths)  # else nobody would read that they are not to be listed


async def test_every_route_that_opens_by_a_secret_says_so(site: Site) -> None:
    secret = [rule for rule in site.app.url_map.iter_rules() if "secret" in rule.arguments]
    assert len(secret) > 20
    for rule in secret:
        if "GET" in (rule.methods or ()):
            path = re.sub(r"<[^>]+>", "nothing", rule.rule)
            assert "X-Robots-Tag" in (await site.browser().get(path)).headers, rule.endpoint


# Stores of before


def put_old(site: Site, path: str, **changes: object) -> None:
    """Let a document read as it did before links were sealed."""
    file = site.store.root / path
    known = msgspec.json.decode(file.read_bytes())
    for name in ("invite", "screen", "screen_by", "has_invite_on_screen", "removed", "link"):
        known["data"].pop(name, None)
    known["data"].update(changes)
    file.write_bytes(msgspec.json.encode(known))


async def test_links_of_an_old_store_open_as_before_and_are_sealed_by_the_next_start(friends: Friends) -> None:
    site, ada, now_ms = friends.site, friends.ada, friends.site.clock.now_ms()
    await links_of(friends)
    put_old(
        site,
        f"groups/{friends.group}/group.json",
        invite={"secret": "old-invite", "expires_at_ms": now_ms + DAY_MS},
        screen_secret="old-screen",  # what lay there in plain
    )
    put_old(site, f"accounts/{ada.account}/sharing.json", link_secret="old-sharing")
    put_old(site, f"accounts/{ada.account}/profile.json", link_secret="old-profile")
    secret_links.seal_old(site.services)
    assert not re.search("old-(invite|screen|sharing|profile)", on_disk(site.store.root))
    handle = (await ada.json("/api/me/profile"))["handle"]
    opened = {
        f"/join/{friends.group}/old-invite": (await ada.json(f"/api/groups/{friends.group}"))["invite_url"],
        f"/screen/{friends.group}/old-screen": (await ada.json(f"/api/groups/{friends.group}"))["screen_url"],
        f"/shared/{ada.account}/old-sharing": (await ada.json("/api/me/sharing"))["link_url"],
        f"/people/{handle}/old-profile": (await ada.json("/api/me/profile"))["link_url"],
    }
    for path, url in opened.items():
        assert url == f"{site.config.server.url}{path}"
        assert (await site.browser().get(path)).status_code == 200, path
    kept = on_disk(site.store.root)
    secret_links.seal_old(site.services)
    assert on_disk(site.store.root) == kept
    site.clock.advance(days=1)
    assert (await site.browser().get(f"/join/{friends.group}/old-invite")).status_code == 410  # as it would have ended


async def test_a_link_sealed_with_a_lost_key_still_opens_and_is_replaced_by_a_new_one(friends: Friends) -> None:
    site, paths = friends.site, await links_of(friends)
    site.services.vault = Vault("another key that is long enough to be one")
    for path in paths.values():
        assert (await site.browser().get(path)).status_code == 200
    group = await friends.ada.json(f"/api/groups/{friends.group}")
    assert (group["invite_url"], group["screen_url"]) == (None, None)
    assert (await friends.ada.get(f"/groups/{friends.group}/invite.svg")).status_code == 404
    assert "Nothing" not in await page(await friends.ada.get(f"/groups/{friends.group}"))
    assert (await friends.ada.json("/api/me/sharing"))["link_url"] is None
    renewed = (await friends.share(friends.ada, link=True))["link_url"]
    assert renewed
    assert not renewed.endswith(paths["shared"])
    assert (await content(await friends.ada.post(f"/api/groups/{friends.group}/invite"), 201))["invite_url"]


async def test_a_new_group_has_a_link_that_lets_people_in(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(host)
    url = (await host.json(f"/api/groups/{group}"))["invite_url"]
    await content(await guest.post(f"/api/groups/{group}/members", {"invite": url}), 201)
    assert len((await host.json(f"/api/groups/{group}"))["members"]) == 2

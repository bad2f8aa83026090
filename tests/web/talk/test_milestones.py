from songswap.documents import MILESTONES, PROFILE, RENEWED, Account, RenewalsSeen
from songswap.model.playlists import Renewed
from songswap.model.profiles import Profile
from songswap.web.talk import milestones
from tests.columns.shelves import Shelved, Stored, named, shelve
from tests.web.friends import AIKO, NOW, ms, play
from tests.web.site import Browser, Site, group_of


async def said(browser: Browser, place: str) -> list[tuple[str, str]]:
    items = (await browser.json(f"/api/places/{place}/posts"))["items"]
    return [(one["system"], one["text"]) for one in reversed(items)]


async def test_the_chat_tells_who_comes_and_goes_and_of_the_session(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    await ada.put(f"/api/groups/{group}/session", {"state": "running"})
    await ada.put(f"/api/groups/{group}/session", {"state": "running"})
    await ada.put(f"/api/groups/{group}/session", {"state": "stopped"})
    await bob.delete(f"/api/groups/{group}/members/{bob.account}")
    ada_name, bob_name = (account(site, one).display_name for one in (ada, bob))
    assert await said(ada, f"chat:{group}") == [
        ("joined", f"{bob_name} joined the group."),
        ("session_started", f"{ada_name} started the session."),
        ("night_ended", f"{ada_name} ended the session."),
        ("left", f"{bob_name} is not in the group any more."),
    ]
    assert await said(ada, f"group:{group}") == []  # nothing was heard


async def test_a_renewed_playlist_is_told_of_with_its_card_once(site: Site) -> None:
    ada = await site.log_in("ada")
    changed_at_ms = site.clock.now_ms()
    seen = Renewed(name="Top 50", url="https://open.spotify.com/playlist/x", changed_at_ms=changed_at_ms)
    site.worker.write(RENEWED, RenewalsSeen({"list": seen}), ada.account)
    for _ in range(2):
        await milestones.look(site.services, account(site, ada))
    (post,) = (await ada.json(f"/api/places/wall:{ada.account}/posts"))["items"]
    assert (post["system"], post["text"], post["card"]["title"]) == ("renewed", "“Top 50” was renewed.", "Top 50")


async def test_a_streak_and_a_new_favourite_are_told_once_to_those_they_are_shown_to(site: Site) -> None:
    ada = await site.log_in("ada")
    wall = f"wall:{ada.account}"
    site.clock.advance(seconds=(ms(NOW) - site.clock.now_ms()) / 1000)
    hear(site, ada, ["2026-11-13T10:00"], "Bent")
    await milestones.look(site.services, account(site, ada))
    site.store.write(PROFILE, Profile(sections={"streak": "groups", "top": "groups"}), ada.account)
    await milestones.look(site.services, account(site, ada))
    assert await said(ada, wall) == []
    days = [f"2026-11-{day}T{hour}:00" for day in range(14, 21) for hour in (10, 11)]
    hear(site, ada, days, "Aiko")
    for _ in range(2):
        await milestones.look(site.services, account(site, ada))
    assert await said(ada, wall) == [
        ("favourite", "A new favourite: Aiko, 14 plays in four weeks."),
        ("streak", "7 days in a row with music."),
    ]


async def test_nothing_is_reckoned_of_somebody_who_shows_it_to_nobody(site: Site) -> None:
    ada = await site.log_in("ada")
    site.clock.advance(seconds=(ms(NOW) - site.clock.now_ms()) / 1000)
    hear(site, ada, [f"2026-11-{day}T10:00" for day in range(14, 21)], "Aiko")
    await milestones.look(site.services, account(site, ada))
    assert site.store.read(MILESTONES, ada.account) is None


def account(site: Site, browser: Browser) -> Account:
    found = site.services.directory.get(browser.account)
    assert found is not None
    return found


def hear(site: Site, browser: Browser, times: list[str], artist: str) -> None:
    rows = tuple(play(time, artist, "One") for time in times)
    shelve(site.store.root, Stored({browser.account: Shelved(rows, (AIKO, named("Bent", "One")))}))

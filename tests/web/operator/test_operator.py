"""The operator's page and API, and the audit log on it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from songswap.config import App
from songswap.documents import AUDIT, HEARTBEAT, LEDGER, LOOKS, Call, Heartbeat
from songswap.model.reports import AuditRow
from songswap.simulator import World
from songswap.spotify.budget import QUOTA_EXCEEDED, SENT
from songswap.spotify.ledger import day_of
from songswap.web.kit.audit_log import ENTRIES_A_PAGE
from tests.web.site import Browser, Site, content, group_of, open_site, page, refusal


@pytest.fixture
async def site(tmp_path: Path, world: World) -> AsyncIterator[Site]:
    async with open_site(tmp_path / "store", world, operators=("ada",)) as opened:
        yield opened


async def deeds(operator: Browser) -> list[tuple[str, str, str]]:
    """Kind, who and to whom of each row of the audit log."""
    items = (await operator.json("/api/operator/audit"))["items"]
    return [(one["kind"], *((who or {"name": ""})["name"] for who in (one["by"], one["whom"]))) for one in items]


async def test_nobody_else_finds_it(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    paths = ["/operator", "/operator?audit=x", "/api/operator", "/api/operator/reports", "/api/operator/audit"]
    for path in paths:
        assert (await bob.get(path)).status_code == 404, path
    assert await refusal(await bob.delete(f"/api/operator/accounts/{ada.account}"), 404) == "not_found"
    assert 'href="/operator"' in await ada.text("/account")
    assert 'href="/operator"' not in await bob.text("/account")


async def test_without_operators_in_the_configuration_there_is_none(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "other", world) as site:
        assert (await (await site.log_in("ada")).get("/operator")).status_code == 404


async def test_accounts_seats_and_storage_are_told(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob", "?app=second")
    await group_of(ada, bob)
    state = await ada.json("/api/operator")
    assert [(one["name"], one["handle"], one["app"], one["is_operator"]) for one in state["accounts"]] == [
        ("Ada", "ada", "default", True),
        ("Bob", "bob", "second", False),
    ]
    assert all(one["storage_bytes"] > 100 and one["renewal"] is None for one in state["accounts"])
    assert [(one["name"], one["taken"], one["free"]) for one in state["apps"]] == [("default", 1, 4), ("second", 1, 4)]
    on_disk = sum(path.stat().st_size for path in site.store.root.rglob("*") if path.is_file())
    assert sum(one["bytes"] for one in state["storage"]) == state["storage_bytes"] == on_disk
    assert (state["groups"], state["free_bytes"] > 0) == (1, True)


async def test_logins_to_renew_and_what_is_in_the_way_are_told(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    site.seen(bob, standing="no_seat")
    for _ in range(8):  # a log-in that is not used ends sooner
        site.clock.advance(days=20)
        await ada.get("/api/me")
    rows = (await ada.json("/api/operator"))["accounts"]
    assert [(one["name"], one["renewal"]) for one in rows] == [("Ada", "month"), ("Bob", "month")]
    assert (rows[0]["standing"], bool(rows[1]["standing"])) == ("", True)


async def test_calls_are_told_by_family_process_and_app(site: Site) -> None:
    ada = await site.log_in("ada")
    now_ms, day = site.clock.now_ms(), day_of(site.clock.now_ms())
    for _ in range(3):
        site.worker.append(LEDGER, Call(now_ms, "player", "default", SENT), "worker", day)
    hold = Call(now_ms, "player", "default", 429, until_ms=now_ms + 60_000, reason=QUOTA_EXCEEDED, counted=3)
    site.worker.append(LEDGER, hold, "worker", day)
    state = await ada.json("/api/operator")
    player = next(one for one in state["calls"] if one["family"] == "player")
    assert player == {"family": "player", "last_24h": 3, "left": 0, "held_until_ms": now_ms + 60_000}
    assert {"process": "worker", "family": "player", "app": "default", "count": 3} in state["ledger"]
    assert [(one["family"], one["app"]) for one in state["holds"]] == [("player", "default"), ("player", "second")]


async def test_the_worker_s_heartbeat_and_failing_jobs_are_told(site: Site) -> None:
    ada = await site.log_in("ada")
    assert (await ada.json("/api/operator"))["worker"]["is_alive"] is False
    assert "The worker does not run" in await page(await ada.get("/operator"))
    now_ms = site.clock.now_ms()
    site.worker.write(HEARTBEAT, Heartbeat(1, now_ms - 9_000, now_ms, {"recording of <Bob>": "refused"}))
    worker = (await ada.json("/api/operator"))["worker"]
    assert (worker["is_alive"], worker["failing"]) == (True, {"recording of <Bob>": "refused"})
    assert "recording of &lt;Bob&gt;" in await ada.text("/operator")


async def test_an_app_that_is_no_longer_configured_is_still_told_of(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "store", world) as before:
        await before.log_in("bob", "?app=second")
    apps = (App("default", "client-one"),)
    async with open_site(tmp_path / "store", world, operators=("ada",), apps=apps) as site:
        told = (await (await site.log_in("ada")).json("/api/operator"))["apps"]
    assert [(one["name"], one["taken"], one["is_configured"]) for one in told] == [
        ("default", 1, True),
        ("second", 1, False),
    ]


async def test_an_operator_disconnects_others_and_not_themselves(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(bob, ada)
    assert (await ada.delete(f"/api/operator/accounts/{bob.account}")).status_code == 204
    assert (await bob.get("/api/me")).status_code == 401
    assert (await ada.json(f"/api/groups/{group}"))["me"]["role"] == "host"
    assert await refusal(await ada.delete(f"/api/operator/accounts/{bob.account}"), 404) == "no_such_person"
    assert await refusal(await ada.delete(f"/api/operator/accounts/{ada.account}"), 409) == "yourself"
    assert await refusal(await ada.delete("/api/operator/accounts/%2e%2e"), 404) == "not_found"
    assert await deeds(ada) == [("disconnected", "Ada", "")]
    left = [path for path in site.store.root.rglob("*") if path.is_file() and bob.account in path.read_text()]
    assert left == []


async def test_an_operator_disconnects_nobody_with_a_log_in_of_long_ago(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    assert "Disconnect and delete everything" in await page(await ada.get("/operator"))
    site.clock.advance(minutes=10)
    response = await ada.delete(f"/api/operator/accounts/{bob.account}")
    assert await refusal(response, 403) == "fresh_login_needed"
    text = await ada.text("/operator")
    assert "Disconnect and delete everything" not in text
    assert 'href="/login?next=/operator"' in text
    assert (await bob.get("/api/me")).status_code == 200


async def test_what_people_do_to_others_is_in_the_audit_log_and_what_is_private_is_not(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob, cleo, name="Friday")
    members, place = f"/api/groups/{group}/members", f"chat:{group}"
    await ada.patch(f"{members}/{bob.account}", {"role": "co-host"})
    await ada.patch(f"{members}/{bob.account}", {"role": "co-host"})  # which changes nothing
    mine, rude, fine = [
        await content(await cleo.post(f"/api/places/{place}/posts", {"text": text}), 201) for text in ("a", "b", "c")
    ]
    await cleo.delete(f"/api/places/{place}/posts/{mine['id']}")
    await bob.delete(f"/api/places/{place}/posts/{rude['id']}")
    await bob.post("/api/reports", {"place": place, "post": fine["id"], "reason": "unkind words about me"})
    (report,) = (await ada.json("/api/operator/reports"))["items"]
    await ada.post(f"/api/reports/{report['id']}", {"action": "dismiss"})
    await ada.put(f"/api/me/blocked/{cleo.account}")
    await ada.put(f"/api/me/muted/{bob.account}")
    await ada.delete(f"{members}/{cleo.account}")
    assert await deeds(ada) == [
        ("member_removed", "Ada", "Cleo"),
        ("report_dismissed", "Ada", "Cleo"),
        ("reported", "Bob", "Cleo"),
        ("post_removed", "Bob", "Cleo"),
        ("role_changed", "Ada", "Bob"),
    ]
    assert "unkind" not in (site.store.root / AUDIT.path(_month(site))).read_text()
    text = await page(await ada.get("/operator"))
    assert "Ada removed Cleo from Friday" in text
    assert "Bob removed a post of Cleo in Friday" in text
    rows = (await cleo.json("/api/me/export"))["audit"]
    assert [(one["kind"], one["by"]) for one in rows][2] == ("reported", "")


async def test_somebody_who_is_gone_is_named_in_no_row(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    await ada.patch(f"/api/groups/{group}/members/{bob.account}", {"role": "co-host"})
    await bob.delete("/api/me")
    assert await deeds(ada) == [("disconnected", "", ""), ("role_changed", "Ada", "")]
    text = await page(await ada.get("/operator"))
    assert "Somebody disconnected their account" in text
    assert "Ada made somebody who is gone co-host" in text


async def test_the_audit_log_is_paged_over_months_without_gap_or_repetition(site: Site) -> None:
    ada = await site.log_in("ada")
    months = ("202609", "202610", "202611")
    for number, month in enumerate(months):
        rows = [AuditRow(0.0, "disconnected", "", detail=f"{number}-{place}") for place in range(25)]
        site.store.extend(AUDIT, rows, month)
    seen: list[str] = []
    cursor = ""
    while True:
        part = await ada.json(f"/api/operator/audit?limit=7{cursor}")
        seen += [one["detail"] for one in part["items"]]
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert seen == [f"{number}-{place}" for number in (2, 1, 0) for place in reversed(range(25))]
    first = await ada.text("/operator")
    assert first.count("disconnected") >= ENTRIES_A_PAGE
    older = first.partition("/operator?audit=")[2].partition("#")[0]
    assert "Latest" in await page(await ada.get(f"/operator?audit={older}"))


@pytest.mark.parametrize("cursor", ["x", "202611", "202611--1", "2026111-1", "202611-9999999999", "٢٠٢٦١١-1"])
async def test_forged_cursors_are_refused(site: Site, cursor: str) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await ada.get("/api/operator/audit", query_string={"cursor": cursor}), 400) == "invalid"


def _month(site: Site) -> str:
    return datetime.fromtimestamp(site.clock.now_ms() / 1000, UTC).strftime("%Y%m")


async def test_a_file_system_that_tells_of_no_changes_is_said(site: Site) -> None:
    ada = await site.log_in("ada")
    assert (await ada.json("/api/operator"))["polls"] is False
    site.worker.write(HEARTBEAT, Heartbeat(1, site.clock.now_ms(), site.clock.now_ms(), polls=True))
    assert (await ada.json("/api/operator"))["polls"] is True
    assert "does not tell of all changes" in await page(await ada.get("/operator"))
    notes = (await content(await ada.get("/health")))["notes"]
    assert ["looked at twice a second" in note for note in notes] == [True]


async def test_files_that_can_not_be_read_are_named_until_they_are_mended(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    path = site.store.root / LOOKS.path(bob.account)
    path.write_bytes(b"half a docu")
    site.worker.write(
        HEARTBEAT, Heartbeat(1, site.clock.now_ms(), site.clock.now_ms(), broken={"youtube.json": "torn"})
    )
    broken = (await ada.json("/api/operator"))["broken"]
    assert [one["path"] for one in broken] == [LOOKS.path(bob.account), "youtube.json"]
    shown = await page(await ada.get("/operator"))
    assert LOOKS.path(bob.account) in shown
    assert "torn" in shown
    path.unlink()
    site.worker.write(HEARTBEAT, Heartbeat(1, site.clock.now_ms(), site.clock.now_ms()))
    assert (await ada.json("/api/operator"))["broken"] == []

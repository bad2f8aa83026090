import os
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from songswap.config import Config, Features
from songswap.documents import HEARTBEAT, Heartbeat
from songswap.simulator import World
from songswap.store import Store
from songswap.web.app import create_app
from songswap.web.operator.health import _of_store
from tests.web.kit.test_bad_input import full_disk
from tests.web.site import HandClock, Site, content, group_of, open_site


def _beat(site: Site) -> None:
    site.worker.write(HEARTBEAT, Heartbeat(1, site.clock.now_ms(), site.clock.now_ms()))


async def test_all_is_well_while_the_worker_lives(site: Site) -> None:
    _beat(site)
    assert await content(await site.browser().get("/health")) == {"status": "ok", "problems": []}


async def test_missing_worker_is_named(site: Site) -> None:
    answer = await content(await site.browser().get("/health"), 503)
    assert answer["status"] == "trouble"
    assert "never run" in answer["problems"][0]


async def test_silent_worker_is_named_after_15_seconds(site: Site) -> None:
    _beat(site)
    site.clock.advance(seconds=14.9)
    assert (await site.browser().get("/health")).status_code == 200
    site.clock.advance(seconds=0.1)
    answer = await content(await site.browser().get("/health"), 503)
    assert "15 s ago" in answer["problems"][0]


async def test_full_disk_is_named(site: Site) -> None:
    _beat(site)
    with full_disk():
        answer = await content(await site.browser().get("/health"), 503)
    assert "store can't be written" in answer["problems"][0]


async def test_heartbeat_of_a_newer_version_is_named(site: Site) -> None:
    (site.store.root / "heartbeat.json").write_text('{"version": 99, "data": {}}')
    answer = await content(await site.browser().get("/health"), 503)
    assert "version 99" in answer["problems"][0]


async def test_looking_whether_the_disk_is_full_makes_no_file(site: Site) -> None:
    """Not even one that is gone at once: its folder would have changed."""
    _beat(site)
    before = site.store.root.stat()
    for headers in ({}, OUTSIDERS[0]):
        await content(await site.browser().get("/health", headers=headers))
    assert site.store.root.stat().st_mtime_ns == before.st_mtime_ns


def test_where_there_are_no_files_without_a_name_the_file_system_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path, "server")
    monkeypatch.delattr(os, "O_TMPFILE")
    before = tmp_path.stat().st_mtime_ns
    assert _of_store(store) == ()
    assert tmp_path.stat().st_mtime_ns == before


OUTSIDERS = [
    {"X-Forwarded-For": "198.51.100.7"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"Host": "192.168.1.20:8770"},
]
"""What comes by way of a proxy on this machine, or under a name by which others ask."""


@pytest.mark.parametrize("headers", OUTSIDERS)
async def test_outsiders_learn_up_or_down_and_no_more(site: Site, headers: dict[str, str]) -> None:
    stranger, ada = site.browser(), await site.log_in("ada")
    assert await content(await stranger.get("/health", headers=headers), 503) == {"status": "trouble", "problems": []}
    assert (await content(await ada.get("/health", headers=headers), 503))["problems"] == []
    _beat(site)
    assert await content(await stranger.get("/health", headers=headers)) == {"status": "ok", "problems": []}


async def test_operators_learn_what_is_wrong_wherever_they_are(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "store", world, operators=("ada",)) as site:
        ada, bob = await site.log_in("ada"), await site.log_in("bob")
        assert (await content(await ada.get("/health", headers=OUTSIDERS[0]), 503))["problems"]
        assert not (await content(await bob.get("/health", headers=OUTSIDERS[0]), 503))["problems"]


@pytest.mark.parametrize("headers", OUTSIDERS)
@pytest.mark.parametrize("token", ["", "a token that is long enough".replace(" ", "-")])
async def test_metrics_are_for_this_machine_or_for_those_who_know_the_token(
    tmp_path: Path, world: World, headers: dict[str, str], token: str
) -> None:
    async with open_site(tmp_path / "store", world, metrics_token=token) as site:
        stranger = site.browser()
        assert (await stranger.get("/metrics")).status_code == 200
        for sent in ("", "Bearer ", "Bearer x", f"Basic {token}", f"Bearer {token}x", "Bearer ü"):
            response = await stranger.get("/metrics", headers=headers | {"Authorization": sent})
            assert response.status_code == (401 if token else 403), sent
            assert "songswap_requests" not in await response.get_data(as_text=True)
        shown = await stranger.get("/metrics", headers=headers | {"Authorization": f"Bearer {token}"})
        assert shown.status_code == (200 if token else 403)


async def test_invented_methods_make_no_series(site: Site) -> None:
    browser = site.browser()
    before = len(site.services.metrics.text().splitlines())
    for number in range(200):
        await browser.open(f"INVENTED{number}", f"/nowhere/{number}")
        await browser.open(f"INVENTED{number}", "/health")
    text = await browser.text("/metrics")
    assert "INVENTED" not in text
    assert 'method="other",route="none",status="404"' in text
    assert len(text.splitlines()) < before + 20


async def test_metrics_count_requests_by_route_and_calls_to_spotify(site: Site) -> None:
    browser = await site.log_in("ada")
    await browser.get(f"/api/groups/{await group_of(browser)}")
    site.clock.advance(seconds=30)
    _beat(site)
    site.clock.advance(seconds=5)
    text = await browser.text("/metrics")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["songswap_requests_total", "/api/groups/<group_id>", "200", "GET"] == 1
    assert samples["songswap_spotify_calls_24h", "accounts"] == 1
    assert samples["songswap_spotify_calls_24h", "profile"] == 1
    assert samples[("songswap_worker_heartbeat_age_seconds",)] == pytest.approx(5)
    assert browser.account not in text


async def test_metrics_show_how_long_calls_are_held_back(site: Site) -> None:
    site.services.gate.limited("player", "default", "60", "QUOTA_EXCEEDED")
    text = await site.browser().text("/metrics")
    assert 'songswap_spotify_hold_seconds{app="default",family="player"} 60.0' in text


async def test_metrics_can_be_switched_off(tmp_path: Path, world: World, site: Site) -> None:
    config = Config(spotify=site.config.spotify, features=Features(metrics=False))
    app = create_app(config, Store(tmp_path / "other", "server"), HandClock())
    response = await app.test_client().get("/metrics")
    assert response.status_code == 404
    assert "[features] metrics" in await response.get_data(as_text=True)

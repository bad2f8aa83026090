from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from songswap.config import Config, Features
from songswap.documents import HEARTBEAT, Heartbeat
from songswap.simulator import World
from songswap.store import Store
from songswap.web.app import create_app
from songswap.web.health import _of_store
from tests.web.site import HandClock, Site, content, group_of
from tests.web.test_bad_input import full_disk


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


def test_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    store = Store(tmp_path, "server")
    assert _of_store(store) == ()
    assert list(tmp_path.iterdir()) == []


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
    site.here.gate.limited("player", "default", "60", "QUOTA_EXCEEDED")
    text = await site.browser().text("/metrics")
    assert 'songswap_spotify_hold_seconds{app="default",family="player"} 60.0' in text


async def test_metrics_can_be_switched_off(tmp_path: Path, world: World, site: Site) -> None:
    config = Config(spotify=site.config.spotify, features=Features(metrics=False))
    app = create_app(config, Store(tmp_path / "other", "server"), HandClock())
    response = await app.test_client().get("/metrics")
    assert response.status_code == 404
    assert "[features] metrics" in await response.get_data(as_text=True)

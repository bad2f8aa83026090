"""What is run before a change is taken."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"


def jobs() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    found: dict[str, Any] = content["jobs"]
    return found


def test_the_workflow_fits_githubs_schema() -> None:
    command = [
        Path(sys.executable).with_name("check-jsonschema"),
        "--builtin-schema",
        "vendor.github-workflows",
        WORKFLOW,
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_workflow_runs_what_a_newcomer_runs_on_the_oldest_and_the_newest_python() -> None:
    job = jobs()["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make check", "make test"]


def test_tests_with_a_browser_are_never_skipped_there() -> None:
    (step,) = (step for step in jobs()["test"]["steps"] if step.get("run") == "make test")
    assert step["env"]["SONGSWAP_REQUIRE_BROWSER"] == "1"
    assert "export SONGSWAP_REQUIRE_BROWSER=1" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_script_for_other_places_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


# What a running SongSwap is made of


def locked() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    return [Requirement(line.partition("--hash")[0].strip()) for line in lines if line and line[0] not in "# "]


def test_the_lock_has_one_version_within_our_bounds_of_each_library_for_each_python() -> None:
    bounds = [Requirement(line) for line in (ROOT / "requirements.txt").read_text().splitlines() if line[:1] not in "#"]
    for python in ("3.11.7", "3.12.1", "3.13.1"):
        here = {
            "python_full_version": python,
            "python_version": python[:4],
            "platform_python_implementation": "CPython",
        }
        pins = [one for one in locked() if one.marker is None or one.marker.evaluate(here)]
        versions = {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in pins}
        assert len(versions) == len(pins)
        assert [one for one in bounds if versions.get(canonicalize_name(one.name), "") not in one.specifier] == []


def test_every_version_in_the_lock_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8").rstrip())
    assert [one for one in entries if not one.startswith("#") and "--hash=sha256:" not in one] == []


def test_the_lock_is_what_is_installed_and_audited() -> None:
    assert "--require-hashes -r requirements.lock" in (ROOT / "Makefile").read_text(encoding="utf-8")
    (step,) = (step for step in jobs()["audit"]["steps"] if "run" in step)
    assert "pip-audit --strict" in step["run"]
    assert step["run"].endswith("--requirement requirements.lock")

"""What is run before a change is taken."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

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

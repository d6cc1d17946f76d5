"""What the package says of itself."""

import json
import re
import subprocess
import tomllib
from importlib import metadata

import pytest
import yaml
from click.testing import CliRunner
from hatchling.builders.sdist import SdistBuilder

from snnlocality.cli import main


@pytest.fixture
def declared(root):
    """The version, at the one place where people change it."""
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]


def test_all_say_one_version(root, declared):
    assert metadata.version("snnlocality") == declared
    assert declared in CliRunner().invoke(main, ["--version"], prog_name="snnlocality").output.split()
    assert yaml.safe_load((root / "CITATION.cff").read_text())["version"] == declared
    assert json.loads((root / ".zenodo.json").read_text())["version"] == declared


@pytest.mark.parametrize("tag", [(), ("v99.0",), ("0.1.0",)])
def test_a_release_under_another_tag_is_refused_before_anything_is_made(root, declared, tag):
    done = subprocess.run([root / ".ci/release", *tag], capture_output=True, text=True)
    assert done.returncode == 2
    assert f"is not v{declared}, of pyproject.toml" in done.stderr


def test_a_source_archive_holds_nothing_that_git_ignores(root):
    files = "\n".join(one.relative_path for one in SdistBuilder(str(root)).recurse_included_files())
    assert "pyproject.toml" in files.splitlines()
    done = subprocess.run(["git", "check-ignore", "--stdin"], cwd=root, input=files, capture_output=True, text=True)
    assert done.stdout == ""


def test_a_release_needs_no_secret_and_no_action_of_others(root):
    text = (root / ".github/workflows/release.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow[True]["push"]["tags"] == ["v*"]  # YAML takes the key "on" for a truth value
    (job,) = workflow["jobs"].values()
    assert all(step["uses"].startswith("actions/") for step in job["steps"] if "uses" in step)
    assert "secrets" not in text
    assert any(step.get("run", "").startswith(".ci/release ") for step in job["steps"])


def test_an_archive_is_of_the_title_and_licence_that_are_cited(root):
    archived = json.loads((root / ".zenodo.json").read_text())
    cited = yaml.safe_load((root / "CITATION.cff").read_text())
    assert (archived["title"], archived["license"]) == (cited["title"], cited["license"])


def test_the_forges_ci_runs_what_ci_runs_here(root):
    jobs = yaml.safe_load((root / ".github/workflows/ci.yml").read_text())["jobs"]
    commands = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert commands == {"all": [".ci/run"], "container": ["sudo .ci/run container"], "coverage": [".ci/run coverage"]}
    assert "3.11" in jobs["all"]["strategy"]["matrix"]["python"]


def test_every_stage_of_ci_is_a_target_of_the_makefile(root):
    text = (root / ".ci/run").read_text()
    stages = re.search(r"set -- ([a-z -]*[a-z])", text)[1].split()
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    assert len(stages) > 3
    assert {*stages, "container", "coverage"} <= targets

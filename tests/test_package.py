"""What the package says of itself."""

import json
import tomllib
from importlib import metadata

import yaml


def test_all_say_one_version(root):
    declared = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert metadata.version("snnlocality") == declared
    assert yaml.safe_load((root / "CITATION.cff").read_text())["version"] == declared


def test_an_archive_is_of_the_title_and_licence_that_are_cited(root):
    archived = json.loads((root / ".zenodo.json").read_text())
    cited = yaml.safe_load((root / "CITATION.cff").read_text())
    assert (archived["title"], archived["license"]) == (cited["title"], cited["license"])


def test_the_forges_ci_runs_what_ci_runs_here(root):
    jobs = yaml.safe_load((root / ".github/workflows/ci.yml").read_text())["jobs"]
    assert [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step] == [".ci/run"]
    assert "3.11" in jobs["all"]["strategy"]["matrix"]["python"]

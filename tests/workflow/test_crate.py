"""A study's crate is one that the public validator accepts, and holds what made every file."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import requests
from requests_cache import CachedSession
from urllib3.response import HTTPResponse

from snnlocality.storage import sha256

RUN = "results/demo/vision/bptt/ff/fold0/seed0"
# The entries of RO-Crate's context that a crate of ours uses, word for word: a term that is not among them is a fault.
CONTEXT = Path(__file__).with_name("ro_crate_1.1_context.json")


@pytest.fixture(scope="module")
def crate(finished, tmp_path_factory):
    """A crate of the finished study."""
    folder = tmp_path_factory.mktemp("crate") / "crate"
    finished.run("snnlocality", "crate", str(folder))
    return folder


@pytest.fixture
def offline(tmp_path):
    """A cache of the validator's that holds RO-Crate's context as if it had been fetched."""
    cache = tmp_path / "cache"
    answer = requests.Response()
    answer.status_code, answer.url = 200, "https://w3id.org/ro/crate/1.1/context"
    answer.request = requests.Request(
        "GET", answer.url, headers={"Accept": "application/ld+json, application/json"}
    ).prepare()
    answer.headers["Content-Type"] = "application/ld+json"
    answer.raw = HTTPResponse(io.BytesIO(CONTEXT.read_bytes()), status=200, headers=answer.headers)
    answer._content = CONTEXT.read_bytes()
    CachedSession(str(cache), backend="sqlite", expire_after=-1).cache.save_response(answer)
    return cache


def entities(crate):
    graph = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    return {entity["@id"]: entity for entity in graph}


def validated(project, crate, cache):
    options = ("--offline", "--cache-path", str(cache), "--profile-identifier", "provenance-run-crate", "--no-paging")
    return project.run("rocrate-validator", "-y", "validate", *options, str(crate), check=False)


def test_the_validator_accepts_it(finished, crate, offline):
    done = validated(finished, crate, offline)
    assert done.returncode == 0, done.stdout
    assert "is a valid provenance-run-crate" in done.stdout


def test_the_validator_would_not_accept_less(finished, crate, offline, tmp_path):
    broken = json.loads((crate / "ro-crate-metadata.json").read_text())
    action = next(entity for entity in broken["@graph"] if entity["@id"] == f"#run/{RUN}/model.safetensors")
    del action["instrument"]
    (tmp_path / "crate").mkdir()
    for path in crate.iterdir():
        (tmp_path / "crate" / path.name).symlink_to(path)
    (tmp_path / "crate/ro-crate-metadata.json").unlink()
    (tmp_path / "crate/ro-crate-metadata.json").write_text(json.dumps(broken))
    assert validated(finished, tmp_path / "crate", offline).returncode != 0


def test_it_holds_all_files_and_what_made_them(finished, crate):
    graph = entities(crate)
    files = [
        path for folder in ("results", "reports") for path in (finished.root / folder).rglob("*") if path.is_file()
    ]
    assert len(files) > 100
    for path in files:
        name = str(path.relative_to(finished.root))
        assert (crate / name).read_bytes() == path.read_bytes()
        assert graph[name]["sha256"] == sha256(path)
    made = {result["@id"] for one in graph.values() if one["@type"] == "CreateAction" for result in one["result"]}
    assert made == {str(path.relative_to(finished.root)) for path in files}
    action = graph[f"#run/{RUN}/model.safetensors"]
    assert action["description"].startswith("snnlocality train --study demo --task vision --rule bptt --arch ff")
    execution = json.loads((finished.root / "logs" / RUN / "train.execution.json").read_text())
    assert action["startTime"][:19] == execution["started"][:19]
    assert action["startTime"] < action["endTime"]
    values = {graph[one["@id"]]["name"]: graph[one["@id"]].get("value") for one in action["object"]}
    settings = json.loads((finished.root / RUN / "train.record.json").read_text())["settings"]
    assert values["optimisation.learning_rate"] == str(settings["optimisation"]["learning_rate"])
    assert "results/demo/vision/data.safetensors" in values
    environment = {graph[one["@id"]]["name"]: graph[one["@id"]]["value"] for one in action["environment"]}
    assert environment["processor"] == execution["processor"]
    assert environment["numpy"] == execution["libraries"]["numpy"]
    for name in ("envs/requirements.lock", "src/snnlocality/study/step.py", "workflow/rules/steps.smk", "params.yaml"):
        assert (crate / name).is_file()


def test_it_may_be_one_file(finished, tmp_path):
    finished.run("snnlocality", "crate", str(tmp_path / "crate.zip"))
    names = zipfile.ZipFile(tmp_path / "crate.zip").namelist()
    assert {f"{RUN}/model.safetensors", "published/table2.csv", "ro-crate-metadata.json"} <= set(names)
    assert len(names) == len(set(names))
    done = finished.run("snnlocality", "crate", str(tmp_path / "crate.zip"), check=False)
    assert done.returncode == 2
    assert "exists; name a folder" in done.stderr


def test_edited_results_are_not_exported(project, tmp_path):
    (project.root / RUN / "curve.csv").write_text("edited")
    done = project.run("snnlocality", "crate", str(tmp_path / "crate"), check=False)
    assert done.returncode == 2
    assert f"{RUN}/curve.csv is not what" in done.stderr
    assert not (tmp_path / "crate").exists()

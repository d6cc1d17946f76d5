"""Which engine computes, and whether runs are trained one by one or many at once, changes no plan and no result."""

import json
import shutil
from pathlib import Path

import pytest

from snnlocality.storage import sha256

RUN = "results/demo/vision/bptt/ff/fold0/seed{}"
CELL = ("--task", "vision", "--rule", "bptt", "--arch", "ff")


def execution(project, seed: int) -> dict:
    return json.loads((project.root / "logs" / RUN.format(seed) / "train.execution.json").read_text())


@pytest.mark.parametrize("packed", [False, True], ids=["one by one", "many at once"])
def test_deleting_one_runs_output_redoes_that_run_only(project, packed):
    project.edit_params(lambda params: params["studies"]["demo"].update(seeds=2))
    models = [f"{RUN.format(seed)}/model.safetensors" for seed in (0, 1)]
    if packed:
        (project.root / models[0]).unlink()
        assert "2 runs trained" in project.run("snnlocality", "train-many", *CELL).stdout
    project.run("snakemake", *models)
    project.run("snakemake")
    assert [execution(project, seed).get("taken_from") for seed in (0, 1)] == ["run cache" if packed else None] * 2
    made = {path: path.read_bytes() for path in project.root.glob("results/**/*") if path.is_file()}
    others = {path: path.read_bytes() for path in project.root.glob("logs/**/train.execution.json")}

    (project.root / RUN.format(1) / "model.safetensors").unlink()
    (planned,) = project.planned(*models)
    assert planned.startswith("train --task vision --rule bptt --arch ff --fold 0 --seed 1")
    project.run("snakemake", *models)
    project.run("snakemake")
    assert {path: path.read_bytes() for path in made} == made
    changed = {path for path, content in others.items() if path.read_bytes() != content}
    assert {path.parent for path in changed} <= {project.root / "logs" / RUN.format(1)}


def test_an_edited_entry_of_the_run_cache_is_not_used(project):
    project.run("snnlocality", "train-many", *CELL)
    (entry,) = (project.root / ".run-cache").iterdir()
    (entry / "curve.csv").write_text("edited")
    (project.root / RUN.format(0) / "model.safetensors").unlink()
    project.run("snakemake", f"{RUN.format(0)}/model.safetensors")
    assert "taken_from" not in execution(project, 0)
    assert "1 runs trained" in project.run("snnlocality", "train-many", *CELL).stdout


def test_verify_tells_of_an_entry_that_was_exchanged_with_its_hash(project):
    project.run("snnlocality", "train-many", *CELL)
    (entry,) = (project.root / ".run-cache").iterdir()
    other = project.root / RUN.format(0).replace("bptt", "eprop") / "model.safetensors"
    shutil.copy(other, entry / "model.safetensors")
    known = json.loads((entry / "entry.json").read_text())
    known["outputs"]["model.safetensors"] = sha256(other)
    (entry / "entry.json").write_text(json.dumps(known))
    model = f"{RUN.format(0)}/model.safetensors"
    (project.root / model).unlink()
    project.run("snakemake", model)
    assert execution(project, 0)["taken_from"] == "run cache"
    assert sha256(project.root / model) == sha256(other)
    project.run("snakemake", f"{RUN.format(0)}/metrics.json")
    done = project.run("snnlocality", "verify", model, check=False)
    assert done.returncode == 1
    assert f"differs          {model}" in done.stdout


def test_another_engine_is_recorded_and_reruns_nothing(project):
    assert execution(project, 0)["engine"] == "cpu"
    assert project.planned("--config", "engine=reference") == set()
    (project.root / RUN.format(0) / "model.safetensors").unlink()
    project.run("snakemake", f"{RUN.format(0)}/model.safetensors", "--config", "engine=reference")
    assert execution(project, 0)["engine"] == "reference"
    assert project.planned(f"{RUN.format(0)}/model.safetensors", "--config", "engine=cpu") == set()


def test_an_unknown_engine_is_refused_by_name(project):
    done = project.run("snakemake", "-n", "--config", "engine=gpu", check=False)
    assert done.returncode != 0
    assert "'gpu' is no engine; choose one of auto, reference, cpu, cuda" in done.stdout + done.stderr


@pytest.mark.skipif(any(Path("/dev").glob("nvidia[0-9]*")), reason="this machine has a graphics card")
def test_without_a_graphics_card_the_choice_of_cuda_is_one_sentence(project):
    (project.root / RUN.format(0) / "model.safetensors").unlink()
    done = project.run("snakemake", f"{RUN.format(0)}/model.safetensors", "--config", "engine=cuda", check=False)
    assert done.returncode != 0
    log = (project.root / "logs" / RUN.format(0) / "train.log").read_text()
    assert "The CUDA engine needs an NVIDIA graphics card and finds none" in log
    assert "Traceback" not in log

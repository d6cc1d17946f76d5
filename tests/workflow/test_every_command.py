"""Every command that computes by an engine does so with every engine, and finds the same."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from every_command import COMMANDS, shrink
from every_command import __file__ as SCRIPT

from snnlocality.tensors import read_tensors
from workflow.conftest import Project, fresh_copy

ENGINES = ("reference", "cpu", "cuda")


def run_all(root: Path, engine: str) -> Project:
    """A project in which every command has run with this engine."""
    project = fresh_copy(root)
    project.edit_params(shrink)
    own = {"SNNLOCALITY_ENGINE": engine} | ({} if torch.cuda.is_available() else {"TRITON_INTERPRET": "1"})
    done = subprocess.run(
        [sys.executable, SCRIPT], cwd=root, env=project.environment | own, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{engine}:\n{done.stderr[-3000:]}"
    return project


@pytest.fixture(scope="module")
def projects(tmp_path_factory) -> dict[str, Project]:
    return {engine: run_all(tmp_path_factory.mktemp("every") / engine, engine) for engine in ENGINES}


def found(project: Project) -> dict[str, Path]:
    """What the commands wrote, by name; that of ``train-many`` lies in the run cache."""
    results = {
        str(path.relative_to(project.root)): path for path in project.root.glob("results/**/*") if path.is_file()
    }
    (cached,) = (project.root / ".run-cache").iterdir()
    results |= {f"cached {path.name}": path for path in cached.iterdir()}
    return {name: path for name, path in results.items() if "record" not in name and path.name != "entry.json"}


def numbers(path: Path) -> dict[str, np.ndarray]:
    """All numbers of a file, by column, key or tensor."""
    if path.suffix == ".csv":
        return {name: column.to_numpy() for name, column in pd.read_csv(path).select_dtypes("number").items()}
    if path.suffix == ".json":
        flat = pd.json_normalize(json.loads(path.read_text())).select_dtypes("number")
        return {name: column.to_numpy() for name, column in flat.items()}
    return dict(read_tensors(path)[0])


def test_every_command_that_takes_an_engine_is_run(projects):
    from snnlocality.cli import main
    from snnlocality.study import catalogue
    from snnlocality.study.commands import name_of

    # A step like another, at an equal learning rate for one, mostly computes by that one's function.
    alike = {name_of(step) for step in catalogue.steps() if step.like and step.computed_by == step.like.computed_by}
    takes_threads = {name for name, command in main.commands.items() if "threads" in {p.name for p in command.params}}
    assert {command[0] for command in COMMANDS} == takes_threads - alike - {"verify", "test-nir"} | {"convert"}
    for engine, project in projects.items():
        records = [json.loads(path.read_text()) for path in project.root.glob("logs/**/*.execution.json")]
        assert {record["engine"] for record in records if record.get("engine")} == {engine}


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "reference"])
def test_what_is_found_does_not_depend_on_the_engine(engine, projects):
    expected, got = found(projects["reference"]), found(projects[engine])
    assert got.keys() == expected.keys()
    for name, path in expected.items():
        of_reference, of_engine = numbers(path), numbers(got[name])
        assert of_engine.keys() == of_reference.keys(), name
        for key, values in of_reference.items():
            np.testing.assert_allclose(of_engine[key], values, rtol=1e-3, atol=1e-5, err_msg=f"{name}: {key}")


def test_there_is_something_to_agree_on(projects):
    """Neurons fire, weights learn, attacks move representations, and weights hold information."""
    files = {name: numbers(path) for name, path in found(projects["reference"]).items()}
    run = "vision/bptt/rec/fold0/seed0"
    curve, models = files[f"results/demo/{run}/curve.csv"], files[f"results/demo/{run}/milestones.safetensors"]
    assert 0.05 < curve["firing_rate_1"][-1] < 0.9
    assert np.abs(models["1 W1"] - models["0 W1"]).max() > 0.01
    assert np.nanmin(files[f"results/demo/shift/{run}/cka.csv"]["cka"]) < 0.99
    assert files[f"results/demo/fisher/{run}/fisher.csv"]["trace"].max() > 0
    assert np.ptp(files["results/demo/conversion/vision/fold0/seed0/accuracies.csv"]["accuracy"]) > 0

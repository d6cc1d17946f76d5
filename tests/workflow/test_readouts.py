"""Rules whose networks have a readout that reads every layer, through the workflow; and their models as files."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from jobs import job_of
from snnlocality import parameters as params
from snnlocality.data.batches import load
from snnlocality.data.splits import Part
from snnlocality.engines.choice import choose
from snnlocality.errors import UserError
from snnlocality.runs.files import load_model, save_model
from snnlocality.runs.training import first_network
from snnlocality.steps import evaluate
from snnlocality.storage import sha256
from snnlocality.tensors import read_tensors, write_tensors

DIRECT = ("eprop_direct", "eprop_adaptive")
STEPS = ("evaluate", "fgsm", "fisher")


def test_they_are_measured_as_all_others_are(project, monkeypatch):
    project.edit_params(lambda raw: raw.update(rules=[*raw["rules"], *DIRECT]))
    monkeypatch.chdir(project.root)
    cells = [("vision", name, "ff", 0, 0) for name in DIRECT]
    measured = {cell: [job_of(params.load(), step, *cell).output for step in STEPS] for cell in cells}
    project.run("snakemake", *(str(path) for paths in measured.values() for path in paths))
    for metrics, accuracies, traces in measured.values():
        found = json.loads(metrics.read_text())
        attacked = pd.read_csv(accuracies)
        assert set(attacked.query("epsilon == 0")["accuracy"]) == {found["test_accuracy"]}
        information = pd.read_csv(traces)
        assert set(information["weights"]) == {"W1", "W2", "O1", "W_out"}
        assert (information.query("weights == 'O1' and epoch == 'chosen' and step == 10")["trace"] > 0).all()


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", DIRECT)
def test_a_model_is_read_back_and_one_of_another_shape_refused(finished, tmp_path, monkeypatch, name, layers):
    monkeypatch.chdir(finished.root)
    run = job_of(params.load(), "train", "vision", name, "ff", 0, 0)
    settings = replace(run.settings, network=replace(run.settings.network, hidden=(8, 6)[:layers]))
    dataset, parts = load(run.inputs["data"], 0)
    network, path = first_network(settings, dataset, parts, choose("cpu")), tmp_path / "model.safetensors"
    save_model(path, network)
    back = load_model(path, settings.network, dataset)
    for kept, arrays in ((back.weights, network.weights), (back.feedback, network.feedback)):
        assert kept.keys() == arrays.keys()
        for key, array in arrays.items():
            np.testing.assert_array_equal(kept[key], array)
    assert ("O1" in back.weights) == (layers == 2)
    assert sorted(back.feedback) == ([] if name == "eprop_direct" else ["B1", "B2"][:layers])
    arrays = read_tensors(path)[0]
    direct = "O1" if layers == 2 else "W_out"
    for wrong in (
        {key: array for key, array in arrays.items() if key != direct},
        arrays | {direct: arrays[direct][1:]},
        arrays | {"O2": arrays[direct]},
    ):
        write_tensors(path, wrong)
        with pytest.raises(UserError, match="holds another network than its run's"):
            load_model(path, settings.network, dataset)
    write_tensors(path, arrays | {direct: np.full_like(arrays[direct], np.nan)})
    with pytest.raises(UserError, match="holds weights that are no numbers"):
        load_model(path, settings.network, dataset)


def test_weights_that_overflow_are_refused_by_name(project, monkeypatch):
    monkeypatch.chdir(project.root)
    run = job_of(params.load(), "train", "vision", "bptt", "ff", 0, 0)
    arrays, metadata = read_tensors(run.output)
    write_tensors(run.output, {name: np.sign(array) * np.float32(1e38) for name, array in arrays.items()}, metadata)
    record = json.loads(run.record.read_text())
    record["outputs"][run.output.name] = sha256(run.output)
    run.record.write_text(json.dumps(record))
    with np.errstate(all="ignore"), pytest.raises(UserError, match=r"The loss of .*model\.safetensors is no number"):
        evaluate.run(job_of(params.load(), "evaluate", "vision", "bptt", "ff", 0, 0), choose("cpu"))


@pytest.mark.parametrize("part", [0xFF, Part.UNUSED])
def test_a_fold_without_training_samples_is_refused_by_name(finished, tmp_path, part):
    arrays, metadata = read_tensors(finished.root / "results/demo/vision/data.safetensors")
    path = tmp_path / "data.safetensors"
    write_tensors(path, arrays | {"fold0": np.full_like(arrays["fold0"], part)}, metadata)
    with pytest.raises(UserError, match=r"data\.safetensors holds no prepared data \(a fold without training samples"):
        load(path, 0)

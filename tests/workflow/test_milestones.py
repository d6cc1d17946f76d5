"""The networks on the way of a training, as files."""

import pandas as pd
import pytest

from jobs import job_of
from snnlocality import parameters as params
from snnlocality.data.batches import load
from snnlocality.errors import UserError
from snnlocality.runs.files import load_milestones, load_model
from snnlocality.tensors import read_tensors, write_tensors

CELL = ("vision", "eprop", "ff", 0, 0)


@pytest.fixture
def trained(finished, monkeypatch):
    """(a finished run of one epoch, its data set)."""
    monkeypatch.chdir(finished.root)
    run = job_of(params.load(), "train", *CELL)
    return run, load(run.inputs["data"], 0)[0]


def test_they_hold_the_chosen_network_and_are_what_fisher_information_is_measured_of(trained):
    run, dataset = trained
    model, _, milestones = run.output_paths
    networks = load_milestones(milestones, run.settings, dataset)
    assert list(networks) == [0, 1]
    for name, array in load_model(model, run.settings.network, dataset).weights.items():
        assert array.tobytes() == networks[1].weights[name].tobytes()
        assert array.tobytes() != networks[0].weights[name].tobytes()
    information = pd.read_csv(job_of(params.load(), "fisher", *CELL).output, dtype={"epoch": str}).query(
        "gradient == 'own'"
    )
    assert set(information["epoch"]) == {"0", "1", "chosen"}
    traces = information.groupby(["epoch", "weights"])["trace"].last()  # over all steps
    pd.testing.assert_series_equal(traces["1"], traces["chosen"])
    assert (traces["0"] != traces["1"]).all()


DAMAGES = {
    "an epoch is missing": lambda arrays: {name: array for name, array in arrays.items() if name[0] != "0"},
    "one too many": lambda arrays: arrays | {f"2{name[1:]}": array for name, array in arrays.items()},
    "no number": lambda arrays: arrays | {"first W1": arrays["0 W1"]},
    "another shape": lambda arrays: arrays | {"1 W1": arrays["1 W1"][:-1]},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_those_of_another_run_are_refused(trained, tmp_path, damage):
    run, dataset = trained
    path = tmp_path / "milestones.safetensors"
    write_tensors(path, damage(read_tensors(run.outputs["milestones"])[0]))
    with pytest.raises(UserError, match=r"milestones\.safetensors holds another network than its run's"):
        load_milestones(path, run.settings, dataset)

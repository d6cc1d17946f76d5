"""The tutorial's experiments, made small: what they must find whatever their size."""

import importlib

import numpy as np
import pandas as pd
import pytest
import yaml

from jobs import job_of
from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.data.batches import EventDataset
from snnlocality.data.splits import Part
from snnlocality.data.vision.sensor import UNITS
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.neurons.lif import dynamics
from snnlocality.reports.figures import save_svg, set_theme
from snnlocality.study import catalogue
from snnlocality.tutorial import spike_times
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.experiments import temporal_xor

SMALL = {
    "landscape": {"seeds": 1, "epochs": 60, "points": 41},
    "convolution": {
        "seeds": 1,
        "epochs": 10,
        "channels": [6, 6, 6],
        "samples": 60,
        "tested": 20,
        "batch_size": 10,
        "learning_rate": 0.01,
    },
    "temporal_xor": {"seeds": 4},
    "superspike": {"seeds": 1, "epochs": 150},
    "soft_threshold": {"seeds": 1, "epochs": 30},
    "escape_noise": {"seeds": 1},
    "rate_coding": {"seeds": 1, "samples": 100, "tested": 40, "epochs": 25, "durations": [50, 200]},
    "exactness": {"seeds": 2},
    "surrogates": {"seeds": 1, "surrogates": ["fast_sigmoid", "boxcar"], "hidden": [20], "epochs": 3},
    "adaptation": {"seeds": 1, "epochs": 80},
}

NEURONS = dynamics(6.0, {"synapse": 10.0, "membrane": 20.0, "readout": 100.0}, theta=1.0)


@pytest.fixture(scope="module")
def parameters(root):
    raw = yaml.safe_load((root / "params.yaml").read_text())
    for name, smaller in SMALL.items():
        raw["tutorial"][name] |= smaller
    raw["tutorial"]["temporal_xor"]["spikeprop"]["epochs"] = 60
    return params.check(raw, "params.yaml")


@pytest.fixture(scope="module")
def data():
    """Two classes of recordings: events in the left or in the right half of the sensor."""
    random = np.random.default_rng(0)
    steps, samples, active = 12, 200, 40
    labels = random.integers(2, size=samples).astype(np.uint8)
    halves = [np.array([unit for unit in range(UNITS) if (unit % 34 >= 17) == bool(half)]) for half in (0, 1)]
    units = [np.sort(random.choice(halves[label], active, replace=False)) for label in labels.repeat(steps)]
    offsets = np.arange(samples * steps + 1) * active
    dataset = EventDataset(np.concatenate(units).astype(np.uint16), offsets, labels, steps, 6.0, UNITS, 10)
    return dataset, {Part.TRAIN: np.arange(120), Part.VALIDATION: np.arange(120, 200), Part.TEST: np.arange(0)}


@pytest.fixture(scope="module")
def found(parameters, data):
    """The table of every experiment."""
    tables = {}
    for name in registry.names(params.EXPERIMENTS):
        sizes = job_of(parameters, "tutorial", experiment=name).settings.sizes
        context = Context(CpuEngine(), *((data, NEURONS) if sizes.on_data else (None, None)), lambda done, total: None)
        tables[name] = registry.load(params.EXPERIMENTS, name)(sizes, context)
    return tables


FIGURES = [report.name for report in catalogue.reports() if report.section == "tutorial"]


def experiments_of(figure, parameters):
    """The experiments that a figure rests on."""
    return [name for name in job_of(parameters, figure).inputs if name != "data"]


def test_every_file_has_a_table_of_settings_and_is_drawn(parameters):
    assert set(type(parameters.tutorial).model_fields) == set(registry.names(params.EXPERIMENTS)) == set(SMALL)
    assert {name for report in FIGURES for name in experiments_of(report, parameters)} == set(SMALL)


def test_the_way_of_training_leads_down_a_staircase(found):
    line = found["landscape"]
    assert line["loss"].iloc[-1] < line["loss"].iloc[0]
    assert (line["true_norm"] == 0).mean() > 0.6
    assert (line["surrogate_norm"] > 0).all()


def test_convolutional_networks_learn_by_both_methods(found):
    curves = found["convolution"]
    last = curves[(curves["epoch"] == 10) & (curves["layer"] == 3)]
    assert set(last["method"]) == {"DCLL", "BPTT"}
    assert (last["accuracy"] > 0.8).all()
    assert (curves.groupby("method")["updates"].max() == 60).all()


def test_gestures_take_the_place_of_digits_if_asked_for(parameters, data, root):
    raw = yaml.safe_load((root / "params.yaml").read_text())
    raw["tutorial"]["convolution"] |= SMALL["convolution"] | {"epochs": 1, "recordings": "gestures", "shrink": 4}
    chosen = params.check(raw, "params.yaml")
    planned, digits = (job_of(one, "tutorial", experiment="convolution") for one in (chosen, parameters))
    assert (planned.raw, planned.inputs, digits.raw) == ("dvs-gesture/DVSGesture/ibmGestureTrain", {}, None)
    assert "snnlocality.data.vision.gestures" in planned.modules
    assert planned.settings.sizes.gestures.validation_users == 4
    assert digits.settings.sizes.gestures is None
    small = EventDataset(*(getattr(data[0], name) for name in ("units", "offsets", "labels")), 12, 6.0, 2 * 128**2, 11)
    table = registry.load(params.EXPERIMENTS, "convolution")(
        planned.settings.sizes, Context(CpuEngine(), (small, data[1]), NEURONS, lambda done, total: None)
    )
    assert set(table["recordings"]) == {"gestures"}
    figure = importlib.import_module("snnlocality.reports.tutorial.figure6")
    assert "DVS Gesture" in figure.draw(figure.table([table])).axes[0].get_title()


def test_exclusive_or_is_solved_and_potentials_cross_at_the_spikes(found):
    rows = found["temporal_xor"]
    exact = rows[rows["method"] == "exact"]
    assert exact[exact["quantity"] == "solved"]["value"].sum() >= 2
    spikes, potentials = exact[exact["quantity"] == "spike"], exact[exact["quantity"] == "potential"]
    outputs = spikes[spikes["unit"].str.startswith("o")]
    first = outputs.loc[outputs.groupby("pattern")["x"].idxmin()].set_index("pattern")["unit"]
    assert [int(unit[1:]) for unit in first.sort_index()] == temporal_xor.LABELS.tolist()
    for spike in spikes.itertuples():
        own = potentials[(potentials["pattern"] == spike.pattern) & (potentials["unit"] == spike.unit)]
        before = own[own["x"] <= spike.x]
        assert before["value"].max() < 1 + 1e-9
        if len(before) and before["x"].iloc[-1] > 0:
            assert before["value"].iloc[-1] > 1 - 4 * 0.02 * 10  # no further from the threshold than a step's slope


def test_a_decision_needs_one_output_that_is_first():
    assert temporal_xor.decided(np.array([[1.0, 2.0], [3.0, np.inf], [np.inf, np.inf], [2.0, 2.0]])).tolist() == [
        0,
        0,
        -1,
        -1,
    ]
    assert temporal_xor.limited(np.array([[3.0, 4.0], [0.3, 0.4]]), 1.0) == pytest.approx(
        np.array([[0.6, 0.8], [0.3, 0.4]])
    )
    assert spike_times.fire(np.ones((1, 2)), np.array([[2.0, 0.0]])).z[0, 0] == 2


def test_spikeprop_gets_nearer_to_its_times(found):
    rows = found["temporal_xor"]
    losses = rows[(rows["method"] == "SpikeProp") & (rows["quantity"] == "loss")]
    by_seed = losses.groupby("seed")["value"]
    assert (by_seed.min() < by_seed.first()).all()


def test_superspike_gets_nearer_to_its_targets_with_every_feedback(found):
    rows = found["superspike"]
    losses = rows[rows["quantity"] == "loss"].groupby("feedback")["value"]
    assert len(losses) == 4
    assert (losses.min() < 0.8 * losses.first()).all()
    symmetric = losses.get_group("symmetric")
    assert symmetric.tail(20).mean() < 0.5 * symmetric.iloc[0]
    assert rows[rows["quantity"] == "target"].groupby(["feedback", "unit"]).size().eq(5).all()


def test_smoothed_models_learn(found):
    soft, escape, rates = found["soft_threshold"], found["escape_noise"], found["rate_coding"]
    assert soft["loss"].iloc[-1] < 0.5 * soft["loss"].iloc[0]
    assert escape["angle"].iloc[-1] < 20
    assert escape["log_likelihood"].iloc[-1] > escape["teacher"].iloc[-1] - 0.01
    assert rates[rates["neurons"] == "rates"]["accuracy"].iloc[-1] > 0.9
    assert rates[rates["neurons"] == "spikes"]["accuracy"].iloc[-1] > 0.9


def test_forward_in_time_is_exact_and_what_is_cut_shows(found):
    rows = found["exactness"].set_index(["arch", "method"])
    assert (rows.xs("RTRL, forward in time", level="method")["distance"] < 1e-10).all()
    eprop = rows.loc[("rec", "e-prop")]
    assert (eprop.loc[eprop["weights"] == "W_out", "distance"] < 1e-12).all()
    assert (eprop.loc[eprop["weights"] == "W1", "distance"] > 1e-3).all()


def test_every_surrogate_learns(found):
    rows = found["surrogates"]
    assert set(rows["normalisation"]) == {"equal peak", "equal area"}
    assert (rows["accuracy"] > 0.9).all()


def test_a_delay_is_bridged_by_neurons_that_adapt_and_by_no_others(found):
    late = found["adaptation"].query("update >= 70").groupby(["neurons", "rule"])["accuracy"].mean()
    assert (late["ALIF"] > 0.8).all()
    assert (late["LIF"] < 0.6).all()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn(name, parameters, found, tmp_path):
    module = importlib.import_module(name.replace("tutorial_", "snnlocality.reports.tutorial."))
    set_theme()
    table = module.table([found[experiment] for experiment in experiments_of(name, parameters)])
    assert isinstance(table, pd.DataFrame)
    assert len(table)
    save_svg(module.draw(table), tmp_path / "figure.svg")
    assert "<svg" in (tmp_path / "figure.svg").read_text()

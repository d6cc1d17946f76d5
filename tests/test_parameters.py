"""params.yaml: a wrong key or value is refused by its name, with what is allowed."""

import copy
import re

import pytest
import yaml

from jobs import job_of
from snnlocality import parameters
from snnlocality.errors import UserError
from snnlocality.study import catalogue


@pytest.fixture
def raw(root):
    return yaml.safe_load((root / "params.yaml").read_text())


def set_at(table: dict, key: str, value: object) -> dict:
    table = copy.deepcopy(table)
    *parents, last = key.split(".")
    inner = table
    for parent in parents:
        inner = inner[parent]
    inner[last] = value
    return table


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("rules", ["bppt"], ["'rules'", "bppt", "bptt, bptt_detached_reset"]),
        ("neuron.surrogate", "step", ["'neuron.surrogate'", "step", "fast_sigmoid"]),
        ("neuron.threshold", 0, ["'neuron.threshold'", "greater than 0"]),
        ("tasks.vision.loss.readout", "hinge", ["'tasks.vision.loss.readout'", "cross_entropy"]),
        (
            "studies.demo.tasks.vision.data.source",
            "mnist",
            ["'studies.demo.tasks.vision.data.source'", "digits", "nmnist"],
        ),
        ("studies.demo.tasks.vision.training.epoch", 3, ["epoch", "is not a known key", "epochs"]),
        ("studies.demo.tasks.speech.data.classes", 40, ["'studies.demo.tasks.speech.data.classes'", "39 or 61"]),
        ("study", "whole", ["whole", "demo, sample, real, paper"]),
        ("scale", 2, ["'scale'", "less than or equal to 1"]),
        ("tasks.vision.architectures", ["ff_matched"], ["ff_matched", "exactly one hidden layer"]),
        ("tasks.vision.architectures", ["ff_deep"], ["'ff_deep' is unknown; choose one of ff, rec"]),
        ("tasks.vision.architectures", ["deep"], ["tasks.vision.architectures.0"]),
        ("tasks.vision.layers", {"matched": [3]}, ["no layers can be called 'matched'"]),
        ("tasks.vision.layers", {"deep": []}, ["tasks.vision.layers.deep"]),
        ("tasks.vision.layers", {"Deep": [3]}, ["tasks.vision.layers"]),
        (
            "studies.demo.tasks.vision.training.tuned.bptt.ff_deep",
            {"learning_rate": 0.1, "slope": 1},
            ["'ff_deep' is unknown; choose one of ff, rec"],
        ),
        ("studies.demo.analyses.triggers", ["loud"], ["analyses.triggers", "'loud' is unknown", "visible, invisible"]),
        ("studies.demo.analyses.triggers", [], ["analyses.triggers", "at least 1"]),
        ("fgsm.epsilon", [0, 1.5], ["fgsm.epsilon", "less than or equal to 1"]),
        ("tutorial.adaptation.rules", ["eprop", "decolle"], ["tutorial.adaptation.rules", "decolle needs losses"]),
        ("tutorial.adaptation.rules", ["eprop_direct"], ["eprop_direct needs losses, feedback or a readout"]),
        ("tutorial.adaptation.rules", ["feedback_alignment_adaptive"], ["feedback_alignment_adaptive needs"]),
        ("surrogate", "boxcar", ["'surrogate' is not a known key", "neuron"]),
        ("search.learning_rate", [], ["'search.learning_rate'"]),
        ("studies.demo.analyses.poison_rates", [0.1, 0.1, 0.5], ["poison_rates': 0.1 is listed twice"]),
        ("studies.demo.analyses.poison_rates", [0.1, 0.10000001], ["poison_rates': 0.1 is listed twice"]),
        ("studies.mnist.rules", ["bptt", "bptt"], ["'studies.mnist.rules': bptt is listed twice"]),
        ("studies.mnist.architectures", ["ff_deep"], ["'ff_deep' is unknown; choose one of ff, rec"]),
        ("studies.mnist.architectures", ["ff", "ff"], ["'studies.mnist.architectures': ff is listed twice"]),
        ("backdoor.pixels", [[1, 2], [2, 1], [1, 2]], ["'backdoor.pixels': (1, 2) is listed twice"]),
    ],
)
def test_a_fault_is_named_with_what_is_allowed(raw, key, value, words):
    with pytest.raises(UserError) as error:
        parameters.check(set_at(raw, key, value), "params.yaml")
    message = str(error.value)
    assert message.startswith("params.yaml: ")
    for word in words:
        assert word in message, message
    assert "\n" not in message


@pytest.mark.parametrize(
    "key",
    [
        "rules",
        "tasks.vision.architectures",
        "tasks.speech.architectures",
        "search.learning_rate",
        "search.slope",
        "fgsm.epsilon",
        "backdoor.pixels",
        "representations.attacks",
        "tutorial.exactness.rules",
        "tutorial.adaptation.rules",
        "tutorial.surrogates.surrogates",
        "tutorial.rate_coding.durations",
        "studies.spectrum.rules",
        "studies.spectrum.architectures",
        "studies.paper.analyses.poison_rates",
    ],
)
def test_what_is_listed_twice_is_refused(raw, key):
    value = raw
    for part in key.split("."):
        value = value[part]
    with pytest.raises(UserError, match=f"'{re.escape(key)}': .* is listed twice; list each once"):
        parameters.check(set_at(raw, key, [*value, value[0]]), "params.yaml")


def test_a_missing_key_is_named(raw):
    del raw["neuron"]["drive"]
    with pytest.raises(UserError, match=r"'neuron\.drive' is missing"):
        parameters.check(raw, "params.yaml")


@pytest.mark.parametrize("text", ["study: [", "- a list", "", "\x00"])
def test_a_broken_file_is_named(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml"):
        parameters.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        parameters.load(tmp_path / "params.yaml")


def test_a_label_selects_study_and_scale(root):
    path = root / "params.yaml"
    scaled = parameters.load(path, study="paper", scale=0.01)
    assert scaled.label == "paper-x0.01"
    assert parameters.load(path, study=scaled.label) == scaled
    assert parameters.load(path, study="paper").label == "paper"
    with pytest.raises(UserError, match="'scale'"):
        parameters.load(path, study="paper-xlarge")


def test_a_scaled_study_has_fewer_samples_epochs_and_seeds(root):
    path = root / "params.yaml"
    whole, scaled = parameters.load(path, study="paper"), parameters.load(path, study="paper-x0.1")
    assert len(parameters.seeds(scaled)) == round(len(parameters.seeds(whole)) * 0.1)
    epochs = [parameters.run_settings(p, "vision", "bptt", "ff").optimisation.epochs for p in (whole, scaled)]
    assert epochs[1] == round(epochs[0] * 0.1)
    assert job_of(scaled, "prepare", "vision").settings.scale == 0.1


def test_a_study_may_poison_by_one_trigger_alone(raw):
    def triggers(table):
        jobs = catalogue.everything(parameters.check(table, "params.yaml"))
        return {job.key["trigger"] for job in jobs if job.step.name == "backdoor"}

    assert triggers(raw) == {"visible", "invisible"}
    assert triggers(set_at(raw, "studies.demo.analyses.triggers", ["invisible"])) == {"invisible"}


def test_a_study_without_a_camera_leaves_out_the_experiments_that_learn_images(root):
    table = parameters.load(root / "params.yaml")
    heard = table.model_copy(update={"study": "words"})
    assert set(parameters.experiments(table)) - set(parameters.experiments(heard)) == {"convolution"}
    assert parameters.recorded_for(heard, "rate_coding") == "words"
    assert parameters.recorded_for(table, "convolution") == parameters.recorded_for(table, "rate_coding") == "vision"
    spoken = {
        "demo": table.studies["demo"].model_copy(update={"tasks": {"speech": table.studies["demo"].tasks["speech"]}})
    }
    speech = table.model_copy(update={"studies": spoken})
    left_out = set(parameters.experiments(table)) - set(parameters.experiments(speech))
    assert left_out == {"convolution", "rate_coding", "surrogates"}

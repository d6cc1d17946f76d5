import numpy as np
import pytest
from test_fgsm import target

from networks import as_events, random_batch, random_network
from snnlocality import parameters as params
from snnlocality.attacks.counterpart import readout
from snnlocality.attacks.fgsm import load
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.network import Shape
from snnlocality.steps.transfer import spiking, without_time
from snnlocality.study.steps import transfer

SHAPE = Shape(6, (8, 7), 3, True)


def batch():
    inputs = (np.random.default_rng(0).uniform(size=(20, 5, SHAPE.inputs)) < 0.4).astype(np.float64)
    made = random_batch(SHAPE, steps=20, samples=5, inputs=inputs)
    targets = np.broadcast_to(made.targets[0], made.targets.shape)
    return made._replace(inputs=as_events(inputs), targets=targets, mask=np.ones_like(made.mask), steps_per_decision=20)


def test_a_network_attacked_through_itself_is_attacked_as_in_table_3():
    one = target(shape=SHAPE)
    W = one.network.weights["W1"]
    for source, attack in (
        (spiking(one.network, "cross_entropy", one.engine), "white_box_mean"),
        (without_time(one.network), "counterpart"),
    ):
        signs, _ = source(one.batch)
        expected = load(attack).prepare(one)(1.0)
        np.testing.assert_array_equal(signs @ W.T, expected.direction[0])


def test_sources_say_what_they_classify_right_themselves():
    network, one, engine = random_network(SHAPE), batch(), CpuEngine(np.float64)
    answers = engine.forward(network, one.inputs).readout.mean(axis=0).argmax(axis=-1)
    np.testing.assert_array_equal(spiking(network, "cross_entropy", engine)(one)[1], answers == one.targets[0])
    answers = readout(network, one.inputs.counts() / 20, 0).argmax(axis=-1)
    np.testing.assert_array_equal(without_time(network)(one)[1], answers == one.targets[0])


@pytest.mark.parametrize(("study", "seed", "other"), [("demo", 0, 1), ("demo", 4, 0), ("confirmation", 100, 101)])
def test_sources_are_of_the_next_seed(study, seed, other):
    parameters = params.load().model_copy(update={"study": study})
    job = transfer.STEP.job(parameters, task="vision", fold=0, seed=seed)
    assert {run.seed for run in job.settings.sources.values()} == {other} == {job.settings.relu.seed}
    assert {run.seed for run in job.settings.runs.values()} == {seed}
    assert all(f"seed{other}/" in str(path) for path in (*job.inputs["sources"].values(), job.inputs["relu"]))
    assert all(f"seed{seed}/" in str(path) for path in job.inputs["models"].values())

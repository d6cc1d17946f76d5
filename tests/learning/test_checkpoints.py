"""An interrupted training goes on to the same bits; a checkpoint is whole, of this very run, or not used."""

import fcntl
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jobs import bare_job
from networks import DYNAMICS, rule
from snnlocality import checkpoints, paths
from snnlocality.checkpoints import VARIABLE, discard, discard_behind, locked
from snnlocality.engines.choice import choose
from snnlocality.errors import UserError
from snnlocality.learning.adam import Adam
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.optimisation import Optimisation
from snnlocality.learning.training import Epoch, State, Sums, train
from snnlocality.network import Network, Shape
from snnlocality.neurons.spikes import spiking
from snnlocality.provenance.records import Execution

OPTIMISATION = Optimisation("cross_entropy", "cross_entropy", epochs=3, batch_size=8, learning_rate=0.01)
TRAINING, VALIDATION = np.arange(18), np.arange(18, 24)
BATCHES = 9  # in all
RUN = bare_job(Path("results/demo/seed0/model.safetensors"), "train", {"epochs": 3}, ("snnlocality.errors",))
FOLDER = paths.checkpoints(RUN.output, RUN.name)


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch, root):
    """An empty project, in which every batch is followed by a checkpoint."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "envs").symlink_to(root / "envs")
    monkeypatch.setenv(VARIABLE, "0")


class Stop(Exception):
    """The end of a training before its time."""


class Stopping:
    """A keeper that ends the training after some batches."""

    def __init__(self, keeper, batches):
        self.resumed, self._keeper, self._batches = keeper.resumed, keeper, batches

    def keep(self, state):
        self._keeper.keep(state)
        if state.adam.steps == self._batches:
            raise Stop


def trained(dataset, engine, name="eprop", stop=None, job=RUN, inputs=("data", "0")):
    """What ``train`` returns, and the circumstances; ``stop``: after so many batches."""
    shape = Shape(dataset.inputs, (12, 10), dataset.classes, True, rule(name).direct_readout)
    spike = spiking("fast_sigmoid", 5.0)
    first = dataset.batch(TRAINING[:8])
    network = initial_network(shape, DYNAMICS, spike, rule(name), first, engine, 0, 1.0, 0.3, 0.5)
    execution = Execution(dict([inputs]), {})
    with locked(job) as kept:
        keeper = kept.of(execution, engine)
        result = train(
            network,
            dataset,
            TRAINING,
            VALIDATION,
            rule(name),
            OPTIMISATION,
            engine,
            0,
            keeper=Stopping(keeper, stop) if stop else keeper,
        )
    return result, execution.circumstances


def assert_same(one, other):
    assert one.curve == other.curve
    assert list(one.milestones) == list(other.milestones) == [0, 1, 2, 3]
    for network, others in zip(networks_of(one), networks_of(other), strict=True):
        for mine, theirs in ((network.weights, others.weights), (network.feedback, others.feedback)):
            assert mine.keys() == theirs.keys()
            for name, array in mine.items():
                assert array.tobytes() == theirs[name].tobytes(), name


def networks_of(result):
    return [result.network, *result.milestones.values()]


@pytest.mark.parametrize(
    ("engine", "name"), [("reference", "eprop"), ("cpu", "eprop"), ("cpu", "decolle"), ("cpu", "eprop_adaptive")]
)
def test_a_training_stopped_after_any_batch_goes_on_to_the_same_bits(toy_recordings, engine, name):
    engine = choose(engine)
    undisturbed, _ = trained(toy_recordings, engine, name)
    discard(RUN)
    for batches in range(1, BATCHES + 1):
        with pytest.raises(Stop):
            trained(toy_recordings, engine, name, stop=batches)
        resumed, circumstances = trained(toy_recordings, engine, name)
        assert circumstances == {"resumed_after_batches": batches}
        assert_same(undisturbed, resumed)
        discard(RUN)


def test_stopped_again_and_again_it_still_ends_the_same(toy_utterances):
    engine = choose("cpu")
    undisturbed, _ = trained(toy_utterances, engine)
    discard(RUN)
    for batches in (2, 3, 4, 7, 9):
        with pytest.raises(Stop):
            trained(toy_utterances, engine, stop=batches)
    assert_same(undisturbed, trained(toy_utterances, engine)[0])


OTHERS = {
    "settings": {"job": replace(RUN, settings={"epochs": 4})},
    "code": {"job": replace(RUN, modules=("snnlocality.analysis.fisher",))},
    "inputs": {"inputs": ("data", "1")},
    "engine": {"engine": "reference"},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_checkpoint_of_another_run_is_never_used(toy_recordings, other):
    with pytest.raises(Stop):
        trained(toy_recordings, choose("cpu"), stop=8)
    with pytest.raises(Stop):
        trained(toy_recordings, stop=1, **{**other, "engine": choose(other.get("engine", "cpu"))})
    assert [path.name for path in FOLDER.glob("*.safetensors")] == ["000000000001.safetensors"]  # the other one's


def test_the_last_two_are_kept_and_all_go_in_the_end(toy_recordings):
    trained(toy_recordings, choose("cpu"))
    assert sorted(path.name for path in FOLDER.iterdir()) == [
        "000000000008.safetensors",
        "000000000009.safetensors",
        "lock",
    ]
    discard(RUN)
    assert not Path(".checkpoints").exists()


def test_whoever_gathers_results_discards_what_they_were_made_with_and_no_other():
    other = replace(RUN, outputs={"model": Path("results/demo/seed1/model.safetensors")})
    for job in (RUN, other):
        with locked(job) as kept:
            kept.of(Execution({}, {}), choose("reference")).keep(a_state())
    gathered = {("a",): RUN.output.with_name("metrics.json"), ("b",): Path("results/demo/data.safetensors")}
    discard_behind(replace(RUN, inputs={"gathered": gathered}))
    assert not FOLDER.exists()
    assert paths.checkpoints(other.output, other.name).exists()
    discard_behind(replace(RUN, inputs=other.outputs))
    assert not Path(".checkpoints").exists()


def test_a_training_of_seconds_does_not_pay(toy_recordings, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    trained(toy_recordings, choose("cpu"))
    assert not Path(".checkpoints").exists()


def test_no_more_than_a_fiftieth_of_the_time_goes_into_checkpoints(monkeypatch):
    monkeypatch.delenv(VARIABLE)
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(checkpoints, "settle", lambda path: clock.__setitem__(0, clock[0] + 3.0))  # a slow disk
    keeper, state = a_keeper(), a_state()
    saved_at = []
    for second in range(1, 401):
        clock[0] = max(clock[0], float(second))
        before = set(FOLDER.glob("*"))
        state.adam.steps += 1
        keeper.keep(state)
        if set(FOLDER.glob("*")) != before:
            saved_at.append(second)
    assert saved_at == [10, 163, 316]


def test_an_interval_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv(VARIABLE, "soon")
    with pytest.raises(UserError, match=f"{VARIABLE} is 'soon'"):
        a_keeper()


def a_keeper():
    return checkpoints.Checkpoints(RUN, FOLDER).of(Execution({}, {}), choose("reference"))


def a_state(fill=0.0):
    weights = {"W1": np.full((3, 2), fill, np.float32), "W_out": np.full((2, 3), fill, np.float32)}
    network = Network(DYNAMICS, spiking("boxcar", 1.0), weights, {})
    return State(network, Adam(weights, choose("reference").adam))


def test_everything_comes_back_even_what_is_no_number():
    state = a_state(1.5)
    state.adam.steps, state.sums = 7, Sums(0.1, 3.0, 2, 5)
    state.adam.first["W1"][0, 0], state.adam.second["W_out"][1, 2] = -0.0, np.float32(1e-40)
    state.curve = [Epoch(1, float("nan"), 0.1, float("inf"), 0.3, (0.25, 0.1 + 0.2))]
    state.best = {"W1": np.full((3, 2), np.nan, np.float32)}
    state.milestones = {number: {"W1": np.full((3, 2), number, np.float32)} for number in (0, 2, 16)}
    a_keeper().keep(state)
    with a_keeper().resumed(back := a_state()):
        pass
    assert sorted(back.milestones) == [0, 2, 16]
    assert (back.adam.steps, back.sums, repr(back.curve)) == (7, state.sums, repr(state.curve))
    for one, other in (
        (state.network.weights, back.network.weights),
        (state.adam.first, back.adam.first),
        (state.adam.second, back.adam.second),
        (state.best, back.best),
        *((state.milestones[number], back.milestones[number]) for number in (0, 2, 16)),
    ):
        assert {name: array.tobytes() for name, array in one.items()} == {
            name: array.tobytes() for name, array in other.items()
        }


def test_time_stamps_and_a_clock_that_jumps_mean_nothing(monkeypatch):
    now = iter((4e9, 1.0, 2e9, 0.0))
    monkeypatch.setattr(time, "time", lambda: next(now, 0.0))
    state = a_state()
    for steps in (1, 2, 3):
        state.adam.steps = steps
        a_keeper().keep(state)
        os.utime(FOLDER / f"{steps:012d}.safetensors", (1e9 - steps, 1e9 - steps))  # the newest is the oldest
    with a_keeper().resumed(back := a_state()):
        assert back.adam.steps == 3


@pytest.mark.parametrize("offset", range(0, 1200, 37))
def test_every_changed_byte_is_noticed(capfd, offset):
    state = a_state(1.0)
    for state.adam.steps in (1, 2):
        a_keeper().keep(state)
    newest = FOLDER / "000000000002.safetensors"
    content = bytearray(newest.read_bytes())
    content[offset % len(content)] ^= 0x10
    newest.write_bytes(content)
    with a_keeper().resumed(back := a_state()):
        assert back.adam.steps == 1
        assert (back.network.weights["W1"] == 1).all()
    assert "000000000002.safetensors" in capfd.readouterr().err


def _die_at(moment, monkeypatch):
    def die(*arguments, **options):
        os._exit(9)

    def half(arrays, path, metadata):
        path.write_bytes(b"1")
        die()

    if moment == "save_file":
        monkeypatch.setattr("safetensors.numpy.save_file", half)
    elif moment == "rename":
        monkeypatch.setattr(os, "replace", die)
    elif moment == "settle":
        monkeypatch.setattr(checkpoints, "settle", die)
    else:
        monkeypatch.setattr(Path, "unlink", die)


@pytest.mark.parametrize("moment", ["save_file", "rename", "settle", "prune"])
def test_death_while_a_checkpoint_is_saved_costs_that_one_at_most(monkeypatch, moment):
    state = a_state(1.0)
    for state.adam.steps in (1, 2):
        a_keeper().keep(state)
    if not os.fork():  # a process of its own, which ends without any clean-up
        try:
            _die_at(moment, monkeypatch)
            state.adam.steps = 3
            a_keeper().keep(state)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 9
    with a_keeper().resumed(back := a_state()):
        assert back.adam.steps == (2 if moment in ("save_file", "rename") else 3)
    assert not list(FOLDER.glob("*.part"))


def test_a_disk_without_room_stops_no_training(toy_recordings, monkeypatch, capfd):
    def full(path, arrays, metadata):
        raise UserError(f"{path} could not be written (No space left on device).")

    monkeypatch.setattr(checkpoints, "write_tensors", full)
    result, _ = trained(toy_recordings, choose("cpu"))
    assert len(result.curve) == 3
    assert "No checkpoint after 1 batches: " in capfd.readouterr().err


def test_a_run_that_another_process_trains_is_left_alone(capfd):
    read, write = os.pipe()
    if not (child := os.fork()):
        try:
            with locked(RUN):
                os.write(write, b"x")
                time.sleep(60)
        finally:
            os._exit(0)
    os.read(read, 1)
    with pytest.raises(UserError, match=f"seed0 is being trained by process {child} on "), locked(RUN, patience=0.3):
        pass
    assert "waiting 0 s for it" in capfd.readouterr().err
    os.kill(child, 9)
    os.wait()
    with locked(RUN, patience=0.0):
        pass
    assert capfd.readouterr().err == ""


def test_the_lock_holds_though_its_file_was_removed():
    """A process that ends removes the folder, while others wait for a lock in it."""
    with locked(RUN):
        (FOLDER / "lock").unlink()
        with locked(RUN, patience=0.0):
            assert (FOLDER / "lock").exists()


def test_where_there_are_no_locks_training_goes_on(monkeypatch, capfd):
    def none(stream, operation):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with locked(RUN):
        assert "cannot be locked (No locks available)" in capfd.readouterr().err

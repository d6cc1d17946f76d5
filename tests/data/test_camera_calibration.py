import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from calibration import fidelity
from calibration.camera import load_pairs
from calibration.camera_fit import START, Pairs, fit_camera, mismatch, simulate
from calibration.camera_motion import BIN_MS, BINS, measure_motion, recording_offsets
from calibration.recording_statistics import saccade_images, statistics
from snnlocality.data.splits import Part
from snnlocality.data.vision.camera import load_parameters
from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.saccades import digit_images
from snnlocality.errors import UserError


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return digit_images()[0][:50]


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return digit_images()[1][:50]


def test_measured_motion_is_the_simulated_one(images):
    camera = replace(load_parameters(), jitter_x=0.0, jitter_y=0.0, jitter_ms=0.0)
    motion = measure_motion(simulate(images, camera, 0), images)
    centres = (np.arange(BINS) + 0.5) * BIN_MS - camera.receptor_ms - camera.latency_ms
    clear = motion.explained > 0.4 * motion.explained.max()
    assert clear.sum() > 20
    for axis, trajectory in enumerate((camera.trajectory_x, camera.trajectory_y)):
        true = np.interp(centres, camera.trajectory_ms, trajectory)
        assert np.abs(motion.displacement[:, axis] - true)[clear].mean() < 0.5
        speed = np.gradient(true)
        assert np.corrcoef(speed[clear], motion.velocity[clear, axis])[0, 1] > 0.95


def test_dark_digits_are_explained_better_as_dark(images):
    recordings = simulate(images, load_parameters(), 0)
    assert measure_motion(recordings, images).explained.sum() > measure_motion(recordings, images, -5.0).explained.sum()


def test_offsets_between_recordings_are_found(images):
    camera = replace(load_parameters(), jitter_x=0.8, jitter_y=0.0, jitter_ms=0.0)
    recordings = simulate(images, camera, 0)
    spread = recording_offsets(recordings, images, measure_motion(recordings, images)).std(axis=0)
    assert spread[0] == pytest.approx(0.8, rel=0.3)
    assert spread[1] < 0.3


def test_fit_finds_its_way_from_the_start(images, labels):
    real = Pairs(simulate(images, load_parameters(), 0), images, labels)
    wanted = statistics(real.recordings, labels)
    found = fit_camera(real, rounds=1, evaluations=12, search_size=50, report=lambda line: None)
    before, after = mismatch(START, real, wanted), mismatch(found, real, wanted)
    assert after["maps"] < 0.5 * before["maps"]
    assert after["classes"] < 0.15


def test_fit_needs_every_class(images, labels):
    few = Pairs(simulate(images[:8], load_parameters(), 0), images[:8], labels[:8])
    with pytest.raises(UserError, match="lack a digit"):
        fit_camera(few)


def test_statistics_of_a_small_recording():
    one = Recording(
        x=np.array([1, 1, 2, 1], np.uint8),
        y=np.array([1, 1, 2, 1], np.uint8),
        polarity=np.array([1, 1, 0, 0], np.uint8),
        time=np.array([0, 600, 150_000, 301_000], np.uint32),
    )
    found = statistics([one] * 10, np.arange(10))
    assert found.class_events.tolist() == [4.0] * 10
    assert found.on_share == 0.5
    assert found.duration_ms == 301.0
    assert (found.tail_share, found.tail_files) == (0.25, 1.0)
    assert found.single_1ms == pytest.approx(2 / 3)
    assert found.same_intervals.nonzero()[0].tolist() == [1]
    assert found.opposite_intervals.sum() == 0
    assert saccade_images(one).sum(axis=(1, 2, 3)).tolist() == [2, 1, 1]


def test_recordings_must_belong_to_the_images(shared_data, tmp_path):
    folder = tmp_path / "Train" / "7"
    folder.mkdir(parents=True)
    five = next((shared_data / "n-mnist" / "Train" / "5").glob("00001.bin"))
    (folder / "00001.bin").write_bytes(five.read_bytes())
    with pytest.raises(UserError, match="not numbered as MNIST's training images"):
        load_pairs(tmp_path, shared_data / "mnist")


def test_networks_trained_on_real_and_on_simulated_recordings_are_judged_alike(images, labels):
    camera = load_parameters()
    real = Pairs(simulate(images, camera, 0), images, labels)  # stands in for recordings
    part = np.repeat([Part.TRAIN, Part.VALIDATION, Part.TEST], [30, 10, 10]).astype(np.uint8)
    settings, data, _ = fidelity.sample_settings()
    network = replace(settings.network, hidden=(12,))
    small, said = (
        replace(settings, network=network, optimisation=replace(settings.optimisation, epochs=1, batch_size=10)),
        [],
    )
    rows = fidelity.compare_training(
        real, part, 2, camera, small, data.model_copy(update={"steps": 10}), [0], said.append
    )
    assert [(row["trained_on"], row["fold"], row["recordings"]) for row in rows] == [
        (fidelity.REAL, 2, 40),
        (fidelity.SIMULATED, 2, 40),
    ]
    # The same camera and seed: the same recordings, so the same network.
    assert rows[0]["accuracy"] == rows[1]["accuracy"]
    assert [line.startswith("fold 2, seed 0, ") for line in said] == [True, True]


def test_fidelity_report(tmp_path):
    runs = pd.DataFrame(
        [
            {"trained_on": name, "fold": fold, "seed": seed, "recordings": 720, "accuracy": accuracy + 0.01 * fold}
            for fold in range(5)
            for seed in range(3)
            for name, accuracy in ((fidelity.REAL, 0.9), (fidelity.SIMULATED, 0.81))
        ]
    )
    assert fidelity.fold_ratios(runs).ratio.iloc[0] == pytest.approx(0.9)
    mnist = pd.DataFrame([{"trained_on": fidelity.MNIST, "fold": 2, "seed": 0, "recordings": 59_820, "accuracy": 0.95}])
    settings, data, _ = fidelity.sample_settings()
    fidelity.write_fidelity(pd.concat([runs, mnist]), settings, data, tmp_path)
    text = (tmp_path / "fidelity.md").read_text()
    assert "Ratio of simulated to real: 0.902" in text
    assert "| simulated MNIST | 59820 | 95.0 % | – | 1 |" in text
    assert "in each of the folds 2." in text
    assert "reach 92.0 % (real) and 83.0 % (simulated)" in text
    assert len(pd.read_csv(tmp_path / "fidelity.csv")) == 31


@pytest.mark.parametrize("study", ["camera", "fidelity", "speech"])
def test_where_there_are_no_recordings_the_command_says_so(study, tmp_path):
    environment = os.environ | {"SNNLOCALITY_DATA": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-m", "calibration", study], env=environment, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert str(tmp_path) in told.stderr
    assert "Traceback" not in told.stderr

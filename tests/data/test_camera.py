import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from calibration.recording_statistics import image_correlation, statistics
from snnlocality.data.vision.camera import CameraParameters, _light, _sensor, load_parameters, record, save_parameters
from snnlocality.data.vision.idx import read_mnist
from snnlocality.data.vision.nmnist import TRAIN, export_tree, file_numbers, nmnist
from snnlocality.data.vision.recordings import Recording
from snnlocality.data.vision.saccades import digit_images, digits, mnist_saccades, recorded_images
from snnlocality.data.vision.sensor import HEIGHT, WIDTH
from snnlocality.errors import UserError


@pytest.fixture(scope="module")
def camera() -> CameraParameters:
    return load_parameters()


@pytest.fixture(scope="module")
def disc() -> np.ndarray:
    row, column = np.mgrid[:28, :28] - 13.5
    return (row**2 + column**2 < 36).astype(np.float32)


def assert_same_events(one: Recording, other: Recording) -> None:
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@settings(max_examples=30, deadline=None)
@given(
    image=hnp.arrays(np.float32, (28, 28), elements=st.floats(0, 1, width=32)),
    seed=st.integers(0, 2**63),
)
def test_any_image_gives_a_recording(image, seed):
    recording = record(image, load_parameters(), seed)
    assert len({column.size for column in recording}) == 1
    assert recording.time.dtype == np.uint32
    assert (np.diff(recording.time.astype(np.int64)) >= 0).all()
    assert recording.x.max(initial=0) < WIDTH
    assert recording.y.max(initial=0) < HEIGHT
    assert recording.polarity.max(initial=0) <= 1


def test_a_seed_fixes_the_recording(camera, disc):
    assert_same_events(record(disc, camera, 5), record(disc, camera, 5))
    assert not np.array_equal(record(disc, camera, 5).time, record(disc, camera, 6).time)


def test_recordings_are_the_same_on_every_processor(camera):
    """Digests computed with and without AVX-512, AVX2 and FMA in NumPy, BLAS, the C library and Numba's code."""
    light, events = hashlib.sha256(), hashlib.sha256()
    images, recording = digit_images()[0][:50] / np.float32(255), digits().recording
    for number, image in enumerate(images):
        light.update(_light(image, _sensor(camera).optics, camera.contrast))
        for column in recording(number):
            events.update(column)
    assert light.hexdigest() == "6e51c7e47c51fbdb169a65f73f2c4c3c7c0e25fcb586236c56d4d1aa6e2fabcb"
    assert events.hexdigest() == "9276c4c5df6df2222e35c53fdcbde876f5db11df6f329a1cc23084266c931a75"


def test_light_is_that_of_the_formula(camera, disc):
    optics = _sensor(camera).optics
    expected = np.log1p(-camera.contrast * (optics @ disc @ optics.T))
    np.testing.assert_allclose(_light(disc, optics, camera.contrast), expected, atol=1e-7)


def test_a_sample_does_not_depend_on_those_before(camera, disc):
    images = np.stack([disc, 0.5 * disc]) * 255
    forwards, backwards = recorded_images(images, camera), recorded_images(images, camera)
    first = forwards(0), forwards(1)
    last = backwards(1), backwards(0)
    assert_same_events(first[0], last[1])
    assert_same_events(first[1], last[0])


def test_a_blank_image_gives_only_noise(camera):
    blank = np.zeros((28, 28), np.float32)
    assert record(blank, replace(camera, noise_on_hz=0.0, noise_off_hz=0.0), 0).time.size == 0
    noisy = replace(camera, noise_on_hz=20.0, noise_off_hz=5.0)
    recording = record(blank, noisy, 0)
    expected = np.array([5.0, 20.0]) * HEIGHT * WIDTH * camera.duration_ms * 1e-3
    counts = np.bincount(recording.polarity, minlength=2)
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_a_camera_at_rest_sees_only_noise(camera, disc):
    still = replace(
        camera,
        trajectory_ms=(0.0, 320.0),
        trajectory_x=(1.0, 1.0),
        trajectory_y=(0.0, 0.0),
        noise_on_hz=0.0,
        noise_off_hz=0.0,
    )
    assert record(disc, still, 0).time.size == 0


def test_a_dark_digit_moving_right_turns_its_front_off_and_its_back_on(camera, disc):
    moving = replace(
        camera, trajectory_ms=(0.0, 320.0), trajectory_x=(-3.0, 3.0), trajectory_y=(0.0, 0.0), noise_on_hz=0.0
    )
    recording = record(disc, moving, 0)
    early = recording.time < 150_000
    front = recording.x[early & (recording.polarity == 0)].mean()
    back = recording.x[early & (recording.polarity == 1)].mean()
    assert front > back + 8


def test_a_pixel_is_blind_after_an_event(camera, disc):
    recording = record(disc, replace(camera, noise_on_hz=0.0, noise_off_hz=0.0, dead_ms=3.0), 0)
    pixel = recording.y.astype(int) * WIDTH + recording.x
    order = np.lexsort((recording.time, pixel))
    interval = np.diff(recording.time[order].astype(int))[np.diff(pixel[order]) == 0]
    assert interval.min() >= 2999  # times are cut to whole microseconds


def test_higher_thresholds_give_fewer_events(camera, disc):
    counts = [
        record(disc, replace(camera, threshold_on=value, threshold_off=value), 0).time.size
        for value in (0.15, 0.25, 0.5)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[2] < 0.7 * counts[0]


@pytest.mark.parametrize(
    "image", [np.zeros((8, 8)), np.full((28, 28), 2.0), np.full((28, 28), -0.1), np.full((28, 28), np.nan)]
)
def test_other_images_are_refused(camera, image):
    with pytest.raises(UserError, match="28 x 28 images with values in"):
        record(image, camera, 0)


def test_parameters_are_kept(tmp_path, camera):
    save_parameters(tmp_path / "camera.json", camera)
    assert load_parameters(tmp_path / "camera.json") == camera


def test_wrong_parameters_are_refused(tmp_path, camera):
    with pytest.raises(UserError, match="contrast"):
        replace(camera, contrast=1.0)
    with pytest.raises(UserError, match="trajectory_ms"):
        replace(camera, trajectory_ms=(1.0, 2.0), trajectory_x=(0.0, 0.0), trajectory_y=(0.0, 0.0))
    with pytest.raises(UserError, match="within 7 pixels"):
        replace(camera, trajectory_ms=(0.0, 2.0), trajectory_x=(0.0, 9.0), trajectory_y=(0.0, 0.0))
    (tmp_path / "camera.json").write_text('{"blur": 1}')
    with pytest.raises(UserError, match="contrast"):
        load_parameters(tmp_path / "camera.json")


def test_digits_are_recorded_and_survive_export(tmp_path):
    source = digits()
    assert source.labels.shape == (1797,)
    assert not source.official_test.any()
    assert "simulated" in source.notice
    export_tree(source, tmp_path, np.arange(10))
    found = nmnist(tmp_path, (TRAIN,))
    assert np.array_equal(found.labels, source.labels[:10])
    for index in range(10):
        assert_same_events(found.recording(index), source.recording(index))


def test_all_of_mnist(shared_data):
    source = mnist_saccades(shared_data / "mnist")
    assert source.labels.size == 70_000
    assert source.official_test.sum() == 10_000
    assert source.official_test[60_000:].all()
    assert source.recording(69_999).time.size > 1000


def test_calibrated_camera_has_the_statistics_of_the_real_one(shared_data, camera):
    real_set = nmnist(shared_data / "n-mnist", (TRAIN,))
    numbers = file_numbers(shared_data / "n-mnist", TRAIN)
    images, labels = read_mnist(shared_data / "mnist", "train")
    assert np.array_equal(labels[numbers - 1], real_set.labels)
    simulate = recorded_images(images[numbers - 1], camera, seed=17)
    indices = range(real_set.labels.size)
    real = [real_set.recording(i) for i in indices]
    simulated = [simulate(i) for i in indices]
    wanted, found = (statistics(recordings, real_set.labels) for recordings in (real, simulated))
    assert np.abs(found.class_events / wanted.class_events - 1).max() < 0.1
    assert abs(found.on_share - wanted.on_share) < 0.01
    assert abs(found.duration_ms - wanted.duration_ms) < 3
    assert np.abs(found.peaks_ms - wanted.peaks_ms).max() <= 10
    assert abs(found.single_1ms - wanted.single_1ms) < 0.005
    assert abs(found.single_10ms - wanted.single_10ms) < 0.05
    assert np.corrcoef(wanted.events, found.events)[0, 1] > 0.98
    assert (image_correlation(real, simulated) > [0.73, 0.73, 0.81]).all()

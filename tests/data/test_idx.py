import gzip

import numpy as np
import pytest

from snnlocality.data.vision.idx import read_idx, read_mnist
from snnlocality.errors import UserError


def idx_bytes(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (3, 28, 28)).astype(np.uint8)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_reads_mnist(tmp_path, images, pack):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(pack(idx_bytes(images)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(pack(idx_bytes(np.array([7, 8, 9], np.uint8))))
    read, labels = read_mnist(tmp_path, "train")
    assert np.array_equal(read, images)
    assert labels.tolist() == [7, 8, 9]


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"t10k-images-idx3-ubyte .* does not exist"):
        read_mnist(tmp_path, "test")


BAD_CONTENT = {
    "wrong magic": (lambda good: b"\0\0\x0d\3" + good[4:], "starts with the bytes 00000d03"),
    "wrong rank": (lambda good: b"\0\0\x08\1" + good[4:], "not 00000803"),
    "truncated": (lambda good: good[:-1], "promises"),
    "no header": (lambda good: good[:9], "promises"),
    "too long": (lambda good: good + b"\0", "promises"),
    "damaged gzip": (lambda good: gzip.compress(good)[:-20], "damaged gzip"),
    "empty": (lambda good: b"", "starts with the bytes"),
}


@pytest.mark.parametrize(("damage", "fault"), BAD_CONTENT.values(), ids=BAD_CONTENT.keys())
def test_bad_file_is_refused_by_name(tmp_path, images, damage, fault):
    path = tmp_path / "images"
    path.write_bytes(damage(idx_bytes(images)))
    with pytest.raises(UserError, match=fault) as refusal:
        read_idx(path, rank=3)
    assert str(path) in str(refusal.value)


def test_images_and_labels_must_agree(tmp_path, images):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes(images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.array([7, 8], np.uint8)))
    with pytest.raises(UserError, match="no pair"):
        read_mnist(tmp_path, "train")

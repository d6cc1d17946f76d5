"""MNIST's idx files: a big-endian header (two zero bytes, type, rank, sizes), then the raw bytes."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from snnlocality.errors import UserError
from snnlocality.storage import open_regular

_UNSIGNED_BYTE = 0x08
_PARTS = {"train": "train", "test": "t10k"}
# MNIST's largest file holds 47 million bytes. A header that promises far more is wrong, or means to fill the memory.
LARGEST = 1 << 28


def read_idx(path: str | Path, rank: int) -> np.ndarray:
    """Read a plain or gzip-compressed idx file of unsigned bytes with ``rank`` axes, shape as in its header.

    Raises UserError, naming the file, if it is missing, of another type or rank, or its length disagrees with
    its header.
    """
    path = Path(path)
    magic, header = bytes((0, 0, _UNSIGNED_BYTE, rank)), 4 + 4 * rank
    try:
        with open_regular(path) as file:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = gzip.GzipFile(fileobj=file) if compressed else file
            head = stream.read(header)
            shape = tuple(int.from_bytes(head[start : start + 4], "big") for start in range(4, header, 4))
            expected = math.prod(shape)
            # A small compressed file may unpack to any length: no more is read than the header promises, and one byte.
            content = stream.read(expected + 1) if head[:4] == magic and expected <= LARGEST else b""
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path} is a damaged gzip file ({error}); fetch it again.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); check the path of the MNIST folder.") from None
    if head[:4] != magic:
        raise UserError(
            f"{path} starts with the bytes {head[:4].hex()}, not {magic.hex()} as an idx file of unsigned "
            f"bytes with {rank} axes does; fetch MNIST's idx files again."
        )
    if len(head) < header or expected > LARGEST or len(content) != expected:
        found = "more" if len(content) > expected else "fewer"
        raise UserError(f"{path} promises {expected} bytes in its header, but holds {found}; fetch it again.")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def read_mnist(root: str | Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 28, 28) uint8 and labels (n,) uint8 of MNIST's ``part`` ("train" or "test") under ``root``.

    Raises UserError if a file is missing or damaged, or images and labels disagree.
    """
    images_path = _find(root, f"{_PARTS[part]}-images-idx3-ubyte")
    labels_path = _find(root, f"{_PARTS[part]}-labels-idx1-ubyte")
    images, labels = read_idx(images_path, rank=3), read_idx(labels_path, rank=1)
    if images.shape != (labels.size, 28, 28) or (labels.size and labels.max() > 9):
        raise UserError(
            f"{images_path} ({' x '.join(map(str, images.shape))}) and {labels_path} ({labels.size} labels) "
            "are no pair of 28 x 28 digit images with labels 0..9; fetch MNIST's idx files again."
        )
    return images, labels


def _find(root: str | Path, stem: str) -> Path:
    for path in (Path(root) / stem, Path(root) / f"{stem}.gz"):
        if path.is_file():
            return path
    raise UserError(f"{Path(root) / stem} (or .gz) does not exist; put MNIST's four idx files there.")

"""The real N-MNIST: found on disk (Train/0..9/*.bin, Test/0..9/*.bin), downloaded, or exported."""

import contextlib
import io
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from snnlocality.data.origin import read_origin, write_origin
from snnlocality.data.vision.nmnist_format import read_recording, write_recording
from snnlocality.data.vision.recordings import Recording, RecordingSet
from snnlocality.errors import UserError

TRAIN, TEST = "Train", "Test"
FULL_SIZE = {TRAIN: 60_000, TEST: 10_000}


def nmnist(root: str | Path, parts: tuple[str, ...] = (TRAIN, TEST)) -> RecordingSet:
    """The N-MNIST recordings under ``root``, in the order of ``parts`` and of the file numbers within each.

    Files are read when asked for. A part may hold any number of recordings, but not none. Folder and file
    names may be of either case. Raises UserError if a part is missing or holds no recordings.
    """
    paths: list[Path] = []
    labels: list[int] = []
    test: list[bool] = []
    counts: dict[str, int] = {}
    for part in parts:
        found = sorted(_recording_files(Path(root), part), key=lambda entry: (_number(entry[0]), entry[0]))
        if not found:
            raise UserError(
                f"{Path(root) / part} holds no recordings named 0..9/*.bin; unpack N-MNIST's {part}.zip there."
            )
        counts[part] = len(found)
        paths += [path for path, _ in found]
        labels += [label for _, label in found]
        test += [part == TEST] * len(found)

    def recording(index: int) -> Recording:
        return read_recording(paths[index])

    return RecordingSet(
        name="nmnist",
        labels=np.array(labels, dtype=np.uint8),
        official_test=np.array(test, dtype=bool),
        recording=recording,
        notice=". ".join(filter(None, (read_origin(root, "N-MNIST").rstrip("."), _notice(counts)))),
    )


def _notice(counts: dict[str, int]) -> str:
    if counts == FULL_SIZE:
        return ""
    kinds = {TRAIN: "training", TEST: "test"}
    shares = [f"{_grouped(count)} of {_grouped(FULL_SIZE[part])} {kinds[part]}" for part, count in counts.items()]
    return f"N-MNIST, partial: {' and '.join(shares)} recordings"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _recording_files(root: Path, part: str) -> list[tuple[Path, int]]:
    """(path, class) of every recording of one part, unsorted."""
    files = []
    for label_folder in _subfolder(root, part).iterdir():
        if len(label_folder.name) == 1 and label_folder.name in "0123456789" and label_folder.is_dir():
            label = int(label_folder.name)
            files += [(path, label) for path in label_folder.iterdir() if path.suffix.lower() == ".bin"]
    return files


def _subfolder(root: Path, part: str) -> Path:
    if root.is_dir():
        for folder in sorted(root.iterdir()):
            if folder.name.lower() == part.lower() and folder.is_dir():
                return folder
    raise UserError(f"{root / part} does not exist; download N-MNIST, or give the folder that holds {part}.")


def _number(path: Path) -> int:
    try:
        return int(path.stem)
    except ValueError:
        raise UserError(
            f"{path} is not named by a number as N-MNIST's recordings are (00001.bin); rename or remove it."
        ) from None


def file_numbers(root: str | Path, part: str) -> np.ndarray:
    """File numbers (n,) int64 of ``part`` in the order of ``nmnist``: number N records MNIST image N - 1."""
    return np.sort(np.array([_number(path) for path, _ in _recording_files(Path(root), part)], dtype=np.int64))


def download(root: str | Path) -> None:
    """Download N-MNIST (about 1.2 GB) through tonic and unpack it to ``root``/Train and ``root``/Test.

    Parts already there are left alone. Everything is fetched, checked against the archives' hashes and
    unpacked in a temporary folder inside ``root``, and moved at the end. Raises UserError if there is no
    network, an archive's hash is wrong, or it does not unpack.
    """
    # Imported here: tonic takes seconds to load and only a download needs it.
    from tonic.datasets import NMNIST

    root = Path(root)
    missing = [part for part in (TRAIN, TEST) if not (root / part).is_dir()]
    if not missing:
        return
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".download-") as scratch:
        for part in missing:
            archive = Path(scratch) / NMNIST.__name__ / f"{part.lower()}.zip"
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    NMNIST(scratch, train=part == TRAIN)
            except Exception as error:  # tonic passes on whatever the network, zip and file layers raise
                raise UserError(_download_fault(archive, part, root, error)) from error
            archive.unlink()
            shutil.move(_subfolder(Path(scratch) / NMNIST.__name__, part), root / part)


def _download_fault(archive: Path, part: str, root: Path, error: Exception) -> str:
    remedy = f"try again, or unpack N-MNIST's {part}.zip into {root} by hand"
    # This is how tonic tells a wrong hash from other faults.
    if isinstance(error, RuntimeError) and "corrupted" in str(error):
        return f"{archive.name} of N-MNIST was downloaded, but its hash is wrong; {remedy}."
    reason = " ".join(str(error).split())[:200]  # it may quote the archive
    return f"{archive.name} of N-MNIST could not be downloaded ({reason}); {remedy}."


def export_tree(recordings: RecordingSet, root: str | Path, indices: np.ndarray | None = None) -> None:
    """Write recordings as an N-MNIST tree of .bin files under ``root``.

    ``indices`` (m,) chooses samples; all by default. As in the real set, a file is named by its 1-based
    position within its part, five digits. Every file is written whole or not at all. The tree is marked with where
    it is from, and ``nmnist`` repeats that in its notice.
    """
    write_origin(root, recordings.name, recordings.notice)
    counts = {TRAIN: 0, TEST: 0}
    chosen = np.arange(recordings.labels.size) if indices is None else indices
    for index in chosen:
        part = TEST if recordings.official_test[index] else TRAIN
        counts[part] += 1
        name = os.path.join(part, str(recordings.labels[index]), f"{counts[part]:05d}.bin")
        write_recording(Path(root) / name, recordings.recording(int(index)))

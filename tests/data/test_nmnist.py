import hashlib
import threading
import zipfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from tonic.datasets import NMNIST

from snnlocality.data.vision.nmnist import TEST, TRAIN, download, export_tree, file_numbers, nmnist
from snnlocality.data.vision.recordings import Recording, RecordingSet
from snnlocality.errors import UserError


@pytest.fixture
def small_set() -> RecordingSet:
    def recording(index: int) -> Recording:
        column = np.array([index, index + 1], dtype=np.uint8)
        return Recording(column, column, column % 2, np.array([10, 20], dtype=np.uint32))

    labels = np.array([3, 0, 3, 9, 1], dtype=np.uint8)
    test = np.array([False, False, True, False, True])
    return RecordingSet("small", labels, test, recording, "")


def assert_same_events(one: Recording, other: Recording) -> None:
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_exported_tree_is_read_back(tmp_path, small_set):
    export_tree(small_set, tmp_path)
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.bin"))
    assert names == [
        "Test/1/00002.bin",
        "Test/3/00001.bin",
        "Train/0/00002.bin",
        "Train/3/00001.bin",
        "Train/9/00003.bin",
    ]
    found = nmnist(tmp_path)
    assert found.labels.tolist() == [3, 0, 9, 3, 1]
    assert found.official_test.tolist() == [False, False, False, True, True]
    for position, index in enumerate([0, 1, 3, 2, 4]):
        assert_same_events(found.recording(position), small_set.recording(index))


def test_export_of_chosen_samples(tmp_path, small_set):
    export_tree(small_set, tmp_path, np.array([3, 4]))
    assert len(list(tmp_path.rglob("*.bin"))) == 2


def test_an_exported_tree_never_passes_for_nmnist(tmp_path, small_set):
    export_tree(replace(small_set, notice="simulated"), tmp_path)
    said = "Not N-MNIST: a tree in its layout made from small. simulated"
    assert nmnist(tmp_path).notice.startswith(f"{said}. N-MNIST, partial: 3 of 60 000")
    (tmp_path / "source.json").write_text("[]")
    with pytest.raises(UserError, match=r"source\.json holds no JSON object"):
        nmnist(tmp_path)


def test_partial_set_is_said_to_be_partial(tmp_path, small_set):
    export_tree(small_set, tmp_path)
    (tmp_path / "source.json").unlink()
    assert nmnist(tmp_path).notice == "N-MNIST, partial: 3 of 60 000 training and 2 of 10 000 test recordings"
    assert nmnist(tmp_path, (TRAIN,)).notice == "N-MNIST, partial: 3 of 60 000 training recordings"


def test_folder_names_of_either_case(tmp_path, small_set):
    export_tree(small_set, tmp_path)
    (tmp_path / "Train").rename(tmp_path / "TRAIN")
    assert nmnist(tmp_path, (TRAIN,)).labels.size == 3
    assert file_numbers(tmp_path, TRAIN).tolist() == [1, 2, 3]


def test_missing_part_is_named(tmp_path, small_set):
    with pytest.raises(UserError, match="Train does not exist"):
        nmnist(tmp_path)
    (tmp_path / "Train" / "0").mkdir(parents=True)
    with pytest.raises(UserError, match="holds no recordings"):
        nmnist(tmp_path)


def test_file_without_a_number_is_named(tmp_path, small_set):
    export_tree(small_set, tmp_path)
    (tmp_path / "Train" / "3" / "00001.bin").rename(tmp_path / "Train" / "3" / "copy.bin")
    with pytest.raises(UserError, match=r"copy\.bin is not named by a number"):
        nmnist(tmp_path)


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def archives(tmp_path, small_set, monkeypatch):
    """Two small archives, served by this machine, in place of those on the network, with right hashes."""
    source, served = tmp_path / "source", tmp_path / "served"
    export_tree(small_set, source)
    served.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=served)) as server:
        for part in (TRAIN, TEST):
            archive = served / f"{part}.zip"
            with zipfile.ZipFile(archive, "w") as stream:
                for path in sorted((source / part).rglob("*.bin")):
                    stream.write(path, path.relative_to(source))
            address = f"http://127.0.0.1:{server.server_port}/{part}.zip"
            monkeypatch.setattr(NMNIST, f"{part.lower()}_url", address)
            monkeypatch.setattr(NMNIST, f"{part.lower()}_md5", hashlib.md5(archive.read_bytes()).hexdigest())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path
        server.shutdown()


def test_download_unpacks_both_parts(archives, small_set):
    root = archives / "root"
    download(root)
    assert sorted(path.name for path in root.iterdir()) == [TEST, TRAIN]
    assert nmnist(root).labels.size == 5
    download(root)  # nothing is missing, so the network is not asked


def test_wrong_hash_is_refused_and_leaves_nothing(archives, monkeypatch):
    monkeypatch.setattr(NMNIST, "train_md5", "0" * 32)
    with pytest.raises(UserError, match="its hash is wrong"):
        download(archives / "root")
    assert list((archives / "root").iterdir()) == []


def test_failed_second_part_keeps_the_whole_first(archives, monkeypatch):
    monkeypatch.setattr(NMNIST, "test_url", NMNIST.test_url.replace("Test.zip", "gone.zip"))
    with pytest.raises(UserError, match=r"test\.zip of N-MNIST could not be downloaded"):
        download(archives / "root")
    assert [path.name for path in (archives / "root").iterdir()] == [TRAIN]

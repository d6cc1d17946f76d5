"""Files are whole or absent, hold no pickle, and a damaged one is named."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snnlocality.errors import UserError
from snnlocality.storage import atomic_path, read_json, sha256, write_json
from snnlocality.tensors import read_tensors, write_tensors

ARRAYS = {
    "units": np.arange(7, dtype=np.uint16),
    "offsets": np.array([0, 3, 7], np.int64),
    "weights": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3),
    "empty": np.empty((0, 4), np.float64),
    "flags": np.array([True, False, True]),
}


def test_tensors_come_back_as_they_were_mapped_read_only(tmp_path):
    path = tmp_path / "folder" / "a.safetensors"
    write_tensors(path, ARRAYS, {"kind": "events"})
    arrays, metadata = read_tensors(path)
    assert metadata == {"kind": "events"}
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
        assert not arrays[name].flags.writeable


def test_equal_values_give_equal_bytes(tmp_path):
    metadata = {"kind": "events", "steps": "50", "duration_ms": "300.0", "inputs": "2312", "notice": 'a/b \\ "é" λ\n'}
    for name in ("a", "b"):
        write_tensors(tmp_path / name, ARRAYS, metadata)
        write_json(tmp_path / f"{name}.json", {"b": 1, "a": [2.5]} if name == "a" else {"a": [2.5], "b": 1})
    assert sha256(tmp_path / "a") == sha256(tmp_path / "b")
    arrays, read = read_tensors(tmp_path / "a")
    assert read == metadata
    np.testing.assert_array_equal(arrays["weights"], ARRAYS["weights"])
    assert sha256(tmp_path / "a.json") == sha256(tmp_path / "b.json")


@given(st.data())
def test_a_truncated_or_altered_header_is_named_and_never_crashes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "a.safetensors"
    write_tensors(path, ARRAYS)
    raw = bytearray(path.read_bytes())
    header = 8 + int.from_bytes(raw[:8], "little")
    if data.draw(st.booleans()):
        raw = raw[: data.draw(st.integers(0, len(raw) - 1))]
    else:
        raw[data.draw(st.integers(0, header - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    try:
        read_tensors(path)  # some altered bits leave a sound header
    except UserError as error:
        assert "a.safetensors" in str(error)  # noqa: PT017


def test_a_missing_or_empty_file_is_named(tmp_path):
    with pytest.raises(UserError, match="absent"):
        read_tensors(tmp_path / "absent")
    (tmp_path / "empty").touch()
    with pytest.raises(UserError, match="empty"):
        read_tensors(tmp_path / "empty")


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00", '{"a": NaN'])
def test_broken_json_is_named(tmp_path, text):
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"broken\.json"):
        read_json(path)


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "kept.json"
    write_json(path, {"a": 1})

    def fail():
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert json.loads(path.read_text()) == {"a": 1}
    assert [item.name for item in tmp_path.iterdir()] == ["kept.json"]

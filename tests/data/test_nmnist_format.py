import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from snnlocality.data.vision.nmnist_format import MAX_EVENTS, TIME_LIMIT, read_recording, write_recording
from snnlocality.data.vision.recordings import Recording
from snnlocality.errors import UserError


def events(*rows: tuple[int, int, int, int]) -> Recording:
    x, y, polarity, time = np.array(rows).T
    return Recording(x.astype(np.uint8), y.astype(np.uint8), polarity.astype(np.uint8), time.astype(np.uint32))


@st.composite
def recordings(draw):
    n = draw(st.integers(1, 50))

    def column(high, dtype):
        return draw(hnp.arrays(dtype, n, elements=st.integers(0, high)))

    time = np.sort(column(TIME_LIMIT - 1, np.uint32))
    return Recording(column(33, np.uint8), column(33, np.uint8), column(1, np.uint8), time)


@settings(max_examples=50)
@given(recording=recordings())
def test_what_is_written_is_read(tmp_path_factory, recording):
    path = tmp_path_factory.mktemp("bin") / "00001.bin"
    write_recording(path, recording)
    for written, read in zip(recording, read_recording(path), strict=True):
        assert written.dtype == read.dtype
        assert np.array_equal(written, read)


def test_bytes_of_an_event(tmp_path):
    path = tmp_path / "1.bin"
    write_recording(path, events((3, 33, 1, 0x010203), (4, 0, 0, 0x7FFFFF)))
    assert path.read_bytes() == bytes([3, 33, 0x81, 2, 3, 4, 0, 0x7F, 0xFF, 0xFF])


BAD_FILES = {
    "truncated": (bytes([1, 1, 0, 0, 1, 2]), "truncated"),
    "empty": (b"", "without events"),
    "outside in x": (bytes([34, 1, 0, 0, 1]), "column 34, row 1"),
    "outside in y": (bytes([0, 0, 0, 0, 1, 1, 200, 0, 0, 1]), "event 1 at column 1, row 200"),
    "backwards": (bytes([1, 1, 0, 0, 9, 1, 1, 0, 0, 8]), "backwards in time at event 1"),
}


@pytest.mark.parametrize(("content", "fault"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_file_is_refused_by_name(tmp_path, content, fault):
    path = tmp_path / "00007.bin"
    path.write_bytes(content)
    with pytest.raises(UserError, match=fault) as refusal:
        read_recording(path)
    message = str(refusal.value)
    assert str(path) in message
    assert "again" in message
    assert message.count(". ") == 0


def test_oversized_file_is_refused_unread(tmp_path):
    path = tmp_path / "00007.bin"
    with open(path, "wb") as stream:
        stream.truncate(5 * MAX_EVENTS + 5)
    with pytest.raises(UserError, match="more than 1000000 events"):
        read_recording(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.bin cannot be read"):
        read_recording(tmp_path / "none.bin")


@pytest.mark.parametrize(
    "recording",
    [
        Recording(*(np.zeros(0, np.uint8),) * 3, np.zeros(0, np.uint32)),
        events((34, 0, 0, 0)),
        events((0, 0, 0, 5), (0, 0, 0, 4)),
        events((0, 0, 0, TIME_LIMIT)),
    ],
    ids=["empty", "outside", "backwards", "too long"],
)
def test_what_cannot_be_read_is_not_written(tmp_path, recording):
    with pytest.raises(UserError):
        write_recording(tmp_path / "00001.bin", recording)
    assert list(tmp_path.iterdir()) == []

"""Raw files are hashed one by one; what is no file is named, not read for ever."""

import os
from pathlib import Path

import pytest

from snnlocality.errors import UserError
from snnlocality.provenance import raw
from snnlocality.storage import write_json


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder of raw files, one of them hidden and one behind a link."""
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path / "data"))
    folder = tmp_path / "data" / "set"
    folder.mkdir(parents=True)
    (folder / "1.bin").write_bytes(b"1")
    (folder / ".hidden").write_bytes(b"2")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "3.bin").write_bytes(b"3")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    return folder


ODD = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "link": lambda path: path.symlink_to("/nowhere"),
}


def test_every_file_is_hashed(tree):
    (tree / "linked" / "itself").symlink_to(tree / "linked")
    assert list(raw.digests("set")) == ["data/set/1.bin", "data/set/linked/3.bin"]


def test_where_there_is_nothing_there_are_no_files(tree, monkeypatch):
    assert raw.files("another") == {}
    monkeypatch.setenv("SNNLOCALITY_DATA", "/nowhere/data")
    assert raw.files("set") == {}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_named(tree, kind):
    ODD[kind](tree / "2.bin")
    with pytest.raises(UserError, match=r"set/2\.bin lies among the raw data and cannot be read \(.*\); remove it"):
        raw.digests("set")


@pytest.mark.parametrize("above", ["/", ".."])
def test_a_link_to_a_folder_that_holds_the_data_is_named(tree, above):
    (tree / "up").symlink_to(above)
    with pytest.raises(UserError, match=r"set/up is a link to a folder that holds .*set itself; remove it"):
        raw.digests("set")


@pytest.mark.parametrize("kind", ODD)
def test_a_file_that_is_none_any_more_has_changed(tree, kind):
    record = tree.parent / "prepare.record.json"
    known = raw.digests("set")
    write_json(record, {"raw": known})
    assert raw.changed("set", record) == []
    file = Path(tree / "1.bin")
    file.unlink()
    ODD[kind](file)
    if kind == "pipe":
        os.utime(file, (record.stat().st_mtime + 9,) * 2)
    if kind != "device":  # whose time stamp is the system's
        assert raw.changed("set", record) == ["data/set/1.bin"]
    assert not raw.is_still(file, known["data/set/1.bin"])

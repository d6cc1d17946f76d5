"""What describes an exported tree, as Croissant's own library reads it."""

import logging

import mlcroissant
import pytest

from snnlocality.data.export import export_nmnist, export_timit
from snnlocality.exchange import croissant
from snnlocality.storage import sha256, write_json


@pytest.fixture(scope="module", params=["n-mnist", "timit"])
def tree(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    return export_nmnist(root, "digits", 12) if request.param == "n-mnist" else export_timit(root, 0.001)


def read(tree):
    return mlcroissant.Dataset(str(tree / "croissant.json"))


def test_the_library_finds_no_fault_but_that_it_is_unpublished(tree, caplog):
    with caplog.at_level(logging.WARNING):
        issues = read(tree).metadata.ctx.issues
    assert not issues.errors
    assert [warning for warning in issues.warnings if "datePublished" not in warning] == []
    assert "not standard" not in caplog.text


def test_it_says_that_the_data_are_simulated(tree):
    described = read(tree).metadata
    assert described.description.startswith("Simulated data. Not ")
    assert described.license
    assert described.cite_as


def test_its_records_are_the_files_with_their_hashes_and_what_their_names_say(tree):
    records = list(read(tree).records("files"))
    assert {record["files/file"].decode(): record["files/sha256"].decode() for record in records} == {
        path.relative_to(tree).as_posix(): sha256(path)
        for path in tree.rglob("*")
        if path.parent != tree and path.is_file()
    }
    for record in records:
        name = record["files/file"].decode().split("/")
        assert record["files/part"].decode() == name[0]
        if "files/label" in record:
            assert record["files/label"] == int(name[1])
        else:
            said = [record[f"files/{field}"].decode() for field in ("region", "speaker", "sentence")]
            assert said == [*name[1:3], name[3].partition(".")[0]]


def test_part_of_the_real_set_is_not_called_simulated_and_a_plugins_source_has_no_licence_of_ours(tmp_path):
    for source, said, licensed in (("nmnist", "Not N-MNIST: a tree", True), ("other", "Simulated data.", False)):
        write_json(tmp_path / "source.json", {"source": source, "notice": ""})
        croissant.describe(tmp_path, croissant.NMNIST)
        described = read(tmp_path).metadata
        assert described.description.startswith(said)
        assert bool(described.license) == licensed

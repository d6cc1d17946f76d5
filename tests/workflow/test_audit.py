"""The audit names every change, and nothing else."""

import json
import random
import shutil

import pytest

from snnlocality import parameters
from snnlocality.provenance import audit as auditing
from snnlocality.provenance.audit import Verdict, audit

ACCURACIES = "results/demo/fgsm/vision/eprop/ff/fold0/seed0/accuracies.csv"


@pytest.fixture
def findings(project, monkeypatch):
    """Findings on the project as it is now, those that are not ok, by file."""
    monkeypatch.chdir(project.root)

    def now(*targets):
        auditing.digest.cache_clear()
        auditing.md5.cache_clear()
        found = audit(parameters.load(), targets)
        return {finding.output: finding for finding in found if finding.verdict is not Verdict.OK}

    return now


def flip(path, byte):
    """Change one bit of one byte."""
    content = bytearray(path.read_bytes())
    content[byte] ^= 1
    path.write_bytes(bytes(content))


def test_a_finished_study_is_ok(project):
    done = project.run("snnlocality", "audit")
    assert "Everything is ok." in done.stdout
    assert project.run("snnlocality", "audit", "reports/table3.csv").returncode == 0


def test_any_changed_byte_of_any_file_is_named(project, findings):
    chance = random.Random(0)
    files = sorted(path for folder in ("results", "reports") for path in (project.root / folder).rglob("*.*"))
    files = [path for path in files if path.is_file()]
    assert len(files) > 80
    for path in chance.sample(files, 60):
        before = path.read_bytes()
        flip(path, chance.randrange(len(before)))
        name = str(path.relative_to(project.root))
        told = " ".join(" ".join((one.output, *one.reasons)) for one in findings().values())
        assert name in told, name
        path.write_bytes(before)
    assert findings() == {}


def test_the_command_says_so_and_fails(project):
    flip(project.root / ACCURACIES, 40)
    done = project.run("snnlocality", "audit", "reports/table3.csv", check=False)
    assert done.returncode == 1
    assert "tampered" in done.stdout
    assert ACCURACIES in done.stdout
    listed = json.loads(project.run("snnlocality", "audit", "--json", check=False).stdout)
    assert {one["output"] for one in listed if one["verdict"] == "tampered"} == {ACCURACIES}


def test_a_forged_output_with_a_forged_record_contradicts_the_chain(project, findings):
    path = project.root / ACCURACIES
    path.write_text(path.read_text().replace("counterpart,0.05,", "counterpart,0.05,0.99", 1))
    record = path.with_name("fgsm.record.json")
    forged = json.loads(record.read_text())
    forged["outputs"]["accuracies.csv"] = auditing.digest.__wrapped__(path)
    record.write_text(json.dumps(forged, indent=2, sort_keys=True) + "\n")
    found = findings()
    assert found["reports/table3.csv"].verdict is Verdict.STALE
    assert ACCURACIES in " ".join(found["reports/table3.csv"].reasons)


def test_what_dvc_remembers_contradicts_a_forged_chain(project, findings):
    project.run("git", "init", "-q")
    project.run("dvc", "repro")
    assert findings() == {}
    path = project.root / "reports/table1.csv"
    path.write_text(path.read_text() + "forged\n")
    record = path.with_name("table1.record.json")
    forged = json.loads(record.read_text())
    forged["outputs"]["table1.csv"] = auditing.digest.__wrapped__(path)
    record.write_text(json.dumps(forged, indent=2, sort_keys=True) + "\n")
    found = findings("reports/table1.csv")
    assert found["reports/table1.csv"].verdict is Verdict.TAMPERED
    assert "dvc.lock" in " ".join(found["reports/table1.csv"].reasons)


def test_each_verdict(project, findings):
    root = project.root
    (root / "results/demo/vision/bptt/runs.csv").unlink()
    (root / "results/demo/fisher/vision/bptt/ff/fold0/seed0/fisher.record.json").unlink()
    (root / "results/demo/notes.txt").write_text("mine")
    project.edit_params(lambda params: params["conversion"].update(percentile=99))
    found = {path: one.verdict for path, one in findings().items()}
    assert found["results/demo/vision/bptt/runs.csv"] is Verdict.MISSING
    assert found["results/demo/fisher/vision/bptt/ff/fold0/seed0/fisher.csv"] is Verdict.UNRECORDED
    assert found["results/demo/notes.txt"] is Verdict.ORPHAN
    assert found["results/demo/conversion/fold0/seed0/accuracies.csv"] is Verdict.STALE
    assert "results/demo/vision/bptt/ff/fold0/seed0/model.safetensors" not in found


def test_prepared_data_may_go_but_not_be_another(project, findings):
    data = project.root / "results/demo/vision/data.safetensors"
    kept = project.root / "kept"
    shutil.move(data, kept)
    assert {one.verdict for one in findings("reports/table2.csv").values()} == {Verdict.MISSING}
    shutil.move(kept, data)
    flip(data, 5000)
    assert findings()["results/demo/vision/data.safetensors"].verdict is Verdict.TAMPERED


def test_the_runs_behind_a_cell_are_named(project):
    cell = "method=e-prop,arch=FF,epsilon=0.01"
    done = project.run("snnlocality", "audit", "reports/table3.csv", "--cell", cell)
    for words in (ACCURACIES, "eprop/ff/fold0/seed0/model.safetensors", "sha256", "engine cpu", "code", "settings in"):
        assert words in done.stdout
    assert "bptt" not in done.stdout
    wrong = project.run("snnlocality", "audit", "reports/table3.csv", "--cell", "rule=hebb", check=False)
    assert wrong.returncode == 2
    assert "No run behind reports/table3.csv matches rule=hebb" in wrong.stderr


def test_a_file_that_nobody_makes_is_refused(project):
    done = project.run("snnlocality", "audit", "README.md", check=False)
    assert done.returncode == 2
    assert "made by no step" in done.stderr

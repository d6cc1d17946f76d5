"""The audit names every change, and nothing else."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snnlocality import parameters
from snnlocality.errors import UserError
from snnlocality.provenance import audit as auditing
from snnlocality.provenance import audit_text, cell, closure, manifest, raw
from snnlocality.provenance.audit import Finding, Verdict

ACCURACIES = "results/demo/fgsm/vision/eprop/ff/fold0/seed0/accuracies.csv"


def findings_now(*targets):
    """Findings on the project in the working directory as it is now, those that are not ok, by file."""
    auditing.digest.cache_clear()
    manifest.md5.cache_clear()
    chosen = parameters.load()
    steps, remembered = auditing.chosen(chosen, targets), manifest.read(chosen)
    found = auditing.audit_steps(steps, remembered) if targets else auditing.audit_study(chosen, steps, remembered)
    found += auditing.raw_findings(steps)
    return {finding.output: finding for finding in found if finding.verdict is not Verdict.OK}


def told(found):
    """All that findings say."""
    return " ".join(" ".join((finding.output, *finding.reasons)) for finding in found.values())


@pytest.fixture(autouse=True)
def code_of_the_project(finished, monkeypatch):
    """The audit in this process compares with the code of the projects here, which have fewer data."""
    remembered = (closure.code_digest, closure._file, closure._imports, closure._module_digest, closure._read)
    for function in (*remembered, auditing.code):
        function.cache_clear()
    monkeypatch.setattr(closure, "_root", lambda package: finished.root / "src/snnlocality")
    yield
    for function in (*remembered, auditing.code):
        function.cache_clear()


@pytest.fixture
def findings(project, monkeypatch):
    """``findings_now`` on a finished study."""
    monkeypatch.chdir(project.root)
    return findings_now


def flip(path, byte, bits=1):
    """Change bits of one byte, and leave size and time stamps as they were, as a careful forger would."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[byte] ^= bits
    path.write_bytes(bytes(content))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def flips(data, files):
    """Draw a file, one of its bytes, and bits to change."""
    path = data.draw(st.sampled_from(files))
    return path, data.draw(st.integers(0, path.stat().st_size - 1)), data.draw(st.integers(1, 255))


def test_a_finished_study_is_ok(project):
    done = project.run("snnlocality", "audit")
    assert "Everything is ok." in done.stdout
    assert project.run("snnlocality", "audit", "reports/table3.csv").returncode == 0


def test_any_changed_byte_of_any_file_is_named(committed, monkeypatch):
    monkeypatch.chdir(committed.root)
    tracked = {path for folder in ("results", "reports") for path in Path(folder).rglob("*") if path.is_file()}
    remembered = {Path(path) for path in manifest.read(parameters.load()).files}
    assert tracked <= remembered
    files = sorted({*remembered, *Path("published").glob("table*.csv"), manifest.LOCK})
    assert len(files) > 100
    assert findings_now() == {}

    @settings(max_examples=100, deadline=None)
    @given(st.data())
    def changes(data):
        path, byte, bits = flips(data, files)
        flip(path, byte, bits)
        try:
            assert str(path) in told(findings_now())
        finally:
            flip(path, byte, bits)

    changes()
    assert findings_now() == {}


def test_any_changed_byte_of_any_raw_file_is_named(project, tmp_path, monkeypatch):
    project.run("snnlocality", "export", "nmnist", str(tmp_path / "data"), "--count", "24")
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(project.root)
    project.edit_params(lambda params: params["studies"]["demo"]["tasks"]["vision"]["data"].update(source="nmnist"))
    target = "results/demo/vision/data.safetensors"
    project.run("snnlocality", "prepare", "--task", "vision")
    assert findings_now(target) == {}
    named = raw.files("n-mnist")
    assert len(named) == 24 + 3  # and where the tree is from, its description and the list of its files
    names = {path: name for name, path in named.items()}

    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def changes(data):
        path, byte, bits = flips(data, list(named.values()))
        flip(path, byte, bits)
        try:
            found = findings_now(target)
            assert found["data/n-mnist"].verdict is Verdict.TAMPERED
            assert set(found["data/n-mnist"].reasons) == {
                f"{names[path]} is not what results/demo/vision/prepare.record.json says"
            }
        finally:
            flip(path, byte, bits)

    changes()
    first, *_ = named.values()
    moved = first.with_name("99999.bin")
    first.rename(moved)
    found = findings_now(target)["data/n-mnist"]
    assert found.verdict is Verdict.MISSING
    assert found.reasons == (
        f"{names[first]} does not exist any more",
        f"{names[first].replace(first.name, moved.name)} was not there when {target} was made",
    )
    shutil.rmtree(tmp_path / "data")
    done = project.run("snnlocality", "audit", target, check=False)
    assert done.returncode == 1
    assert "27 files cannot be checked" in done.stdout
    done = project.run("snnlocality", "audit", "--skip-raw", target)
    assert "Raw files were left out" in done.stdout


def test_ten_thousand_raw_files_take_seconds(tmp_path, monkeypatch):
    for number in range(10_000):
        folder = tmp_path / "n-mnist" / "Train" / str(number % 10)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:05d}.bin").write_bytes(number.to_bytes(4) * 4_000)
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path))
    before = time.process_time()
    digests = raw.digests("n-mnist")
    assert len(set(digests.values())) == 10_000
    assert time.process_time() - before < 5


def test_a_lock_that_git_has_not_committed_is_told(committed, monkeypatch):
    monkeypatch.chdir(committed.root)
    assert "Manifest: dvc.lock as committed" in committed.run("snnlocality", "audit").stdout
    # Forged with everything that is made from it: an output, its record, and the manifest.
    output, record, lock = Path("reports/index.html"), Path("reports/index.record.json"), manifest.LOCK
    before = {path: path.read_bytes() for path in (output, record, lock)}
    try:
        output.write_text(output.read_text().replace("e-prop", "f-prop"))
        forged = json.loads(record.read_text())
        forged["outputs"]["index.html"] = auditing.digest.__wrapped__(output)
        record.write_text(json.dumps(forged, indent=2, sort_keys=True) + "\n")
        assert findings_now()[str(output)].verdict is Verdict.TAMPERED
        committed.run("dvc", "commit", "--force", "--quiet")
        found = findings_now()
        assert list(found) == ["dvc.lock"]
        assert found["dvc.lock"].verdict is Verdict.UNRECORDED
        assert found["dvc.lock"].reasons[0].endswith("reports/index.html, reports/index.record.json")
        assert list(findings_now("reports/table1.csv")) == ["dvc.lock"]
    finally:
        for path, content in before.items():
            path.unlink()  # DVC may have made it a link into its cache
            path.write_bytes(content)
    assert findings_now() == {}


def test_a_folder_that_nobody_remembers_file_by_file_is_named(committed, monkeypatch):
    monkeypatch.chdir(committed.root)
    hidden = committed.root.parent / "cache"
    shutil.move(".dvc/cache", hidden)
    path = Path(ACCURACIES).with_name("fgsm.record.json")
    flip(path, 20)
    try:
        found = findings_now()
        assert found["results/demo/fgsm"].verdict is Verdict.TAMPERED
        assert "DVC's cache can tell" in told(found)
        assert str(path) in told(found)
    finally:
        flip(path, 20)
        shutil.move(hidden, ".dvc/cache")
    assert findings_now() == {}


def test_a_page_tells_the_same(committed, tmp_path, monkeypatch):
    monkeypatch.chdir(committed.root)
    flip(Path(ACCURACIES), 40)
    try:
        done = committed.run("snnlocality", "audit", "--html", str(tmp_path / "audit.html"), check=False)
    finally:
        flip(Path(ACCURACIES), 40)
    assert done.returncode == 1
    text = (tmp_path / "audit.html").read_text()
    assert text.count('class="verdict tampered"') == 3  # in all, of its step, of itself
    assert f"{ACCURACIES} is not what" in text
    assert "dvc.lock as committed" in text
    assert "<td>train</td>" in text  # what ran where


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
    assert found["results/demo/conversion/vision/fold0/seed0/accuracies.csv"] is Verdict.STALE
    assert "results/demo/vision/bptt/ff/fold0/seed0/model.safetensors" not in found


def test_what_was_made_by_hand_is_told_from_what_no_step_made(project, findings):
    project.run("snnlocality", "train", "--task", "vision", "--rule", "bptt", "--arch", "ff", "--seed", "7")
    (project.root / "results/demo/notes.txt").write_text("mine")
    found = {path: one for path, one in findings().items() if one.verdict is Verdict.ORPHAN}
    of_run = {path for path in found if path.startswith("results/demo/vision/bptt/ff/fold0/seed7/")}
    assert len(of_run) == 4
    assert all("a step made it, by hand or with other parameters" in told({path: found[path]}) for path in of_run)
    assert "no step of this study makes it" in told({"": found["results/demo/notes.txt"]})


def test_a_study_of_which_nothing_is_computed_takes_few_lines(project):
    done = project.run("snnlocality", "audit", "--study", "paper", check=False)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) < 50
    assert "train: 40 missing" in done.stdout
    assert "Nothing of it has been computed: snakemake --config study=paper\n" in done.stdout
    scaled = project.run("snnlocality", "audit", "--study", "paper-x0.1", check=False).stdout
    assert "snakemake --config study=paper scale=0.1\n" in scaled


def test_of_many_findings_a_few_are_told_or_all(root, monkeypatch):
    monkeypatch.chdir(root)
    of = "results/demo/vision/bptt/ff/fold0/seed{}/model.safetensors"
    stale = [Finding("train", of.format(n), Verdict.STALE, (f"{n}a", f"{n}b", f"{n}c", f"{n}d")) for n in range(10)]
    tampered = [Finding("train", of.format(10), Verdict.TAMPERED, ("x" * 5000,))]
    reports = [Finding(name, f"reports/{name}.csv", Verdict.MISSING, ()) for name in ("table1", "table2")]
    few, everything = (
        audit_text.tree(parameters.load(), [*stale, *tampered, *reports], everything=everything)
        for everything in (False, True)
    )
    assert len(few.splitlines()) < 30
    assert max(map(len, few.splitlines())) < 300
    for words in (
        "train: 10 stale, 1 tampered",
        "and 7 more that are stale",
        of.format(10),
        "reports: 2 missing",
        "2c",
    ):
        assert words in few
    assert "2d" not in few
    assert all(f"{n}d" in everything for n in range(10))
    assert "x" * 5000 in everything


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


TABLE3 = "reports/table3.csv"


@pytest.mark.parametrize(
    ("report", "text", "words"),
    [
        (TABLE3, "rule=hebb", ["reports/table3.csv has no row with method=hebb", "BPTT, e-prop"]),
        (TABLE3, "epsilon=0.3", ["no row with epsilon=0.3", "0.0100, 0.0200, 0.0500"]),
        (TABLE3, "attack=nonsense", ["no row with attack=nonsense", "counterpart, "]),
        (TABLE3, "metric=foo", ["'metric' does not name a cell of reports/table3.csv", "use attack, method, arch"]),
        (TABLE3, "trigger=visible", ["'trigger' does not name a cell of reports/table3.csv"]),
        (TABLE3, "method=bptt,attack=own_routing", ["no row with all of method=bptt, attack=own_routing"]),
        (TABLE3, "seed=7", ["No run behind reports/table3.csv matches seed=7"]),
        ("reports/table2.html", "metric=foo", ["reports/table2.csv has no row with metric=foo", "test_accuracy"]),
        (TABLE3, "method", ["'method' is no cell", "key=value"]),
        ("reports/figure1.svg", "method=bptt", ["No run behind reports/figure1.svg"]),
    ],
)
def test_a_cell_that_is_none_is_refused(report, text, words, project, monkeypatch):
    monkeypatch.chdir(project.root)
    with pytest.raises(UserError) as told:
        cell.text(parameters.load(), (report,), text)
    assert all(word in str(told.value) for word in words), told.value


@pytest.mark.parametrize(
    ("report", "text", "found"),
    [
        ("reports/table2.md", "dataset=timit,method=BPTT", {"collect", "evaluate", "train"}),
        ("reports/table2.md", "task=speech,rule=bptt", {"collect", "evaluate", "train"}),
        (
            "reports/table4.csv",
            "poison_rate=.5,trigger=visible,rule=bptt",
            {"backdoor", "collect", "evaluate", "train"},
        ),
        ("reports/conversion.svg", "neuron=IF,step=1", {"convert", "prepare"}),
    ],
)
def test_a_cell_may_be_named_by_any_column_of_its_table(report, text, found, project, monkeypatch):
    monkeypatch.chdir(project.root)
    chosen = parameters.load()
    runs = cell.behind(chosen, report, dict(pair.split("=") for pair in text.split(",")))
    assert {run.name for run in runs} == found
    assert all("eprop" not in str(run.output) for run in runs)
    assert ("speech" in str(runs[0].output)) == ("table2" in report)


def test_a_value_with_a_comma_names_a_cell(project, monkeypatch):
    monkeypatch.chdir(project.root)
    asked = "method=BPTT,trigger=visible, poisoned test set,poison_rate=0.5"
    behind = cell.text(parameters.load(), ("reports/table4.csv",), asked)
    assert "/bptt/ff/visible/rate0.5/" in behind
    assert "invisible" not in behind


@pytest.mark.parametrize(
    "change",
    [{"started": 5}, {"started": "yesterday"}, {"seconds": None}, {"seconds": 1e300}, {"host": {}}, {"libraries": []}],
)
def test_a_malformed_log_is_none(change, project):
    log = project.root / "logs/results/demo/vision/bptt/ff/fold0/seed0/train.execution.json"
    log.write_text(json.dumps(json.loads(log.read_text()) | change))
    done = project.run("snnlocality", "audit", "reports/curves.csv", "--cell", "method=bptt,dataset=N-MNIST")
    assert "no log here belongs to this record" in done.stdout
    project.run("snnlocality", "audit", "--html", "audit.html", "reports/curves.csv")


def test_a_file_may_be_named_from_anywhere(project, tmp_path):
    (tmp_path / "linked").symlink_to(project.root)
    for path in (project.root / TABLE3, tmp_path / "linked" / TABLE3, f"./reports/../{TABLE3}"):
        assert "Everything is ok." in project.run("snnlocality", "audit", str(path)).stdout
    done = project.run("snnlocality", "audit", str(tmp_path / "other" / TABLE3), check=False)
    assert f"other/{TABLE3} is made by no step of this study" in done.stderr


def test_a_file_that_nobody_makes_is_refused(project):
    done = project.run("snnlocality", "audit", "README.md", check=False)
    assert done.returncode == 2
    assert "made by no step" in done.stderr

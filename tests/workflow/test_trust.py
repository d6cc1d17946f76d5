"""Results are refused when they were edited, and what DVC remembers is what Snakemake computes."""

import json
import shutil
from dataclasses import dataclass

import pytest
import yaml

from snnlocality import parameters
from snnlocality.storage import sha256
from snnlocality.study import catalogue

METRICS = "results/demo/vision/bptt/ff/fold0/seed0/metrics.json"


def test_a_hand_edited_metric_is_refused_by_name(project):
    path = project.root / METRICS
    path.write_text(path.read_text().replace('"test_accuracy": 0.', '"test_accuracy": 0.9'))
    before = (project.root / "reports/table2.csv").read_bytes()
    done = project.run("snakemake", "reports/table2.csv", check=False)
    assert done.returncode != 0
    assert f"{METRICS} was changed after it was made" in done.stdout + done.stderr
    assert (
        not (project.root / "reports/table2.csv").exists()
        or (project.root / "reports/table2.csv").read_bytes() == before
    )


@dataclass(frozen=True)
class Edit:
    """An edit of one kind of output, and the DVC stage that remembers it."""

    path: str
    stage: str
    old: bytes
    new: bytes


RUN = "results/demo/vision/bptt/ff/fold0/seed0"
EDITS = {
    "metrics": Edit(f"{RUN}/metrics.json", "runs@vision-bptt", b'"test_accuracy": 0.', b'"test_accuracy": 0.9'),
    "model": Edit(f"{RUN}/model.safetensors", "runs@vision-bptt", b"F32", b"I32"),
    "table of runs": Edit("results/demo/vision/bptt/runs.csv", "runs@vision-bptt", b",0.", b",0.9"),
    "data": Edit("results/demo/vision/data.safetensors", "prepare@vision", b'"U8"', b'"B8"'),
    "report": Edit("reports/table2.md", "table2", b"BPTT", b"DPTT"),
    "page": Edit("reports/index.html", "index", b"BPTT", b"DPTT"),
    "record": Edit("reports/table3.record.json", "table3", b'"vision": "digits"', b'"vision": "nmnist"'),
}


def locked_results(root):
    """What DVC remembers of results and reports."""
    stages = yaml.safe_load((root / "dvc.lock").read_text())["stages"].values()
    return {out["path"]: out["md5"] for stage in stages for out in stage.get("outs", ())}


@pytest.mark.parametrize("kind", EDITS)
def test_neither_engine_launders_an_edit(kind, committed, tmp_path):
    edit = EDITS[kind]
    root = tmp_path / "project"
    shutil.copytree(committed.root, root, symlinks=True)
    project = type(committed)(root)
    path = root / edit.path
    content, lock, before = path.read_bytes(), locked_results(root), results_of(root)
    assert edit.old in content
    path.unlink()
    path.write_bytes(content.replace(edit.old, edit.new, 1))
    edited = sha256(path)

    # DVC sees that an output is not what it remembers, asks Snakemake, and would remember what is there then.
    done = project.run("dvc", "repro", "--single-item", edit.stage, check=False)
    refused = done.returncode != 0 and edit.path in done.stdout + done.stderr
    assert refused or path.read_bytes() == content  # or computed again
    assert locked_results(root) == lock

    # Snakemake refuses where something is made from it, and otherwise makes nothing of it.
    project.run("snakemake", check=False)
    others = {name: digest for name, digest in results_of(root).items() if before[name] != digest}
    assert others in ({}, {edit.path: edited})


def results_of(root):
    """Digest of every result and report, by name."""
    files = [path for folder in ("results", "reports") for path in (root / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): sha256(path) for path in files}


def test_an_edited_report_is_not_shown(project):
    path = project.root / "reports/table2.md"
    path.write_text(path.read_text() + "edited")
    done = project.run("snnlocality", "show", "table2", check=False)
    assert done.returncode == 2
    assert "reports/table2.md was changed after it was made" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "unwritable"),
    [
        ("crate /proc/study.zip", "/proc/study.zip"),
        ("crate params.yaml/study", "params.yaml/study"),
        ("snapshot --folder params.yaml", "params.yaml/table1.csv"),
        ("train-many --task vision --rule bptt --arch ff", "/proc/cache/entry.json"),
    ],
)
def test_where_nothing_can_be_written_is_named(command, unwritable, project):
    done = project.run("env", "SNNLOCALITY_RUN_CACHE=/proc/cache", "snnlocality", *command.split(), check=False)
    assert done.returncode == 2
    assert f"{unwritable} could not be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_without_a_record_is_refused(project):
    (project.root / METRICS).with_name("evaluate.record.json").unlink()
    done = project.run("snnlocality", "collect", "--task", "vision", "--rule", "bptt", check=False)
    assert done.returncode == 2
    assert f"{METRICS} has no record" in done.stderr


def test_a_run_repeated_gives_the_same_bytes(project):
    folder = project.root / "results/demo/vision/eprop/ff/fold0/seed0"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    project.run("snakemake", METRICS.replace("bptt", "eprop"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_records_hold_what_decides_and_executions_what_happened(project):
    record = json.loads((project.root / METRICS).with_name("train.record.json").read_text())
    assert set(record) == {"step", "settings", "code", "libraries", "inputs", "outputs"}
    assert record["settings"]["rule"] == "bptt"
    execution = project.root / "logs" / METRICS.replace("metrics.json", "train.execution.json")
    assert {"commit", "dirty", "host", "processor", "started", "seconds", "libraries"} <= set(
        json.loads(execution.read_text())
    )


def test_dvc_repro_after_snakemake_executes_no_rule_and_settles(project):
    def executions():
        return {path: path.read_bytes() for path in project.root.glob("logs/**/*.execution.json")}

    before = executions()
    project.run("git", "init", "-q")
    project.run("dvc", "repro")
    # DVC gives every output it stores a new time stamp; that alone must not train anything again.
    assert executions() == before
    lock = (project.root / "dvc.lock").read_bytes()
    again = project.run("dvc", "repro")
    assert "Data and pipelines are up to date" in again.stdout + again.stderr
    assert (project.root / "dvc.lock").read_bytes() == lock
    assert executions() == before
    assert project.planned() == set()
    metrics = json.loads(project.run("dvc", "metrics", "show", "--json").stdout)
    assert set(metrics[""]["data"]["reports/metrics.json"]["data"]) == {
        "N-MNIST (digits)",
        "TIMIT (phones)",
    }


@pytest.mark.parametrize("study", ["demo", "sample", "paper"])
def test_dvc_stages_cover_exactly_what_the_workflow_makes(study, monkeypatch, root):
    monkeypatch.chdir(root)
    chosen = parameters.load(study=study)
    jobs = list(catalogue.everything(chosen))
    made = {str(path) for job in jobs for path in (*job.output_paths, job.record)}
    stages = list(_resolved_stages(root, study, chosen.rules))
    outs = [out for stage in stages for out in stage["outs"]]
    for path in made:
        owners = [out for out in outs if path == out or path.startswith(f"{out}/")]
        assert len(owners) == 1, f"{path} belongs to {owners}"
    for stage in stages:
        made_by_snakemake, target = stage["targets"]
        assert target == made_by_snakemake  # is what the audit checks then
        assert target in made
        assert any(target == out or target.startswith(f"{out}/") for out in stage["outs"])


def _resolved_stages(root, study, rules):
    """Outputs of every stage of dvc.yaml and the last words of its commands, its templates filled in."""
    for name, stage in yaml.safe_load((root / "dvc.yaml").read_text())["stages"].items():
        if name == "study":  # which makes nothing
            continue
        items = [{}]
        for key, values in stage.get("matrix", {}).items():
            values = rules if values == "${rules}" else values
            items = [item | {key: value} for item in items for value in values]
        for item in items:

            def fill(text, item=item):
                text = text.replace("${study}", study)
                for key, value in item.items():
                    text = text.replace("${item." + key + "}", value)
                return text

            outs = [*stage.get("outs", []), *stage.get("metrics", []), *stage.get("plots", [])]
            assert all(out[name]["persist"] for out in outs for name in out)
            commands = stage["cmd"] if isinstance(stage["cmd"], list) else [stage["cmd"]]
            yield {
                "outs": [fill(name) for out in outs for name in out],
                "targets": [fill(command.split()[-1]) for command in commands],
            }

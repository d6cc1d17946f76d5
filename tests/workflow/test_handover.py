"""Results travel with a clone: what one machine computed, another need not, by either engine."""

import base64
import json
import shutil
import urllib.request
from pathlib import Path

import pytest
import yaml

from snnlocality.provenance.memory import recall

CELL = "--task vision --rule {} --arch ff --fold 0 --seed 0"


def git(project, *command):
    identity = ("-c", "user.name=A lab", "-c", "user.email=lab@example.org")
    return project.run("git", *identity, *command).stdout


def contents(project):
    """The bytes of all results and reports by path."""
    files = [path for name in ("results", "reports") for path in (project.root / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(project.root)): path.read_bytes() for path in files}


def locked(project):
    """What DVC remembers by stage and file."""
    stages = yaml.safe_load((project.root / "dvc.lock").read_text())["stages"]
    return {
        (name, kind, file["path"]): file["md5"]
        for name, stage in stages.items()
        for kind in ("deps", "outs")
        for file in stage.get(kind, [])
    }


def audited(project):
    return project.run("snnlocality", "audit").stdout


@pytest.fixture(scope="module")
def lab(committed, tmp_path_factory):
    """A repository with the finished study, its results and logs pushed to a folder."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(committed.root, folder / "project", symlinks=True)
    project = type(committed)(folder / "project")
    project.run("git", "branch", "-M", "main")
    project.run("dvc", "remote", "add", "-d", "lab", str(folder / "remote"))
    project.run("dvc", "add", "--quiet", "logs")
    project.run("dvc", "push", "--quiet")
    git(project, "add", "logs.dvc")
    git(project, "commit", "-q", "-a", "-m", "Where the results are")
    return project


def cloned(lab, root):
    """A clone without results."""
    lab.run("git", "clone", "-q", str(lab.root), str(root))
    return type(lab)(root)


def test_a_bare_clone_computes_everything_and_one_with_results_nothing(lab, tmp_path):
    project = cloned(lab, tmp_path / "clone")
    assert not (project.root / ".snakemake").exists()
    assert project.planned() == lab.executed({})
    shutil.rmtree(project.root / ".snakemake")

    project.run("dvc", "pull", "--quiet")
    for command in (
        ("snakemake", "-n", "reports/table2.csv"),
        ("snakemake", "--profile", "slurm", "--config", "study=demo", "-n", "reports/table2.csv"),
        ("snakemake", "-n"),
    ):
        done = project.run(*command)
        assert "Nothing to be done" in done.stdout + done.stderr, command
    repro = project.run("dvc", "repro")
    assert "Data and pipelines are up to date" in repro.stdout + repro.stderr
    assert git(project, "status", "--porcelain") == ""
    assert "Everything is ok" in audited(project)
    assert project.executions() == lab.executions()  # who computed what, when and where, came along


def test_results_travel_through_s3(lab, tmp_path, monkeypatch):
    from moto.server import ThreadedMotoServer

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "lab-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        urllib.request.urlopen(urllib.request.Request(f"{address}/results", method="PUT")).close()
        source = cloned(lab, tmp_path / "source")
        source.run("dvc", "cache", "dir", "--local", str(lab.root / ".dvc/cache"))
        source.run("dvc", "remote", "add", "-d", "cloud", "s3://results/snnlocality")
        source.run("dvc", "remote", "modify", "cloud", "endpointurl", address)
        source.run("dvc", "push", "--quiet")
        git(source, "commit", "-q", "-a", "-m", "Results are in the cloud")
        received = cloned(source, tmp_path / "received")
        received.run("dvc", "pull", "--quiet")
    finally:
        server.stop()
    assert contents(received) == contents(lab)


@pytest.fixture(scope="module")
def changed(lab, tmp_path_factory):
    """Two clones with results, in which one parameter was changed: computed by Snakemake, and by DVC."""
    projects = []
    for engine in (("snakemake",), ("dvc", "repro")):
        project = cloned(lab, tmp_path_factory.mktemp(engine[0]) / "clone")
        project.run("dvc", "pull", "--quiet")
        project.edit_params(lambda params: params["representations"].update(batch=32))
        project.run(*engine)
        projects.append(project)
    projects[1].run("dvc", "add", "--quiet", "logs")
    git(projects[1], "commit", "-q", "-a", "-m", "Smaller batches")
    return projects


def test_both_engines_execute_the_same_jobs_and_remember_the_same(lab, changed):
    by_snakemake, by_dvc = changed
    before = lab.executions()
    assert by_snakemake.executed(before) == {
        *(f"shift {CELL.format(rule)}" for rule in ("bptt", "eprop")),
        "cka --task vision --arch ff --fold 0 --seed 0",
        *(f"ceiling --task vision --rule {rule} --arch ff --fold 0" for rule in ("bptt", "eprop")),
        *("figure2", "figure3", "spectrum", "claims", "index"),
    }
    assert by_dvc.executed(before) == by_snakemake.executed(before)
    assert "Everything is ok" in audited(by_dvc)
    by_snakemake.run("dvc", "commit", "--force", "--quiet")
    assert locked(by_snakemake) == locked(by_dvc)


def test_an_older_commit_and_back_have_nothing_to_do(changed):
    project = changed[1]
    now = contents(project)
    project.run("dvc", "install")  # git checkout then brings a commit's results, too
    for commit, newest in (("HEAD~1", False), ("main", True)):
        git(project, "checkout", "-q", commit)
        assert project.planned() == set()
        assert "Everything is ok" in audited(project)
        assert (contents(project) == now) == newest
    # Without the older results there is work, but coming back there is none.
    for commit, work in (("HEAD~1", True), ("main", False)):
        git(project, "-c", "core.hooksPath=/dev/null", "checkout", "-q", commit)
        assert bool(project.planned()) == work


def test_switching_the_study_and_back_renders_reports_alone(project):
    def another_study(params):
        params["studies"]["other"] = params["studies"]["demo"]

    project.edit_params(another_study)
    assert project.planned() == set()
    before = project.executions()
    project.run("snakemake", "--config", "study=other", "scale=0.2", "--", "reports/figure4.svg")
    training = {f"train {CELL.format(rule)}" for rule in ("bptt", "eprop")}
    assert training < project.executed(before)
    back = project.planned("--config", "study=demo")
    assert back == {"figure4", "index"}
    before = project.executions()
    project.run("snakemake", "--config", "study=demo")
    assert project.executed(before) == back
    assert project.planned() == set()


def test_a_step_run_by_hand_counts(project):
    project.edit_params(lambda params: params["fgsm"].update(pgd_steps=2))
    by_hand = f"fgsm {CELL.format('bptt')}"
    planned = project.planned()
    assert by_hand in planned
    project.run("snnlocality", *by_hand.split())
    assert project.planned() == planned - {by_hand}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"step": 1}', '{"outputs": null}', "\xff", json.dumps({"step": "train", "inputs": {"a": 1}})],
)
def test_an_unreadable_record_tells_snakemake_nothing(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = Path("results/demo/vision/train.record.json")
    record.parent.mkdir(parents=True)
    record.write_bytes(text.encode("latin-1"))
    recall("demo")
    assert not any(Path(".snakemake/metadata").iterdir())


@pytest.mark.parametrize("text", [None, "", '{"step": "train"}'])
def test_a_step_without_a_readable_record_is_executed_again(text, project):
    run = "results/demo/vision/bptt/ff/fold0/seed0"
    record = project.root / run / "train.record.json"
    content = record.read_text()
    again = {f"{step} {CELL.format('bptt')}" for step in ("train", "evaluate", "fgsm", "shift", "fisher")}
    for memory in (True, False):
        if not memory:  # as in a clone
            shutil.rmtree(project.root / ".snakemake")
        record.unlink() if text is None else record.write_text(text)
        assert again <= project.planned()
        record.write_text(content)
        assert project.planned() == set()


def test_what_the_audit_advises_helps(project):
    record = project.root / "reports/table1.record.json"
    record.write_text("{")
    told = project.run("snnlocality", "audit", "reports/table1.csv", check=False).stdout
    assert "remove it and run the workflow again" in told
    record.unlink()
    project.run("snakemake")
    project.run("snnlocality", "audit")
    assert project.planned() == set()


def test_a_record_speaks_of_its_own_folder_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("reports").mkdir()
    forged = {"step": "table1", "settings": {}, "code": "", "libraries": {}, "inputs": {}}
    Path("reports/table1.record.json").write_text(json.dumps(forged | {"outputs": {"../results/metrics.json": ""}}))
    recall("demo")
    told = {base64.urlsafe_b64decode(path.name).decode() for path in Path(".snakemake/metadata").iterdir()}
    assert told == {"reports/table1.record.json", "reports/metrics.json"}


def test_changed_raw_files_are_prepared_again(project, monkeypatch, tmp_path):
    project.run("snnlocality", "export", "timit", str(tmp_path), "--scale", "0.01")
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path))
    project.edit_params(lambda params: params["studies"]["demo"]["tasks"]["speech"]["data"].update(source="timit"))
    data = "results/demo/speech/data.safetensors"
    project.run("snakemake", data)
    labels = sorted((tmp_path / "timit").rglob("*.[pP][hH][nN]"))
    # A copy of the data on another machine has other time stamps, and nobody need have them at all.
    labels[0].touch()
    assert project.planned(data) == set()
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path / "nowhere"))
    assert project.planned(data) == set()
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path))
    labels[0].write_text(labels[0].read_text() + "\n")
    assert project.planned(data) == {"prepare --task speech"}
    project.run("snakemake", data)
    assert project.planned(data) == set()
    labels[1].unlink()
    assert project.planned(data) == {"prepare --task speech"}

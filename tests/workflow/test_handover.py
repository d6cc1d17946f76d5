"""Results travel with a clone: what one machine computed, another need not, by either engine."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

EPROP = "results/demo/vision/eprop/ff/fold0/seed0"
NOTHING = "Nothing to be done"


def git(project, *command):
    identity = ("-c", "user.name=A lab", "-c", "user.email=lab@example.org")
    return project.run("git", *identity, *command).stdout


def executions(project):
    """The step executions that happened in a project, with when: their logs' bytes by path."""
    logs = project.root / "logs"
    return {str(path.relative_to(logs)): path.read_bytes() for path in logs.rglob("*.execution.json")}


def executed(project, before):
    """The commands executed since, as ``planned`` writes them."""
    new = [json.loads(log) for path, log in executions(project).items() if before.get(path) != log]
    return {_command(log["command"][1:]) for log in new}


def _command(words):
    pairs = dict(zip(words[1::2], words[2::2], strict=True))
    return " ".join([words[0], *(f"{key} {value}" for key, value in pairs.items() if key not in ("--study", "--threads"))])


def audited(project):
    return project.run("snnlocality", "audit").stdout


@pytest.fixture(scope="module")
def lab(finished, tmp_path_factory):
    """A repository with the finished study, its results pushed to a folder."""
    folder = tmp_path_factory.mktemp("lab")
    root = folder / "project"
    shutil.copytree(finished.root, root, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    project = type(finished)(root)
    project.run("git", "init", "-q", "-b", "main")
    project.run("dvc", "remote", "add", "-d", "lab", str(folder / "remote"))
    # As `dvc repro` leaves it (test_trust runs that), without asking Snakemake for every stage.
    project.run("dvc", "commit", "--force", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "-q", "-m", "The study, computed")
    project.run("dvc", "push", "--quiet")
    return project


def cloned(lab, root):
    """A clone without results."""
    lab.run("git", "clone", "-q", str(lab.root), str(root))
    return type(lab)(root)


@pytest.fixture
def clone(lab, tmp_path):
    """A clone with the results pulled."""
    project = cloned(lab, tmp_path / "clone")
    project.run("dvc", "pull", "--quiet")
    return project


def test_a_bare_clone_computes_everything_and_one_with_results_nothing(lab, tmp_path):
    project = cloned(lab, tmp_path / "clone")
    assert not (project.root / ".snakemake").exists()
    everything = {_command(json.loads(log)["command"][1:]) for log in executions(lab).values()}
    assert project.planned() == everything
    shutil.rmtree(project.root / ".snakemake")

    project.run("dvc", "pull", "--quiet")
    for command in (
        ("snakemake", "-n", "reports/table2.csv"),
        ("snakemake", "--profile", "slurm", "--config", "study=demo", "-n", "reports/table2.csv"),
        ("snakemake", "-n"),
    ):
        done = project.run(*command)
        assert NOTHING in done.stdout + done.stderr, command
    repro = project.run("dvc", "repro")
    assert "Data and pipelines are up to date" in repro.stdout + repro.stderr
    assert git(project, "status", "--porcelain") == ""
    assert "Everything is ok" in audited(project)
    assert executions(project) == executions(lab)  # who computed what, when and where, came along

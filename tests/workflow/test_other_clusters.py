"""Executors besides Slurm, by profile alone: the scheduler's commands are played by scripts of a few lines."""

import importlib.util
import os

import pytest
import yaml

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("snakemake_executor_plugin_cluster_generic") is None,
    reason="needs snakemake-executor-plugin-cluster-generic",
)

RUN = "results/demo/vision/bptt/ff/fold0/seed0"
# Submitting: run the script, keep what it was submitted with.
QSUB = """#!/bin/sh
echo "$@" >> submitted
for script; do :; done
sh "$script" > job.log 2>&1 &
echo $!
"""
# A Job of Kubernetes: run its command, keep its manifest.
KUBECTL = """#!/bin/sh
case $1 in
create) cat > manifest.yaml; sh "$(sed -n 's/.*command:.*"\\(.*\\)".*/\\1/p' manifest.yaml)" > job.log 2>&1
        echo $? > ended; echo job.batch/snnlocality-x ;;
get) [ "$(cat ended)" = 0 ] && echo Complete || echo Failed ;;
esac
"""


@pytest.mark.parametrize("profile", ["generic", "kubernetes"])
def test_the_whole_paper_study_is_planned(project, profile):
    planned = project.run("snakemake", "--profile", f"workflow/profiles/{profile}", "-n", "all", "train_many")
    assert "Study: paper" in planned.stdout + planned.stderr
    assert "Train all seeds of vision bptt ff" in planned.stdout


@pytest.mark.parametrize(("profile", "name", "script"), [("generic", "qsub", QSUB), ("kubernetes", "kubectl", KUBECTL)])
def test_a_run_is_one_job_of_the_scheduler(project, monkeypatch, tmp_path, profile, name, script):
    command = tmp_path / name
    command.write_text(script)
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SNNLOCALITY_IMAGE", "image")
    monkeypatch.setenv("SNNLOCALITY_CLAIM", "claim")
    before = {file: (project.root / RUN / file).read_bytes() for file in ("model.safetensors", "metrics.json")}
    (project.root / RUN / "model.safetensors").unlink()
    (project.root / RUN / "metrics.json").unlink()
    options = ("--profile", f"workflow/profiles/{profile}", "--config", "study=demo", "--latency-wait", "5")
    project.run("snakemake", *options, "--", f"{RUN}/metrics.json")
    assert {file: (project.root / RUN / file).read_bytes() for file in before} == before
    if name == "qsub":
        (submitted,) = (project.root / "submitted").read_text().splitlines()
        assert "-pe smp 1 -l h_vmem=2000M,h_rt=0:35:0,gpu=0" in submitted
    else:
        (pod,) = yaml.safe_load((project.root / "manifest.yaml").read_text())["spec"]["template"]["spec"]["containers"]
        assert pod["image"] == "image"
        assert pod["workingDir"] == str(project.root)
        assert pod["resources"]["requests"] == {"cpu": 1, "memory": "2000M"}

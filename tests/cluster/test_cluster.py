"""The paper study on a real Slurm on this machine, on exported trees and scaled down by one number, while jobs die.

`make test-cluster` starts that Slurm (with-slurm). Two projects compute the same study: one here, one there.
"""

import os
import subprocess
import time
from csv import DictReader
from pathlib import Path

import pytest

from snnlocality.checkpoints import VARIABLE
from workflow.conftest import Project, fresh_copy

REASON = "needs the Slurm that `make test-cluster` starts"
pytestmark = pytest.mark.skipif("WITH_SLURM" not in os.environ, reason=REASON)

SCALE = ("--config", "scale=0.1")
SLURM = ("snakemake", "--profile", "slurm", "--slurm-init-seconds-before-status-checks", "4")
SLURM += ("--slurm-efficiency-report", "--slurm-efficiency-report-path", "logs", *SCALE)
TABLE = "reports/table2.csv"
RUN = "results/paper-x0.1/vision/bptt/ff/fold0/seed0"
LIMIT = 600  # seconds; longer than any command here takes


@pytest.fixture(scope="module", autouse=True)
def trees(tmp_path_factory):
    """Files in the formats of the real data sets."""
    root = tmp_path_factory.mktemp("trees")
    for command in (("nmnist", str(root), "--count", "140"), ("timit", str(root), "--scale", "0.02")):
        subprocess.run(["snnlocality", "export", *command], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNNLOCALITY_DATA", str(root))
        yield root


@pytest.fixture(scope="module")
def here(trees, tmp_path_factory) -> Project:
    """The study, computed on this machine."""
    project = fresh_copy(tmp_path_factory.mktemp("here") / "project")
    project.run("snakemake", "--config", "study=paper", "scale=0.1", "--", TABLE)
    return project


@pytest.fixture(scope="module")
def there(trees, tmp_path_factory) -> Project:
    """The project whose study the cluster computes."""
    return fresh_copy(tmp_path_factory.mktemp("there") / "project")


def megabytes(text: str) -> float:
    """As Slurm writes them with `--units=M`."""
    return float(text.removesuffix("M"))


def artifacts(project: Project) -> dict[str, bytes]:
    files = [path for folder in ("results", "reports") for path in (project.root / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(project.root)): path.read_bytes() for path in files}


def started(project: Project, *command: str) -> subprocess.Popen:
    return subprocess.Popen(
        command,
        cwd=project.root,
        env=project.environment | {VARIABLE: "0"},  # so short trainings keep checkpoints too
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen) -> tuple[int, str]:
    """Exit status and output."""
    try:
        output, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"not over after {LIMIT} s:\n{process.communicate()[0]}")
    return process.returncode, output


def cancel_a_job_in_training(project: Project, process: subprocess.Popen) -> str:
    """End, as an administrator would, a Slurm job while one of its runs trains; return its number."""
    begun, deadline = time.time(), time.monotonic() + LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        running = squeue("--states=RUNNING", "--format=%A %k")
        jobs = [line.split()[0] for line in running.splitlines() if "train" in line]
        checkpoints = project.root.glob(".checkpoints/**/train/*.safetensors")
        if jobs and any(changed(checkpoint) > begun for checkpoint in checkpoints):
            subprocess.run(["scancel", jobs[0]], check=True)
            return jobs[0]
        time.sleep(0.2)
    pytest.fail(f"no job was seen to train:\n{ended(process)[1]}")


def changed(path: Path) -> float:
    """When a file was last written; 0 if it is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def squeue(*options: str) -> str:
    return subprocess.run(["squeue", "--noheader", *options], check=True, capture_output=True, text=True).stdout


def accounts(*options: str) -> list[dict[str, str]]:
    """What Slurm's accounting knows of all jobs so far; of itself sacct looks back to midnight."""
    command = ["sacct", "--parsable2", "--starttime=now-1days", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return list(DictReader(done.stdout.splitlines(), delimiter="|"))


def test_after_a_cancelled_job_the_same_command_leads_to_the_same_artifacts(here, there):
    """First without retries, so that the command fails; then as the profile has it, so that the job is tried again."""
    command = started(there, *SLURM, "--retries", "0", "--", TABLE)
    cancelled = cancel_a_job_in_training(there, command)
    status, output = ended(command)
    assert status != 0
    assert f"JOB {cancelled} ON node" in output  # the job's own log
    assert "CANCELLED" in output
    assert not (there.root / TABLE).exists()
    finished = {path for path in there.root.glob("results/**/metrics.json")}
    assert finished  # the other jobs went on

    command = started(there, *SLURM, "--", TABLE)
    cancelled = cancel_a_job_in_training(there, command)
    status, output = ended(command)
    assert status == 0, output
    assert f"JOB {cancelled} ON node" in output  # the job's own log
    assert "CANCELLED" in output
    assert "Trying to restart" in output
    jobs = accounts("-X", "--format=ReqMem,Comment")
    assert [job["ReqMem"] for job in jobs if "train" in job["Comment"]][-2:] == ["2000M", "4000M"]
    assert artifacts(there) == artifacts(here)
    # What was trained when the jobs were cancelled was not trained again.
    assert any("resumed_after_batches" in log.read_text() for log in there.root.glob("logs/**/train.execution.json"))


def test_afterwards_there_is_nothing_to_do_there_and_here(there):
    for profile in ("slurm", "workflow/profiles/ci"):
        done = there.run("snakemake", "--profile", profile, "--config", "study=paper", "scale=0.1", "-n", "--", TABLE)
        assert "Nothing to be done" in done.stdout + done.stderr


def test_only_training_many_at_once_asks_for_a_graphics_card(there):
    cell = f".run-cache/{RUN.removeprefix('results/').removesuffix('/seed0')}.trained"
    model = there.root / RUN / "model.safetensors"
    before = model.read_bytes()
    status, output = ended(started(there, *SLURM, "--", cell))
    assert status == 0, output
    planned = there.run(*SLURM, "-n", "--", cell)
    assert "Nothing to be done" in planned.stdout + planned.stderr
    asked = {job["Comment"]: "gres/gpu=1" in job["ReqTRES"] for job in accounts("-X", "--format=Comment,ReqTRES")}
    assert {comment for comment, card in asked.items() if card} == {"rule_train_cell_wildcards_vision_bptt_ff_0"}
    assert len(asked) > 1

    model.unlink()
    there.run("snakemake", "--config", "study=paper", "scale=0.1", "--", str(model.relative_to(there.root)))
    assert '"taken_from": "run cache"' in (there.root / "logs" / RUN / "train.execution.json").read_text()
    assert model.read_bytes() == before


def test_many_runs_are_one_job_and_every_log_is_kept(there):
    jobs = accounts("-X", "--format=JobID,Comment,State")
    training = [job for job in jobs if "train" in job["Comment"] and job["State"] == "COMPLETED"]
    runs = list(there.root.glob("results/paper-x0.1/*/*/*/fold0/seed*/model.safetensors"))
    assert len(runs) == 15
    assert len(training) < len(runs) / 3
    kept = {log.stem for log in there.root.glob("logs/slurm/**/*.log")}
    assert kept >= {job["JobID"] for job in jobs}


def test_no_job_needs_more_than_it_asks_for(there):
    """From Slurm's samples; who exceeds time or memory would have been ended."""
    states = {job["State"].split()[0] for job in accounts("-X", "--format=State")}
    assert states == {"COMPLETED", "CANCELLED"}
    rows = accounts("--units=M", "--format=JobID,ReqMem,MaxRSS")
    asked = {row["JobID"]: megabytes(row["ReqMem"]) for row in rows if "." not in row["JobID"]}
    used = {row["JobID"]: megabytes(row["MaxRSS"] or "0") for row in rows if "." in row["JobID"]}
    assert sum(step.partition(".")[2].isdigit() for step in used) > 20  # others are Slurm's own: batch, extern
    for step, needed in used.items():
        assert needed < asked[step.partition(".")[0]], step


def test_a_report_tells_what_each_step_needed(there):
    """The plugin's, which looks back to midnight."""
    reports = [report.read_text() for report in there.root.glob("logs/efficiency_report_*.csv")]
    steps = [step for report in reports for step in DictReader(report.splitlines())]
    assert steps
    for step in steps:
        assert float(step["MaxRSS_MB"]) < float(step["RequestedMem_MB"])

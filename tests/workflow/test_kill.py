"""Snakemake killed with all its jobs: the same command, after ``--unlock``, ends with the same artifacts."""

import os
import shutil
import signal
import subprocess
import time

RUN = "results/demo/vision/eprop/ff/fold0/seed0"


def contents(project) -> dict[str, bytes]:
    """Everything but the page that says how long things took, and its record."""
    files = [path for folder in ("results", "reports") for path in (project.root / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(project.root)): path.read_bytes() for path in files if path.stem[:5] != "index"}


def test_a_killed_workflow_goes_on_to_the_same_artifacts(project):
    before = contents(project)
    shutil.rmtree(project.root / RUN)
    process = subprocess.Popen(
        ("snakemake",),
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    incomplete = project.root / ".snakemake/incomplete"
    while not (incomplete.exists() and any(path.is_file() for path in incomplete.rglob("*"))):
        assert process.poll() is None, "it was done too early"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    locked = project.run("snakemake", check=False)
    assert locked.returncode
    assert "--unlock" in locked.stdout + locked.stderr
    project.run("snakemake", "--unlock")
    project.run("snakemake")
    assert contents(project) == before
    assert not list(project.root.rglob("*.part"))

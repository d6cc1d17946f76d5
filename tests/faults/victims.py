"""Real commands in a project of their own, to be killed, starved and disturbed, and what they should leave behind."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from snnlocality.checkpoints import VARIABLE
from workflow.conftest import Project, fresh_copy

CHECKPOINTS = ".checkpoints"
OFTEN = {VARIABLE: "0.02"}  # so that a disturbance of a short training meets many of them
STUDY = "demo-x0.25"


def small(params: dict) -> None:
    """Make the demo study one of few data in which a training takes some seconds."""
    params["scale"] = 0.25
    params["rules"] = ["bptt", "eprop"]
    params["tasks"]["vision"] |= {"hidden": [40, 24], "architectures": ["ff", "rec"]}
    params["tasks"]["speech"] |= {"hidden": [40], "architectures": ["rec"]}
    study = params["studies"]["demo"]
    study["seeds"] = 8
    study["tasks"]["vision"]["training"] |= {"epochs": 100, "tuned": {}}
    study["tasks"]["speech"]["training"] |= {"epochs": 4, "tuned": {}}
    study["tasks"]["vision"]["data"]["steps"] = 20
    study["analyses"] = {"poison_rates": [0.5], "pairs": 1, "cka_samples": 64, "fisher_samples": 8}
    params["search"] |= {"seeds": [1000], "learning_rate": [0.001, 0.004], "slope": [10]}


@dataclass(frozen=True)
class Victim:
    """A command of a project, and where its artifacts lie."""

    project: Project
    command: tuple[str, ...]
    artifacts: tuple[str, ...]  # folders below the project's root
    variables: tuple[tuple[str, str], ...] = ()

    def start(self, **more) -> subprocess.Popen:
        """Start it in a session of its own, so that all its processes can be ended at once."""
        environment = self.project.environment | OFTEN | dict(self.variables)
        return subprocess.Popen(
            self.command,
            cwd=self.project.root,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **more,
        )

    def finish(self, **more) -> tuple[int, str]:
        """Run it to its end: exit status and what it said."""
        process = self.start(**more)
        said = process.communicate()[1]
        return process.returncode, said

    def found(self) -> dict[str, bytes]:
        """Its artifacts by path, without what a killed process left half-written under a temporary name."""
        root = self.project.root
        files = [path for folder in self.artifacts for path in (root / folder).rglob("*") if path.is_file()]
        whole = [path for path in files if not any(part.endswith(".part") for part in path.parts)]
        return {str(path.relative_to(root)): path.read_bytes() for path in whole}

    def forget(self) -> None:
        """Remove artifacts and checkpoints."""
        for folder in (*self.artifacts, CHECKPOINTS):
            shutil.rmtree(self.project.root / folder, ignore_errors=True)

    def checkpoints(self) -> list[Path]:
        """The checkpoints that are there, the newest first."""
        # (``Path.rglob`` fails on a folder that goes while it looks.)
        files = [Path(at) / name for at, _, names in os.walk(self.project.root / CHECKPOINTS) for name in names]
        whole = (path for path in files if path.suffix == ".safetensors" and not path.parent.name.endswith(".part"))
        return sorted(whole, reverse=True)


def kill(process: subprocess.Popen) -> None:
    """End a command and every process that it started, without warning."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def training(project: Project, **variables: str) -> Victim:
    """One run."""
    command = ("snnlocality", "train", "--task", "vision", "--rule", "bptt", "--arch", "rec")
    return Victim(project, command, (f"results/{STUDY}/vision/bptt/rec/fold0/seed0",), tuple(variables.items()))


def interrupted(victim: Victim, checkpoints: int = 2) -> None:
    """Kill a command that starts anew as soon as it has so many checkpoints."""
    kill(started_training(victim, checkpoints))
    assert not victim.found(), "artifacts before the end"


def started_training(victim: Victim, checkpoints: int = 1) -> subprocess.Popen:
    """A command that starts anew, as soon as it has so many checkpoints."""
    victim.forget()
    process = victim.start()
    deadline = time.monotonic() + 60
    while len(victim.checkpoints()) < checkpoints:
        assert process.poll() is None, "it was done too early"
        assert time.monotonic() < deadline, "it made no checkpoint"
        time.sleep(0.005)
    return process


def prepared_project(root: Path) -> Project:
    """A fresh project with prepared vision data and the small study."""
    project = fresh_copy(root)
    project.edit_params(small)
    project.run("snnlocality", "prepare", "--task", "vision")
    return project

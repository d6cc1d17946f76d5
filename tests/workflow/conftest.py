"""A project of its own for each test: the tracked files, with a study that runs in seconds."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import yaml
from filelock import FileLock

from forked import commands as forked_commands
from planned import commands, without_how
from snnlocality import portable

ROOT = Path(__file__).parents[2]
_PROJECT = ("Snakefile", "params.yaml", "dvc.yaml", ".dvc", ".dvcignore", ".gitignore")
_PROJECT += ("envs", "profiles", "published", "src", "workflow")
_OF_DVC = ("cache", "tmp")


@dataclass(frozen=True)
class Project:
    """A copy of the project in a folder of its own."""

    root: Path
    stand_ins: ClassVar[Path | None] = None  # for programs (``forked``)

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a command in the project: its own source first on the path."""
        own = ("SNNLOCALITY_ENGINE", "SNNLOCALITY_RUN_CACHE")  # a person's, not the test's
        return {key: value for key, value in os.environ.items() if key not in own} | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root / "src"),
            # A test must not find a person's own profiles or data.
            "XDG_CONFIG_HOME": str(self.root / ".config"),
            "SNAKEMAKE_PROFILE": "workflow/profiles/ci",
        }

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in the project, by a stand-in if it is one of ours."""
        environment = self.environment
        if self.stand_ins:
            environment["PATH"] = f"{self.stand_ins}{os.pathsep}{environment['PATH']}"
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True)
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def planned(self, *targets: str) -> set[str]:
        """The commands a run would execute now, without the study's name and the number of threads."""
        return commands(self.run("snakemake", "-n", "-p", *targets).stdout)

    def executions(self) -> dict[str, bytes]:
        """The execution records by path: of every step the last execution."""
        return {
            str(path.relative_to(self.root)): path.read_bytes() for path in self.root.glob("logs/**/*.execution.json")
        }

    def executed(self, before: dict[str, bytes]) -> set[str]:
        """The commands executed since, written as those planned."""
        new = [json.loads(record) for path, record in self.executions().items() if before.get(path) != record]
        return {without_how(" ".join(record["command"][1:])) for record in new}

    def edit_params(self, change: Callable[[dict], None]) -> None:
        """Change params.yaml in place."""
        path = self.root / "params.yaml"
        params = yaml.safe_load(path.read_text())
        change(params)
        path.write_text(yaml.safe_dump(params, sort_keys=False))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that must be there."""
        file = self.root / path
        text = file.read_text()
        assert old in text, f"{path} does not hold {old!r}"
        file.write_text(text.replace(old, new))


def tiny(params: dict) -> None:
    """Make the demo study one of seconds."""
    params["rules"] = ["bptt", "eprop"]
    params["tasks"]["vision"] |= {"hidden": [8, 6], "architectures": ["ff"]}
    params["tasks"]["speech"] |= {"hidden": [8], "architectures": ["ff"]}
    for task in ("vision", "speech"):
        study = params["studies"]["demo"]
        study["seeds"] = 1
        study["tasks"][task]["training"] |= {"epochs": 1, "tuned": {}}
    params["studies"]["demo"]["tasks"]["vision"]["data"]["steps"] = 10
    params["studies"]["demo"]["analyses"] = {
        "poison_rates": [0.5],
        "pairs": 1,
        "cka_samples": 64,
        "fisher_samples": 3,
    }
    params["conversion"]["steps"] = 8
    tutorial = params["tutorial"]
    for experiment in tutorial.values():
        experiment |= {"seeds": 1} | ({"epochs": 1} if "epochs" in experiment else {})
    for method in ("exact", "spikeprop"):
        tutorial["temporal_xor"][method]["epochs"] = 1
    tutorial["landscape"]["points"] = 2
    tutorial["convolution"] |= {"channels": [2, 2, 2], "samples": 10, "tested": 10}
    tutorial["surrogates"] |= {"surrogates": ["fast_sigmoid"], "hidden": [4], "samples": 10, "tested": 10}
    tutorial["adaptation"] |= {"delay": 2, "samples": 4}
    tutorial["rate_coding"] |= {"samples": 20, "tested": 10, "durations": [5]}


# Data take longer to simulate than all that a tiny study makes of them.
_FEW_DIGITS = """\"\"\"The first of scikit-learn's digits, as many as tests need.\"\"\"

from snnlocality.data.source import Source

SOURCE = Source("recordings", "snnlocality.data.sources.digits:few", samples=450)


def few():
    from dataclasses import replace

    from snnlocality.data.vision.saccades import digits

    every = digits()
    return replace(every, labels=every.labels[:450], official_test=every.official_test[:450])
"""
_FEW_PHONES = """\"\"\"Synthetic speech of as few speakers as tests need.\"\"\"

from snnlocality.data.source import Source

SOURCE = Source("utterances", "snnlocality.data.speech.phones:phones", 72, writer="snnlocality.data.sources.phones:few")


def few(root):
    from snnlocality.data.speech.phones import PhonesParameters, write_phones_tree

    write_phones_tree(root, PhonesParameters(train_speakers=6, develop_speakers=1, test_speakers=2))
"""


def fresh_copy(root: Path) -> Project:
    """What Git tracks of the project and its workflow needs, in a new folder; with a quarter of the data."""
    root.mkdir()
    for name in _PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", *_OF_DVC))
        else:
            shutil.copy(source, root / name)
    (root / "slurm").symlink_to("workflow/profiles/slurm")
    for name, source in (("digits", _FEW_DIGITS), ("phones", _FEW_PHONES)):
        (root / f"src/snnlocality/data/sources/{name}.py").write_text(source)
    return Project(root)


@pytest.fixture(scope="session", autouse=True)
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs that start at once, for ``Project.run``."""
    with forked_commands(tmp_path_factory.mktemp("programs") / "bin", portable.CODE_PATH | portable.THREADS) as folder:
        Project.stand_ins = folder
        yield
    Project.stand_ins = None


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """The tiny study, run once for all workers. Tests work on copies of it (``project``)."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    root, done = shared / "finished", shared / "finished.done"
    with FileLock(shared / "finished.lock"):
        if not done.exists():
            project = fresh_copy(root)
            project.edit_params(tiny)
            project.run("snakemake")
            done.touch()
    return Project(root)


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished tiny study that a test may change; time stamps are kept."""
    root = tmp_path / "project"
    shutil.copytree(finished.root, root, symlinks=True, ignore=shutil.ignore_patterns(*_OF_DVC))
    return Project(root)


@pytest.fixture(scope="session")
def committed(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The finished tiny study as DVC remembers it and Git has committed it; a test that changes it puts it back."""
    root = tmp_path_factory.mktemp("committed") / "project"
    shutil.copytree(finished.root, root, symlinks=True)
    project = Project(root)
    project.run("git", "init", "-q")
    project.run("git", "config", "user.email", "nobody@example.org")
    project.run("git", "config", "user.name", "nobody")
    project.run("dvc", "commit", "--force", "--quiet")
    project.run("git", "add", "--all")
    project.run("git", "commit", "-q", "-m", "A finished study")
    return project

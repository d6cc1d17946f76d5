"""The package as an installed wheel, in an empty folder, beside another group's package and files of one's own."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml

from planned import commands

ROOT = Path(__file__).parents[2]
FOREIGN = Path(__file__).parent / "foreign_package"


@dataclass(frozen=True)
class Study:
    """A study's folder, and the environment that has the packages."""

    root: Path
    programs: Path

    @property
    def site(self) -> Path:
        return next(self.programs.parent.glob("lib/python*/site-packages"))

    def run(self, *command: str, status: int = 0) -> str:
        """What a command says; only what is in the environment is found, and no checkout."""
        not_of_the_study = ("PYTHONPATH", "SNNLOCALITY_ENGINE")
        environment = {key: value for key, value in os.environ.items() if key not in not_of_the_study}
        environment |= {"PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}", "XDG_CONFIG_HOME": str(self.root)}
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True)
        assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def snakemake(self, *words: str) -> str:
        return self.run(str(self.programs / "python"), "-m", "snakemake", "-c2", *words)

    def planned(self, *targets: str) -> set[str]:
        return commands(self.snakemake("-n", "-p", "--", *targets))

    def edit(self, change) -> None:
        path = self.root / "params.yaml"
        params = yaml.safe_load(path.read_text())
        change(params)
        path.write_text(yaml.safe_dump(params, sort_keys=False))


def small(params: dict) -> None:
    """The study of the template on the other package's channels, with its rule, neurons and surrogate."""
    shipped = yaml.safe_load((ROOT / "params.yaml").read_text())
    task = {
        "dataset": "Sixteen",
        "hidden": [6],
        "architectures": ["ff"],
        "time_constants_ms": {"synapse": 10, "membrane": 20, "readout": 50},
        "loss": {"readout": "cross_entropy", "local": "cross_entropy"},
    }
    params["tasks"] = {"sixteen": task}
    kind = {"kind": "sluggish", "parameters": {"inertia": 5.0}}
    params["neuron"] = shipped["neuron"] | kind | {"surrogate": "lazy_slope"}
    params["rules"] = ["bptt", "lazy", "windowed"]
    study = params["studies"]["my_study"]
    study["seeds"] = 1
    study["analyses"] |= {"poison_rates": [], "cka_samples": 8, "fisher_samples": 2}
    data = {
        "source": "lazy_channels",
        "steps": 10,
        "duration_ms": 100,
        "counts": False,
        "split": {"folds": 1, "test_share": 0.3, "validation_share": 0.2},
    }
    training = {"epochs": 1, "batch_size": 10, "default": {"learning_rate": 0.01, "slope": 10}}
    study["tasks"] = {"sixteen": {"data": data, "training": training}}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def study(built, tmp_path_factory) -> Study:
    """A new study in an environment of its own, which takes the libraries from that of the tests, and no more."""
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", environment / "bin/python")
    install = (*pip, "install", "-q", "--no-index", "--no-deps", "--no-build-isolation")
    study = Study(folder / "my-study", environment / "bin")
    (study.site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run([*install, built, FOREIGN], check=True)
    study.root.mkdir()
    assert "Try it: cd " in study.run("snnlocality", "new", ".")
    study.edit(small)
    return study


@pytest.fixture(scope="module")
def finished(study) -> Study:
    """All that is asked of it here, computed."""
    study.snakemake("--quiet", "all", "--", *TARGETS)
    return study


TARGETS = ("reports/table2.csv", "reports/figure1.svg", "reports/lazy_table.csv")


def test_the_wheel_holds_what_a_study_needs_of_the_project(built):
    names = set(zipfile.ZipFile(built).namelist())
    for folder in ("published", "workflow", "profiles", "envs"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and file.suffix in (".smk", ".csv", ".yaml", ".lock", ".rst", ".json", ""):
                assert f"snnlocality/project/{file.relative_to(ROOT)}" in names
    tracked = subprocess.run(["git", "ls-files", "src"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {name.removeprefix("src/") for name in tracked.splitlines()} <= names


def test_a_new_study_runs_with_what_another_package_and_its_own_folder_add(finished):
    table = pd.read_csv(finished.root / "reports/table2.csv")
    assert set(table["method"]) >= {"BPTT", "Lazy", "e-prop, windows of 10"}
    assert set(table["dataset"]) >= {"Sixteen"}
    assert "channels: made on the spot" in (finished.root / "reports/table2.md").read_text()
    assert "Lazy" in (finished.root / "reports/figure1.csv").read_text()
    assert set(pd.read_csv(finished.root / "reports/lazy_table.csv")["weights"]) == {"W1", "W_out"}
    assert "Everything is ok" in finished.run("snnlocality", "audit", "--skip-lock", "--skip-raw", *TARGETS)
    assert finished.planned(*TARGETS) == set()


def test_steps_of_plugins_are_verified_and_nothing_is_generated(finished):
    results = finished.root / "results/my_study"
    for result in (
        "sixteen/windowed/ff/fold0/seed0/metrics.json",
        "lazy_weights/sixteen/lazy/ff/fold0/seed0/weights.csv",
    ):
        assert "1 of 1 agree" in finished.run(
            "snnlocality", "verify", str((results / result).relative_to(finished.root))
        )
    for command in ("generate", "stages"):
        assert "In a study of your own there are none" in finished.run("snnlocality", command, status=2)


def test_a_report_of_a_plugin_is_on_the_page_and_in_all(finished):
    table = finished.root / "reports/lazy_table.csv"
    before = table.read_text()
    table.unlink()
    assert "lazy-table" in finished.planned("reports/index.html") & finished.planned()
    table.write_text(before)


@pytest.mark.parametrize(
    ("file", "old", "new", "rerun"),
    [
        ("constants.py", "WINDOW = 3", "WINDOW = 2", "lazy"),
        ("__init__.py", '"""A package', 'NAME = "lazy"\n"""A package', "all of it"),
        ("rule.py", '"""e-prop', '"""Lazier: e-prop', None),
        ("slope.py", "0.01", "0.02", "every run"),
        ("neuron.py", '"beta * I + d - theta * s"', '"beta * I + d"', "every run"),
    ],
)
def test_a_change_of_another_packages_code_reruns_its_own_jobs(finished, file, old, new, rerun):
    path = finished.site / "lazy_learning" / file
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))
    try:
        trained = {command for command in finished.planned(*TARGETS) if command.startswith("train ")}
        data = [command for command in finished.planned(*TARGETS) if command.startswith("prepare")]
    finally:
        path.write_text(before)
    rules = {re.search(r"--rule (\S+)", command)[1] for command in trained}
    assert bool(data) is (rerun == "all of it")
    assert rules == {"lazy": {"lazy"}, None: set()}.get(rerun, {"bptt", "lazy", "windowed"})


def test_a_change_of_a_rule_in_the_folder_reruns_its_own_jobs(finished):
    path = finished.root / "plugins/rules/windowed.py"
    before = path.read_text()
    path.write_text(before.replace("truncation=10", "truncation=4"))
    trained = {command for command in finished.planned(*TARGETS) if command.startswith("train ")}
    path.write_text(before)
    assert len(trained) == 1
    assert "--rule windowed" in trained.pop()


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("rules", "RULE = (", "plugins/rules/mine.py cannot be loaded"),
        ("rules", "RULE = 3", "RULE in plugins/rules/mine.py is no Rule"),
        ("steps", "import nothing_of_this_name", "plugins/steps/mine.py cannot be loaded: ModuleNotFoundError"),
        ("steps", "STEP = 3", "STEP in plugins/steps/mine.py is no Step"),
        ("reports", "", "plugins/reports/mine.py has no STEP"),
        ("sources", "SOURCE = 3", "SOURCE in plugins/sources/mine.py is no Source"),
    ],
)
def test_a_plugin_with_a_fault_is_named_in_a_sentence(study, kind, text, words):
    file = study.root / "plugins" / kind / "mine.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    try:
        said = study.run("snnlocality", "audit", status=2)
        assert words in said
        assert "Traceback" not in said
        assert len(said.splitlines()) == 1
    finally:
        file.unlink()


def test_a_plugin_of_a_name_that_is_taken_is_refused(study):
    file = study.root / "plugins/rules/bptt.py"
    file.write_text("")
    try:
        said = study.run("snnlocality", "study", status=2)
    finally:
        file.unlink()
    assert "plugins.rules.bptt adds 'bptt' to rules, which snnlocality has itself; give it another name." in said


def test_the_tests_of_a_new_study_pass(study):
    assert "2 passed" in study.run(str(study.programs / "python"), "-m", "pytest", "-p", "no:cacheprovider")

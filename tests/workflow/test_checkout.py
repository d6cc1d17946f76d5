"""The code that runs is that of the checkout it runs in, whatever environment is active."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = "reports/table1.md"


@pytest.fixture
def foreign(monkeypatch):
    """A project's environment, with another checkout's code first on the path."""

    def of(project):
        environment = project.environment | {"PYTHONPATH": str(ROOT / "src")}
        monkeypatch.setattr(type(project), "environment", environment)
        return project

    return of


def test_a_command_refuses_the_code_of_another_checkout(project, foreign, tmp_path):
    done = foreign(project).run("snnlocality", "audit", check=False)
    assert done.returncode == 2
    assert f"{ROOT / 'src/snnlocality'}, is not that of this checkout, {project.root}" in done.stderr
    assert "export PYTHONPATH=$PWD/src" in done.stderr
    assert "Traceback" not in done.stderr
    # A link to the same code is the same code.
    (tmp_path / "linked").symlink_to(ROOT)
    project.run("env", f"PYTHONPATH={tmp_path / 'linked/src'}", "sh", "-c", f"cd {ROOT} && snnlocality study")


def test_snakemake_runs_the_checkouts_own_code(project, foreign):
    project.edit("src/snnlocality/reports/table1.py", "Table 1", "Tableau 1")
    foreign(project).run("snakemake", "reports/table1.csv")
    assert "Tableau 1" in (project.root / TABLE).read_text()
    assert project.planned("reports/table1.csv") == set()


@pytest.mark.parametrize(
    "commands",
    [
        [("--temp", "--name", "renamed", "table1")],
        [("--queue", "--name", "renamed", "table1"), ("--run-all", "--jobs", "1")],
    ],
    ids=["in a copy", "queued"],
)
def test_an_experiment_runs_the_code_of_its_own_folder(committed, foreign, tmp_path, commands):
    root = tmp_path / "project"
    shutil.copytree(committed.root, root, symlinks=True)
    project = foreign(type(committed)(root))
    project.edit("src/snnlocality/reports/table1.py", "Table 1", "Tableau 1")
    for command in commands:
        project.run("dvc", "exp", "run", *command)
    assert "Tableau 1" not in (root / TABLE).read_text()
    project.run("dvc", "exp", "apply", "renamed")
    assert "Tableau 1" in (root / TABLE).read_text()

"""The paper study runs end to end on exported trees of the real sets' formats, scaled down by one number."""

import re
import shutil
import subprocess
import sys

import pandas as pd


def test_the_paper_study_runs_on_exported_trees(project, monkeypatch, tmp_path):
    project.run("snnlocality", "export", "nmnist", str(tmp_path), "--count", "140")
    project.run("snnlocality", "export", "timit", str(tmp_path), "--scale", "0.02")
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path))
    project.run("snakemake", "--config", "study=paper", "scale=0.1", "--", "reports/table2.csv")
    table = pd.read_csv(project.root / "reports/table2.csv")
    assert set(table["study"]) == {"paper-x0.1"}
    assert set(table["source"]) == {"nmnist", "timit"}
    assert set(zip(table["dataset"], table["method"], table["arch"], strict=True)) == {
        (dataset, method, "FF") for dataset in ("N-MNIST", "TIMIT") for method in ("BPTT", "e-prop")
    }
    notes = (project.root / "reports/table2.md").read_text()
    assert "partial" in notes
    # The demo study is untouched: switching back renders again the one report that was of the paper study.
    assert project.planned("--config", "study=demo") == {"table2", "index"}


def test_a_fresh_paper_study_has_as_many_jobs_as_the_estimate_says(project):
    for folder in ("results", "reports", "logs", ".snakemake"):
        shutil.rmtree(project.root / folder)
    planned = project.run("snakemake", "-n", "--config", "study=paper").stdout
    jobs = int(re.search(r"^total\s+(\d+)$", planned, flags=re.MULTILINE).group(1))
    estimate = project.run("snnlocality", "estimate", "--study", "paper").stdout
    estimated, hours = re.search(r"^all\s+(\d+)\s+([\d.]+)$", estimate, flags=re.MULTILINE).groups()
    assert int(estimated) + 1 == jobs  # and the target that asks for all
    assert float(hours) > 0
    assert "hours on 2 processors" in estimate


def test_missing_data_are_named_with_the_remedy(project, monkeypatch, tmp_path):
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path))
    done = project.run("snnlocality", "prepare", "--study", "paper", "--task", "vision", check=False)
    assert done.returncode == 2
    assert str(tmp_path / "n-mnist") in done.stderr
    assert "SNNLOCALITY_DATA" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(project.root.glob("results/paper*/**/*.safetensors"))


def test_the_program_starts_and_plans_without_numerical_libraries(project):
    code = """
import sys, snnlocality.cli
from snnlocality import parameters
from snnlocality.study import catalogue
assert list(catalogue.everything(parameters.load()))
sys.exit(", ".join({"numpy", "pandas", "torch"} & set(sys.modules)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")

"""Whoever runs the study is told whether the results are those that Git has committed; if not, what differs and why."""

import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from snnlocality.provenance.reproduced import difference
from snnlocality.storage import sha256

RUN = "results/demo/vision/bptt/ff/fold0/seed0"


@pytest.fixture
def clone(committed, tmp_path):
    """A clone of the committed study that has its results; what a test does to it, no other sees."""
    root = tmp_path / "clone"
    shutil.copytree(committed.root, root, symlinks=True)
    return type(committed)(root)


def told(project, *arguments):
    done = project.run("snnlocality", "reproduced", *arguments, check=False)
    assert done.returncode == (0 if done.stdout.startswith("reproduced") else 1), done.stderr
    return done.stdout


def recompute(project, *command):
    """Compute steps by hand, with whatever is in the project now."""
    project.run("snnlocality", *command)


def test_a_bare_clone_that_computes_everything_is_told_it_reproduced_the_committed_results(committed, tmp_path):
    project = type(committed)(tmp_path / "clone")
    committed.run("git", "clone", "-q", str(committed.root), str(project.root))
    assert "not here, first results/demo/" in told(project)
    project.run(sys.executable, str(Path(__file__).parents[1] / "processors/whole_study.py"))
    words = told(project)
    count = words.split()[1]
    assert words == f"reproduced: {count} of {count} outputs are those of the committed lock.\n"
    assert int(count) >= 50
    # Nothing that changes from one execution to the next is in the lock.
    assert project.executions() != committed.executions()
    project.run("dvc", "commit", "--force", "--quiet")
    assert project.run("git", "status", "--porcelain").stdout == ""
    status = project.run("dvc", "status")
    assert "up to date" in status.stdout + status.stderr
    audit = project.run("snnlocality", "audit").stdout
    assert "Everything is ok." in audit
    assert "own" not in audit


def test_other_parameters_are_named_with_the_first_output_and_the_size_of_the_difference(clone):
    (clone.root / "docs/demo").mkdir(parents=True)
    shutil.copy(clone.root / "reports/figure4.csv", clone.root / "docs/demo")
    clone.edit_params(lambda params: params["studies"]["demo"]["analyses"].update(fisher_samples=4))
    clone.run("snakemake")
    words = told(clone)
    assert words.startswith("not reproduced: ")
    assert "The first that differs: results/demo/fisher (fisher)." in words
    assert "Likely cause: parameters are others: studies.demo.analyses.fisher_samples" in words
    assert "reports/figure4.csv: mean differs in " in words
    assert "The committed lock is as it was." in words
    # What is behind one figure alone, and one table that does not know of it.
    assert "The first that differs: results/demo/fisher" in told(clone, "reports/figure4.svg")
    assert told(clone, "reports/table3.csv").startswith("reproduced: ")
    # They are the reader's own: no fault, and told in two lines.
    audit = clone.run("snnlocality", "audit")
    assert "Everything is ok." in audit.stdout
    assert "tampered" not in audit.stdout
    assert "are your own" in audit.stdout
    assert "snnlocality reproduced" in audit.stdout


def test_other_code_another_engine_and_other_bits_are_told_apart(clone):
    evaluation = ("evaluate", "--task", "vision", "--rule", "bptt", "--arch", "ff")
    source = clone.root / "src/snnlocality/steps/evaluate.py"
    before = source.read_text()
    clone.edit("src/snnlocality/steps/evaluate.py", "import numpy as np", "import numpy as np\n\nANYTHING = 1")
    recompute(clone, *evaluation)
    assert "the code is not that of the committed lock" in told(clone)
    source.write_text(before)
    recompute(clone, *evaluation)
    assert told(clone).startswith("reproduced: ")

    model = clone.root / RUN / "curve.csv"
    record, log = clone.root / RUN / "train.record.json", clone.root / "logs" / RUN / "train.execution.json"
    model.write_text(model.read_text().replace("epoch,", "era,"))
    recorded = json.loads(record.read_text())
    recorded["outputs"]["curve.csv"] = sha256(model)
    record.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n")
    facts = json.loads(log.read_text())
    log.write_text(json.dumps(facts | {"record": sha256(record)}))
    assert "unknown: code, parameters and libraries are the same" in told(clone)
    log.write_text(json.dumps(facts | {"record": sha256(record), "engine": "reference"}))
    assert "the engine reference computed it" in told(clone)
    log.write_text(json.dumps(facts | {"record": sha256(record), "libraries": {"numpy": "1.0"}}))
    assert "numpy 1.0 computed it" in told(clone)
    log.write_text(json.dumps(facts | {"record": sha256(record), "code_path": {"openblas": ["SkylakeX"]}}))
    assert "openblas ['SkylakeX'] was the code that computed it, not ['Haswell']" in told(clone)
    # Without a log that belongs to the record nobody says that it was computed here.
    log.unlink()
    assert "no log here tells" in told(clone)
    assert "tampered" in clone.run("snnlocality", "audit", check=False).stdout


def test_another_study_has_nothing_to_be_compared_with(clone):
    done = clone.run("snnlocality", "reproduced", "--study", "paper", check=False)
    assert done.returncode == 2
    assert "does not remember the study 'paper'" in done.stderr
    assert "Traceback" not in done.stderr


def test_differences_of_tables_in_words():
    verdicts = ["holds", "fails", "holds"]
    before = pd.DataFrame({"claim": ["C1", "C2", "C3"], "verdict": verdicts, "effect": [1.0, 2.0, None]})
    after = before.assign(verdict=["holds", "undecided", "holds"], effect=[1.0, 2.25, None])
    assert difference(before, after) == (
        "verdict: C2 'undecided' instead of 'fails'; effect differs in 1 of 3 rows, by 0.25 at most"
    )
    assert difference(before, before) == ""
    assert difference(before, before[:2]) == "2 rows of 3 columns, committed are 3 of 3"

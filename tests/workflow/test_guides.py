"""The guides on how to add things, followed to the letter."""

import re
import shlex

import pandas as pd
import pytest
import yaml

# Of each guide, how many files of the project it writes.
FILES = {"a-task": 1, "a-measurement": 2, "a-table": 2, "an-attack": 1, "a-claim": 1}
RENDERED = {"an-attack": ("reports/table3.csv",), "a-claim": ("reports/claims.csv",)}  # where not all is


def follow(project, root, name) -> set[str]:
    """Write the files, change the parameters and run the commands of a guide; return the files."""
    text = (root / f"docs/add-{name}.md").read_text()
    written = dict(re.findall(r"Write `([^`]+)`[^\n]*\n\n```python\n(.*?)```", text, re.DOTALL))
    for path, code in written.items():
        file = project.root / path
        assert not file.exists()
        file.write_text(code)
    for table in re.findall(r"Add to `params.yaml`:\n\n```yaml\n(.*?)```", text, re.DOTALL):
        project.edit_params(lambda params, table=table: merge(params, yaml.safe_load(table)))
    before = project.executions()
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for command in block.splitlines():
            project.run(*shlex.split(command, comments=True))
    trained = {command for command in project.executed(before) if command.startswith("train ")}
    assert all("third" in command for command in trained)
    return set(written)


def merge(table: dict, more: dict) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            merge(table[key], value)
        else:
            table[key] = value


@pytest.mark.parametrize("name", FILES)
def test_it_does_what_it_says(project, root, name):
    assert len(follow(project, root, name)) == FILES[name]
    assert "Everything is ok" in project.run("snnlocality", "audit", "--skip-lock", *RENDERED.get(name, ())).stdout
    CHECKS[name](project)


def a_task(project):
    reports = project.root / "reports"
    for table in ("table2", "table3", "table4", "figure2", "figure3", "figure4", "conversion", "spectrum", "curves"):
        assert "Sixteen" in (reports / f"{table}.csv").read_text(), table
        if table.startswith("table"):
            assert "Sixteen: channels: made on the spot" in (reports / f"{table}.md").read_text().replace(
                " columns", ""
            )
    assert "Sixteen" in (reports / "index.html").read_text()
    table = pd.read_csv(reports / "table3.csv")
    assert table["published"].notna().any()
    assert table[table["method"].str.endswith("Sixteen")]["published"].isna().all()
    project.edit_params(lambda params: params["tasks"]["third"].pop("backdoor"))
    said = project.run("snnlocality", "backdoor", *CELL, "--trigger", "visible", "--rate", "0.5", check=False)
    assert said.returncode == 2
    assert "the trigger's pixel (32, 32) (x, y) is not on the sensor of third (16 x 1)" in said.stderr
    assert re.search(
        r"Not on third \(the trigger's pixel .*\): .*backdoor", project.run("snnlocality", "estimate").stdout
    )
    assert not any("backdoor --task third" in command for command in project.planned())


CELL = ("--task", "third", "--rule", "bptt", "--arch", "ff")


def a_measurement(project):
    norms = pd.read_csv(project.root / "results/demo/weights/vision/eprop/ff/fold0/seed0/weights.csv")
    assert list(norms["weights"]) == ["W1", "W2", "W_out"]
    assert (norms["rms"] > 0).all()


def a_table(project):
    assert set(pd.read_csv(project.root / "reports/epochs.csv")["method"]) == {"BPTT", "e-prop"}
    assert "How long the networks learned" in (project.root / "reports/index.html").read_text()


def an_attack(project):
    assert "white box, silent inputs alone" in (project.root / "reports/table3.md").read_text()


def a_claim(project):
    claims = pd.read_csv(project.root / "reports/claims.csv").set_index("id")
    assert claims.loc["M01", "published"] == "yes"


CHECKS = {
    "a-task": a_task,
    "a-measurement": a_measurement,
    "a-table": a_table,
    "an-attack": an_attack,
    "a-claim": a_claim,
}

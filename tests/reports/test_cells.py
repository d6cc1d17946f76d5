"""What the page makes of a table's cells."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from snnlocality import parameters
from snnlocality.provenance.cell import fits
from snnlocality.reports import cells
from snnlocality.reports.tables import Cell
from snnlocality.study import catalogue
from snnlocality.study.steps import train

NAN = float("nan")


def cell(mean, low=NAN, high=NAN, **more):
    return Cell(f"{mean:.1f}", SimpleNamespace(mean=mean, ci_low=low, ci_high=high, **more))


@pytest.mark.parametrize(
    ("ours", "kind", "words"),
    [
        (cell(96.56, 95.69, 97.42, published=97.12), "within", "within the interval"),
        (cell(43.0, 40.9, 45.1, published=50.0), "lower", "ours 7.0 lower"),
        (cell(12.0, published=11.0), "higher", "ours 1.0 higher"),
        (cell(12.02, published=11.96), "within", "as published"),
        (cell(93.6667, 92.68, 94.65, published=90.52), "higher", "ours 3.1 higher"),  # of rounded text: 3.2
    ],
)
def test_how_far_ours_is_from_the_published(ours, kind, words):
    assert cells.beside(ours) == (kind, words)
    (row,) = cells.grid(pd.DataFrame({"FF": [ours]}, index=["BPTT"]))["rows"]
    assert row["cells"][0]["text"] == ours.ours
    assert row["cells"][0]["beside"] == (f"{ours.published:.2f}", kind, words)
    assert str(ours) == f"{ours.ours} (published {ours.published:.2f})"


def test_a_number_without_a_published_one_stands_alone():
    (row,) = cells.grid(pd.DataFrame({"FF": [cell(50.1, published=NAN)], "REC": [cell(50.2)], "n": [None]}))["rows"]
    assert [(one["text"], one["beside"]) for one in row["cells"]] == [("50.1", None), ("50.2", None), ("", None)]


def test_headers_span_what_is_below_them():
    columns = pd.MultiIndex.from_tuples([("N-MNIST", "FF"), ("N-MNIST", "REC"), ("TIMIT", "FF")])
    heads = cells.grid(pd.DataFrame([[1, 2, 3]], columns=columns))["heads"]
    assert heads == [[("N-MNIST", 2), ("TIMIT", 1)], [("FF", 1), ("REC", 1), ("FF", 1)]]


def test_a_row_leads_to_its_runs_or_each_of_its_numbers_does():
    ff, rec = cell(1.0, method="BPTT", arch="FF"), cell(2.0, method="BPTT", arch="REC")
    same, apart = cells.grid(pd.DataFrame({"a": [ff, ff], "b": [ff, rec]}), "table3")["rows"]
    assert same["runs"] == apart["cells"][0]["runs"] == "table3-bptt-ff"
    assert apart["cells"][1]["runs"] == "table3-bptt-rec"
    assert apart["runs"] is same["cells"][0]["runs"] is None


def test_a_name_with_a_comma_is_that_of_the_run():
    demo = parameters.load(study="demo")
    run = train.STEP.job(demo, task="vision", rule="bptt", arch="ff", fold=0, seed=0)
    assert fits(demo, run, {"method": "BPTT, N-MNIST", "source": "digits"})
    assert not fits(demo, run, {"method": "BPTT, N-MNIST", "source": "phones"})
    assert not fits(demo, run, {"method": "e-prop, N-MNIST", "source": "digits"})
    assert fits(demo, run, {"method": "BPTT", "learning_rate": "own"})
    assert not fits(demo, run, {"method": "BPTT", "learning_rate": "0.004"})


def test_of_two_data_sets_in_one_table_each_row_has_its_own_runs(tmp_path):
    written = yaml.safe_load(Path("params.yaml").read_text())
    demo = written["studies"]["demo"]
    demo["tasks"] = {name: written["studies"][name]["tasks"][name] for name in ("shd", "dvs_gesture")}
    demo["analyses"] |= {"learning_rates": []}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(written))
    study = parameters.load(tmp_path / "params.yaml", study="demo")
    rows = [
        cell(1.0, method="BPTT", arch="FF", source="shd"),
        cell(2.0, method="BPTT, DVS Gesture", arch="FF", source="dvs_gesture"),
    ]
    jobs, table = list(catalogue.everything(study)), Path("reports/table3.csv")
    first, second = cells.behind(study, jobs, "table3", table, rows, pd.DataFrame(columns=["fold"]))
    for entry, own, other in ((first, "shd", "dvs_gesture"), (second, "dvs_gesture", "shd")):
        records = [record for step in entry["steps"] for _, record in step["runs"]]
        assert records
        assert all(f"/{own}/bptt/ff/" in record and f"/{other}/" not in record for record in records)
    assert second["audit"].endswith("'source=dvs_gesture,method=BPTT, DVS Gesture,arch=FF'")

"""SHD and DVS Gesture, in small files of their formats, through every table and figure that applies."""

import numpy as np
import pandas as pd
import pytest

from data.test_gestures import write as write_gesture
from data.test_heidelberg import write as write_words

TABLES = ("table2", "table3", "robust", "table4", "empirical_fisher")
OTHERS = ("curves", "figure2", "figure3_association", "figure4", "corruptions", "conversion", "spectrum")


@pytest.fixture
def files(tmp_path):
    random = np.random.default_rng(0)
    (tmp_path / "hsd/SHD").mkdir(parents=True)
    for part, count in (("train", 200), ("test", 70)):
        lengths = random.integers(20, 60, count)
        write_words(
            tmp_path / f"hsd/SHD/shd_{part}.h5",
            count,
            times=[np.sort(random.random(n)) for n in lengths],
            units=[random.integers(0, 700, n) for n in lengths],
            labels=np.arange(count) % 20,
        )
    for part, users in (("Train", range(1, 10)), ("Test", range(24, 31))):
        for user in users:
            for label in range(11):
                time = np.sort(random.integers(0, 400, 40))
                events = np.column_stack([*random.integers(0, [128, 128, 2], (40, 3)).T, time])
                write_gesture(tmp_path / f"dvs-gesture/DVSGesture/ibmGesture{part}", user, "led", label, events)
    return tmp_path


def test_they_go_through_every_table_that_applies(project, files, monkeypatch):
    monkeypatch.setenv("SNNLOCALITY_DATA", str(files))

    def change(params):
        demo, smaller = params["studies"]["demo"], {"epochs": 1, "tuned": {}}
        demo["tasks"] = {name: params["studies"][name]["tasks"][name] for name in ("shd", "dvs_gesture")}
        params["rules"] = ["bptt"]
        for name, task in demo["tasks"].items():
            params["tasks"][name] |= {"hidden": [8], "architectures": ["ff"]}
            task["data"]["steps"] = 10
            task["training"] |= smaller
        demo["analyses"] |= {"learning_rates": []}

    project.edit_params(change)
    reports = project.root / "reports"
    project.run("snakemake", "reports/index.html")
    for name in (*TABLES, *OTHERS):
        rows = (reports / f"{name}.csv").read_text().splitlines()[1:]
        of_gestures = [row for row in rows if "DVS Gesture" in row]
        assert 0 < len(of_gestures) < len(rows), name  # the first task's rows stand without its name in some
    table = pd.read_csv(reports / "table2.csv")
    assert set(table["dataset"]) == {"SHD", "DVS Gesture"}
    assert table["published"].isna().all()
    text = (reports / "table2.md").read_text()
    assert "SHD, partial: 270 of 10420 recordings" in text
    assert "DVS Gesture, partial: 176 of 1341 recordings" in text
    (files / "hsd/SHD/shd_test.h5").write_bytes(b"damaged")
    data = project.root / "results/demo/shd/data.safetensors"
    data.unlink()
    failed = project.run("snnlocality", "prepare", "--task", "shd", check=False)
    assert failed.returncode == 2
    assert "shd_test.h5 is no file of SHD" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not data.exists()

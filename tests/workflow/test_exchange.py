"""Networks in the formats of other tools, by command."""


def test_a_run_is_exported_and_tested(finished, tmp_path):
    cell = ("--task", "vision", "--rule", "bptt", "--arch", "ff")
    file = str(tmp_path / "run.nir")
    finished.run("snnlocality", "export", "nir", *cell, file)
    said = finished.run("snnlocality", "test-nir", "--task", "vision", file).stdout
    metrics = (finished.root / "results/demo/vision/bptt/ff/fold0/seed0/metrics.json").read_text()
    accuracy = float(metrics.partition('"test_accuracy": ')[2].partition(",")[0])
    assert said.startswith(f"{100 * accuracy:.2f} % of ")
    failed = finished.run("snnlocality", "test-nir", "--task", "speech", file, check=False)
    assert failed.returncode == 2
    assert "inputs, and speech has" in failed.stderr

"""Networks in the formats of other tools, by command."""

import json
import re
from pathlib import Path

import yaml

from snnlocality.storage import sha256


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


RUN = Path("results/demo/vision/bptt/ff/fold0/seed0")
CARD = ("snnlocality", "export", "card", "--task", "vision", "--rule", "bptt", "--arch", "ff")


def test_a_card_has_the_numbers_and_hashes_of_the_run_and_loads_it(finished, tmp_path):
    file = tmp_path / "README.md"
    finished.run(*CARD, str(file))
    _, front, body = file.read_text().split("---\n", 2)
    metrics = json.loads((finished.root / RUN / "metrics.json").read_text())
    about = yaml.safe_load(front)
    (model,) = about["model-index"]
    assert {result["dataset"]["split"]: result["metrics"][0]["value"] for result in model["results"]} == {
        part: metrics[f"{part}_accuracy"] for part in ("validation", "test")
    }
    assert {result["dataset"]["name"] for result in model["results"]} == {"N-MNIST, simulated"}
    assert "simulated-data" in about["tags"]
    assert f"| test | {metrics['test_accuracy']} | `{RUN}/metrics.json`; {metrics['decisions']} decisions" in body
    for name in ("model.safetensors", "train.record.json", "evaluate.record.json"):
        assert f"`{RUN / name}`: SHA-256 `{sha256(finished.root / RUN / name)}`" in body
    settings = json.loads((finished.root / RUN / "train.record.json").read_text())["settings"]
    assert f"`optimisation.learning_rate`: {settings['optimisation']['learning_rate']}\n" in body
    (lines,) = re.findall(r"```python\n(.*?)```", body, flags=re.DOTALL)
    loaded = finished.run("python", "-c", f"{lines}\nprint(sum(one.size for one in network.weights.values()))")
    assert loaded.stdout.strip() == str(metrics["weights"])


def test_no_card_is_made_of_edited_results(project, tmp_path):
    project.edit(RUN / "metrics.json", '"test_accuracy": 0.', '"test_accuracy": 0.9')
    done = project.run(*CARD, str(tmp_path / "card.md"), check=False)
    assert done.returncode == 2
    assert "metrics.json is not what" in done.stderr
    assert "a model card holds only what the audit finds ok" in done.stderr
    assert not (tmp_path / "card.md").exists()

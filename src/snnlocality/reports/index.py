"""One page that holds everything: tables, figures, claims, runs. It needs no server and no network."""

import base64
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from snnlocality import parameters as params
from snnlocality import paths, plan
from snnlocality.attacks.fgsm import ATTACKS
from snnlocality.claims.verdict import Verdict
from snnlocality.data.batches import read_notice
from snnlocality.provenance import audit
from snnlocality.provenance.records import recorded
from snnlocality.reports import table1, table2, table3, table4
from snnlocality.reports.claims import contrast_in_words
from snnlocality.reports.gathering import method as method_of
from snnlocality.storage import sha256, write_text

_TEMPLATE = Path(__file__).with_suffix(".html")
_TITLES = {
    "table1": ("Table 1", "Earlier work that the paper collects", "Nothing here was computed."),
    "figure1": (
        "Figure 1",
        "The methods, ordered by locality",
        "Drawn from what each learning rule declares: where its errors come from, by which weights, through what.",
    ),
    "table2": ("Table 2", "Accuracy", "Test accuracy in percent of every rule, feed-forward and recurrent."),
    "curves": ("Curves", "Training curves", "Did the runs have time to learn?"),
    "figure2": (
        "Figure 2",
        "How alike the methods represent the same samples",
        "Linear CKA, unbiased over mini-batches, layer by layer; with networks converted from ReLU networks.",
    ),
    "conversion": (
        "Conversion",
        "Converted networks over time",
        "ReLU networks turned into spiking ones by three ways to balance thresholds; leaky neurons as the control.",
    ),
    "table3": (
        "Table 3",
        "Accuracy under FGSM",
        "First as the paper attacks, through a ReLU counterpart; the controls tell what that shows.",
    ),
    "table4": (
        "Table 4",
        "Poisoned training data",
        "First an invisible trigger, which makes label noise of the poison; then a visible one, a backdoor.",
    ),
    "figure3": (
        "Figure 3",
        "How far attacks move representations",
        "CKA of clean and attacked input, recurrent minus feed-forward; and whether similarity goes with accuracy.",
    ),
    "figure4": (
        "Figure 4",
        "Fisher information in the weights",
        "Shares of each network's whole, by the rule's own gradient and by the loss's.",
    ),
    "spectrum": (
        "Spectrum",
        "The study's rules from global to local",
        "What each step towards locality costs: accuracy, robustness, direction of the gradient, operations.",
    ),
}
_TUTORIAL = {
    "tutorial_figure1": ("Figure 1", "A leaky integrate-and-fire neuron", "Below the threshold at first, then firing."),
    "tutorial_figure2": (
        "Figure 2",
        "The unrolled graph",
        "Every edge that a learning rule may cut: leaks, recurrence, reset, and the way within a step.",
    ),
    "tutorial_figure3": (
        "Figure 3",
        "Surrogate derivatives",
        "The step's own derivative is zero, and undefined at the threshold.",
    ),
    "tutorial_figure4": (
        "Figure 4",
        "Loss and gradients along the way of training",
        "The loss is a staircase: its true gradient is zero between steps. The surrogate gradient is not.",
    ),
    "tutorial_figure5": ("Figure 5", "The ways of errors", "Drawn from what the learning rules declare."),
    "tutorial_figure6": (
        "Figure 6",
        "Local errors in a convolutional network",
        "The tutorial's example learns gestures; where these are not at hand, the study's digits stand in for them.",
    ),
    "tutorial_figure7": (
        "Figure 7",
        "Temporal exclusive or",
        "Learned from exact spike times; not from every start. SpikeProp beside it.",
    ),
    "tutorial_superspike": ("SuperSpike", "A pattern of spikes in answer to noise", "With every kind of feedback."),
    "tutorial_smoothed": (
        "Smoothed models",
        "Soft threshold, escape noise, rate coding",
        "Models with true gradients, each on a small task.",
    ),
    "tutorial_exactness": (
        "Gradients",
        "Each rule's gradient beside BPTT's",
        "RTRL is exact; what the others leave out shows.",
    ),
    "tutorial_surrogates": (
        "Surrogates",
        "Does the shape of the derivative matter?",
        "Eight shapes of the same width, at equal peak and at equal area.",
    ),
    "tutorial_adaptation": (
        "Adaptive thresholds",
        "A cue, a delay, a question",
        "Neurons that adapt carry what leaky ones have forgotten; e-prop's traces know it.",
    ),
}
_FOLDED = {  # pictures that stand behind the main one
    "figure3_association.svg": "Does lost similarity go with lost accuracy?",
    "figure4_over_time.svg": "Over training, and over the steps of a recording",
}


def render(parameters: params.Parameters) -> Path:
    """Write the page and return its path."""
    rendered = plan.index(parameters)
    settings, output = rendered.settings, rendered.outputs[0]
    with recorded(rendered):
        ledger = pd.read_csv(paths.REPORTS / "claims.csv", keep_default_na=True)
        counts = ledger["verdict"].value_counts()
        runs = pd.concat([pd.read_csv(path) for path in rendered.made if path.name == "runs.csv"], ignore_index=True)
        notices = [read_notice(path) for path in rendered.made if path.name == "data.safetensors"]
        page = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
            _TEMPLATE.read_text(encoding="utf-8")
        )
        text = page.render(
            study=settings["study"],
            runs=len(runs),
            seeds=runs["seed"].nunique(),
            notices=[f"{notice.rstrip('.')}. The published task is not this one." for notice in notices if notice],
            artifacts=[artifact(name, files) for name, files in settings["artifacts"].items() if name in _TITLES],
            tutorial=[artifact(name, files) for name, files in settings["artifacts"].items() if name in _TUTORIAL],
            verdicts={one.value: int(counts[one.value]) for one in Verdict if one.value in counts},
            claims=[_claim(row) for row in ledger.to_dict("records")],
            names={name: titles[0] for name, titles in _TITLES.items()}
            | {name: f"tutorial, {titles[0].lower()}" for name, titles in _TUTORIAL.items()},
            claim_notes=notes(paths.REPORTS / "claims.md"),
            claims_csv=_encoded(paths.REPORTS / "claims.csv"),
            cells=[
                _cell(parameters, *key, cell) for key, cell in runs.groupby(["dataset", "method", "arch"], sort=False)
            ],
            steps=verdicts(parameters),
            hashes=[
                (path.relative_to(paths.REPORTS), sha256(path))
                for path in rendered.made
                if paths.REPORTS in path.parents
            ],
        )
        write_text(output, text)
    return output


def artifact(name: str, files: list[str]) -> dict[str, Any]:
    """What the page says and shows of one artifact."""
    short, title, lead = (_TITLES | _TUTORIAL)[name]
    present = [paths.REPORTS / file for file in files]
    tables = [path for path in present if path.suffix == ".csv"]
    return {
        "name": name,
        "short": short,
        "title": title if name in ("curves", "conversion", "spectrum") else f"{short}. {title}",
        "lead": lead,
        "tables": tables_of(name),
        "pictures": [
            {"title": _FOLDED.get(path.name, title), "folded": path.name in _FOLDED, "data": _encoded(path)}
            for path in present
            if path.suffix == ".svg"
        ],
        "notes": [note for path in present if path.suffix == ".md" for note in notes(path)],
        "target": str(present[0]),
        "files": [{"name": name_of_download(path), "data": _encoded(path)} for path in tables],
    }


def name_of_download(path: Path) -> str:
    """A name for a file of its own, without folders."""
    return "_".join(path.relative_to(paths.REPORTS).parts)


def tables_of(name: str) -> list[dict[str, Any]]:
    """The tables of an artifact in the paper's layout, what is a control folded away."""
    if name == "table1":
        return [_table("Earlier work", table1.layout(pd.read_csv(paths.REPORTS / "table1.csv")))]
    if name == "table2":
        return [_table("Accuracy", table2.layout(pd.read_csv(paths.REPORTS / "table2.csv")))]
    if name == "table3":
        table = pd.read_csv(paths.REPORTS / "table3.csv")
        return [
            _table(ATTACKS[attack].label, table3.layout(rows), folded=attack != table3.PRIMARY)
            for attack, rows in table.groupby("attack", sort=False)
        ]
    if name == "table4":
        table = pd.read_csv(paths.REPORTS / "table4.csv")
        arms = {"invisible": "Invisible trigger: label noise", "visible": "Visible trigger: a backdoor"}
        return [
            _table(title, table4.layout(table[table["trigger"] == trigger]), folded=number > 0)
            for number, (trigger, title) in enumerate(arms.items())
        ]
    return []


def notes(path: Path) -> list[str]:
    """The notes below a rendered Markdown table."""
    return [line.removeprefix("- ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]


def verdicts(parameters: params.Parameters) -> list[dict[str, Any]]:
    """By kind of step, what the records of all that is behind the page say while it is written."""
    kinds: dict[str, list[audit.Finding]] = {}
    for step in plan.everything(parameters):
        if step.step != "index":
            kinds.setdefault(step.step, []).append(audit.examined(step))
    return [
        {
            "step": kind,
            "counts": Counter(finding.verdict.value for finding in found),
            "faults": [finding for finding in found if finding.verdict is not audit.Verdict.OK],
        }
        for kind, found in kinds.items()
    ]


def _table(title: str, table: pd.DataFrame, folded: bool = False) -> dict[str, Any]:
    return {"title": title, "html": _html(table), "folded": folded}


def _html(table: pd.DataFrame) -> str:
    """As HTML that can be sorted; a published value stands below ours, smaller."""
    text = table.rename_axis(index=None, columns=[None] * table.columns.nlevels)
    flat = text.to_html(na_rep="", border=0, classes="sortable")
    return re.sub(r" \((published [^)]*)\)", r"<small>\1</small>", flat)


def _claim(row: dict[str, Any]) -> dict[str, Any]:
    """What the page says of a claim, from its row of the ledger; what is not there is empty."""
    known = {key: "" if pd.isna(value) else value for key, value in row.items()}
    if not known["weakest"]:
        return known | {"why": known["remark"]}
    return known | {"why": contrast_in_words(*(row[key] for key in ("weakest", "effect", "ci_low", "ci_high", "n")))}


def _cell(parameters: params.Parameters, dataset: str, method: str, arch: str, cell: pd.DataFrame) -> dict[str, Any]:
    """The runs of one cell of Table 2."""
    task = next(task for task in params.tasks(parameters) if params.task_of(parameters, task).dataset == dataset)
    rule = next(rule for rule in params.rules(parameters) if method_of(rule) == method)
    architecture = next(name for name, label in params.ARCHITECTURE_LABELS.items() if label == arch)
    records = plan.train(parameters, task, rule, architecture, int(cell["fold"].iloc[0]), int(cell["seed"].iloc[0]))
    shown = cell.assign(
        test=(100 * cell["test_accuracy"]).map("{:.2f} %".format),
        validation=(100 * cell["validation_accuracy"]).map("{:.2f} %".format),
    )
    columns = {
        "fold": "fold",
        "seed": "seed",
        "test": "test accuracy",
        "validation": "validation accuracy",
        "epoch": "chosen epoch",
        "epochs": "epochs",
        "weights": "weights",
        "still_improving": "still improving",
    }
    mean = 100 * cell["test_accuracy"].mean()
    return {
        "title": f"{dataset}, {method} {arch}",
        "mean": f"{mean:.2f} % over {len(cell)} {'run' if len(cell) == 1 else 'runs'}",
        "html": _html(shown[list(columns)].rename(columns=columns).set_index("fold")),
        "record": str(records.record.parent.parent.parent / "fold*" / "seed*" / records.record.name),
        "code": records.code[:16],
        "settings": json.dumps({k: v for k, v in records.settings.items() if k not in ("fold", "seed")}, indent=1),
    }


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

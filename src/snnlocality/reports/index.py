"""One page that holds everything: tables, figures, claims, runs. It needs no server and no network."""

import base64
import importlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from snnlocality import parameters as params
from snnlocality.claims.verdict import Verdict
from snnlocality.data.batches import read_notice
from snnlocality.provenance import audit
from snnlocality.reports.claims import contrast_in_words
from snnlocality.reports.gathering import not_published
from snnlocality.reports.tables import Shown
from snnlocality.storage import sha256, write_text
from snnlocality.study import catalogue
from snnlocality.study.reports.index import Artifact, Settings
from snnlocality.study.step import REPORTS, Job
from snnlocality.study.steps import train

_TEMPLATE = Path(__file__).with_suffix(".html")


def render(job: Job[Settings]) -> None:
    """Write the page."""
    settings = job.settings
    rendered = [path for path in job.input_paths if REPORTS in path.parents]
    ledger = pd.read_csv(REPORTS / "claims.csv", keep_default_na=True)
    counts = ledger["verdict"].value_counts()
    runs = [(key, pd.read_csv(path)) for key, path in job.inputs["runs"].items()]
    every_run = pd.concat([table for _, table in runs], ignore_index=True)
    notices = [read_notice(path) for path in job.inputs["data"].values()]
    page = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        _TEMPLATE.read_text(encoding="utf-8")
    )
    parameters = params.load(study=settings.study)

    def shown(section: str) -> list[dict[str, Any]]:
        return [artifact(name, said) for name, said in settings.artifacts.items() if said.section == section]

    text = page.render(
        study=settings.study,
        runs=len(every_run),
        seeds=every_run["seed"].nunique(),
        notices=[not_published(notice) for notice in notices if notice],
        artifacts=shown("artifacts"),
        tutorial=shown("tutorial"),
        verdicts={one.value: int(counts[one.value]) for one in Verdict if one.value in counts},
        claims=[_claim(row) for row in ledger.to_dict("records")],
        names={
            name: said.short if said.section == "artifacts" else f"tutorial, {said.short.lower()}"
            for name, said in settings.artifacts.items()
        },
        claim_notes=notes(REPORTS / "claims.md"),
        claims_csv=_encoded(REPORTS / "claims.csv"),
        cells=[
            _cell(parameters, settings, *key, arch, cell)
            for key, table in runs
            for arch, cell in table.groupby("arch", sort=False)
        ],
        steps=verdicts(parameters),
        hashes=[(path.relative_to(REPORTS), sha256(path)) for path in rendered],
    )
    write_text(job.outputs["page"], text)


def artifact(name: str, said: Artifact) -> dict[str, Any]:
    """What the page says and shows of one artifact, which says this of itself."""
    short, title, numbered = said.short, said.title, said.short.split()[-1].isdigit()
    present = [REPORTS / file for file in said.outputs]
    tables = [path for path in present if path.suffix == ".csv"]
    return {
        "name": name,
        "short": short,
        "title": f"{short}. {title}" if numbered or said.section == "tutorial" else title,
        "lead": said.lead,
        "tables": [table._asdict() | {"html": _html(table.html)} for table in tables_of(said, tables)],
        "pictures": [
            {
                "title": said.folded.get(path.name, title),
                "folded": path.name in said.folded,
                "data": _encoded(path),
            }
            for path in present
            if path.suffix == ".svg"
        ],
        "notes": [note for path in present if path.suffix == ".md" for note in notes(path)],
        "target": str(present[0]),
        "files": [{"name": name_of_download(path), "data": _encoded(path)} for path in tables],
    }


def tables_of(said: Artifact, files: list[Path]) -> list[Shown]:
    """The tables of an artifact in the paper's layout, as its module lays them out."""
    return importlib.import_module(said.module).on_page(pd.read_csv(files[0])) if said.module else []


def name_of_download(path: Path) -> str:
    """A name for a file of its own, without folders."""
    return "_".join(path.relative_to(REPORTS).parts)


def notes(path: Path) -> list[str]:
    """The notes below a rendered Markdown table."""
    return [line.removeprefix("- ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]


def verdicts(parameters: params.Parameters) -> list[dict[str, Any]]:
    """By kind of step, what the records of all that is behind the page say while it is written."""
    kinds: dict[str, list[audit.Finding]] = {}
    for job in catalogue.everything(parameters):
        if job.name != "index":
            kinds.setdefault(job.name, []).append(audit.examined(job))
    return [
        {
            "step": kind,
            "counts": Counter(finding.verdict.value for finding in found),
            "faults": [finding for finding in found if finding.verdict is not audit.Verdict.OK],
        }
        for kind, found in kinds.items()
    ]


def _html(table: pd.DataFrame) -> str:
    """As HTML that can be sorted; a published value stands below ours, smaller, and how far ours is from it."""
    text = table.rename_axis(index=None, columns=[None] * table.columns.nlevels)
    flat = text.to_html(na_rep="", border=0, classes="sortable")
    return _PUBLISHED.sub(_beside, flat)


# A mean, its interval in either form, and the published value: as the tables for people write them.
_PUBLISHED = re.compile(
    r"(?P<mean>[\d.]+)(?: \[(?P<low>-?[\d.]+),\s(?P<high>[\d.]+)\]| ± (?P<half>[\d.]+))?"
    r" \(published (?P<published>[\d.]+)\)"
)


def _beside(cell: re.Match) -> str:
    """Our value, and below it the published one with the difference, in a word and a colour."""
    ours = cell[0].partition(" (published")[0]
    mean, published = float(cell["mean"]), float(cell["published"])
    low, high = (float(cell[name]) if cell[name] else mean for name in ("low", "high"))
    if cell["half"]:
        low, high = mean - float(cell["half"]), mean + float(cell["half"])
    if f"{mean:.1f}" == f"{published:.1f}":
        kind, words = "within", "as published"
    elif low <= published <= high:
        kind, words = "within", "within the interval"
    else:
        kind = "higher" if mean > published else "lower"
        words = f"ours {abs(mean - published):.1f} {kind}"
    return f'{ours}<small>published {cell["published"]} <span class="beside {kind}">{words}</span></small>'


def _claim(row: dict[str, Any]) -> dict[str, Any]:
    """What the page says of a claim, from its row of the ledger; what is not there is empty."""
    known = {key: "" if pd.isna(value) else value for key, value in row.items()}
    if not known["weakest"]:
        return known | {"why": known["remark"]}
    return known | {"why": contrast_in_words(*(row[key] for key in ("weakest", "effect", "ci_low", "ci_high", "n")))}


def _cell(
    parameters: params.Parameters, settings: Settings, task: str, rule: str, label: str, cell: pd.DataFrame
) -> dict[str, Any]:
    """The runs of one cell of Table 2."""
    arch = next(name for name, own in settings.labels.items() if own == label)
    fold, seed = int(cell["fold"].iloc[0]), int(cell["seed"].iloc[0])
    first = train.STEP.job(parameters, task=task, rule=rule, arch=arch, fold=fold, seed=seed)
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
        "title": f"{settings.datasets[task]}, {settings.methods[rule]} {label}",
        "mean": f"{mean:.2f} % over {len(cell)} {'run' if len(cell) == 1 else 'runs'}",
        "html": _html(shown[list(columns)].rename(columns=columns).set_index("fold")),
        "record": str(first.record.parent.parent.parent / "fold*" / "seed*" / first.record.name),
        "code": first.code[:16],
        "settings": json.dumps({k: v for k, v in first.settings_table.items() if k not in ("fold", "seed")}, indent=1),
    }


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

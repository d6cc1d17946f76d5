"""One page that holds everything: tables, figures, claims, runs. It needs no server and no network."""

import base64
import importlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from snnlocality import parameters as params
from snnlocality.claims.verdict import Verdict
from snnlocality.data.batches import read_notice
from snnlocality.paths import REPORTS
from snnlocality.provenance import audit
from snnlocality.reports.cells import behind, grid
from snnlocality.reports.claims import contrast_in_words
from snnlocality.reports.gathering import not_published
from snnlocality.reports.tables import Cell, Shown
from snnlocality.storage import sha256, write_text
from snnlocality.study import catalogue
from snnlocality.study.reports.index import Artifact, Settings
from snnlocality.study.step import Job

_TEMPLATE = Path(__file__).with_suffix(".html")


def render(job: Job[Settings]) -> None:
    """Write the page."""
    settings = job.settings
    rendered = [path for path in job.input_paths if REPORTS in path.parents]
    ledger = pd.read_csv(REPORTS / "claims.csv", keep_default_na=True)
    counts = ledger["verdict"].value_counts()
    every_run = pd.concat(map(pd.read_csv, job.files("runs").values()), ignore_index=True)
    notices = [read_notice(path) for path in job.files("data").values()]
    page = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        _TEMPLATE.read_text(encoding="utf-8")
    )
    parameters = params.load(study=settings.study)
    jobs = [one for one in catalogue.everything(parameters) if one.name != "index"]
    tables = {name: tables_of(said) for name, said in settings.artifacts.items()}

    def shown(section: str) -> list[dict[str, Any]]:
        return [
            artifact(name, said, tables[name]) for name, said in settings.artifacts.items() if said.section == section
        ]

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
        behind=[
            {
                "name": name,
                "short": settings.artifacts[name].short,
                "cells": behind(parameters, jobs, name, table_of(settings.artifacts[name]), cells, every_run),
            }
            for name, shown in tables.items()
            if (cells := [cell for table in shown for cell in table.table.to_numpy().flat if isinstance(cell, Cell)])
        ],
        steps=verdicts(jobs),
        hashes=[(path.relative_to(REPORTS), sha256(path)) for path in rendered],
    )
    write_text(job.outputs["page"], text)


def artifact(name: str, said: Artifact, shown: list[Shown]) -> dict[str, Any]:
    """What the page says and shows of one artifact, which says this of itself."""
    short, title, numbered = said.short, said.title, said.short.split()[-1].isdigit()
    present = [REPORTS / file for file in said.outputs]
    tables = [path for path in present if path.suffix == ".csv"]
    return {
        "name": name,
        "short": short,
        "title": f"{short}. {title}" if numbered or said.section == "tutorial" else title,
        "lead": said.lead,
        "tables": [{"title": table.title, "folded": table.folded, "grid": grid(table.table, name)} for table in shown],
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


def table_of(said: Artifact) -> Path:
    """The CSV file with an artifact's table."""
    return next(REPORTS / name for name in said.outputs if name.endswith(".csv"))


def tables_of(said: Artifact) -> list[Shown]:
    """The tables of an artifact in the paper's layout, as its module lays them out."""
    return importlib.import_module(said.module).on_page(pd.read_csv(table_of(said))) if said.module else []


def name_of_download(path: Path) -> str:
    """A name for a file of its own, without folders."""
    return "_".join(path.relative_to(REPORTS).parts)


def notes(path: Path) -> list[str]:
    """The notes below a rendered Markdown table."""
    return [line.removeprefix("- ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]


def verdicts(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """By kind of step, what the records of all that is behind the page say while it is written."""
    kinds: dict[str, list[audit.Finding]] = {}
    for job in jobs:
        kinds.setdefault(job.name, []).append(audit.examined(job))
    return [
        {
            "step": kind,
            "counts": Counter(finding.verdict.value for finding in found),
            "faults": [finding for finding in found if finding.verdict is not audit.Verdict.OK],
        }
        for kind, found in kinds.items()
    ]


def _claim(row: dict[str, Any]) -> dict[str, Any]:
    """What the page says of a claim, from its row of the ledger; what is not there is empty."""
    known = {key: "" if pd.isna(value) else value for key, value in row.items()}
    if not known["weakest"]:
        return known | {"why": known["remark"]}
    return known | {"why": contrast_in_words(*(row[key] for key in ("weakest", "effect", "ci_low", "ci_high", "n")))}


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

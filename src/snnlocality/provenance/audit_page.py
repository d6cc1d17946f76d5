"""The audit's findings as one page that needs no network: every step with its verdict, and what it was made from."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from snnlocality import parameters as params
from snnlocality.provenance.audit import SOUND, Finding
from snnlocality.provenance.records import execution_of
from snnlocality.storage import write_text
from snnlocality.study.step import Job

_TEMPLATE = Path(__file__).with_suffix(".html")


def write(
    path: str, parameters: params.Parameters, jobs: Sequence[Job], findings: Sequence[Finding], notes: Sequence[str]
) -> None:
    """Write the page of an audit that was made now."""
    page = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(
        _TEMPLATE.read_text(encoding="utf-8")
    )
    text = page.render(
        study=parameters.label,
        when=datetime.now(UTC).strftime("%-d %B %Y, %H:%M UTC"),
        notes=notes,
        counts=Counter(finding.verdict.value for finding in findings),
        steps=_groups(jobs, findings),
        executions=executions(jobs),
    )
    write_text(path, text)


def _groups(jobs: Sequence[Job], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    by_output = {str(job.output): job for job in jobs}
    makers = {output: str(job.output) for job in jobs for output in job.output_paths}
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.step or "files of no step"].append(finding)
    return [
        {
            "name": name,
            "faults": any(finding.verdict not in SOUND for finding in found),
            "counts": Counter(finding.verdict.value for finding in found),
            "rows": [
                {
                    "output": finding.output,
                    "verdict": finding.verdict.value,
                    "reasons": finding.reasons,
                    "inputs": [
                        {"path": str(path), "maker": makers[path]} for path in by_output[finding.output].input_paths
                    ]
                    if finding.output in by_output
                    else [],
                    "given": by_output[finding.output].static_inputs.values() if finding.output in by_output else (),
                }
                for finding in found
            ],
        }
        for name, found in groups.items()
    ]


def executions(jobs: Sequence[Job]) -> str:
    """An HTML table of what ran where: jobs, minutes, machines, engines, from the logs that belong to the results."""
    rows = [
        {
            "step": job.name,
            "engine": facts.get("engine", ""),
            "host": facts["host"],
            "processor": facts["processor"],
            "seconds": facts["seconds"],
        }
        for job in jobs
        if (facts := execution_of(job))
    ]
    if not rows:
        return ""
    table = pd.DataFrame(rows).groupby(["step", "engine", "host", "processor"], sort=False)["seconds"]
    table = table.agg(["count", "sum", "median"]).reset_index()
    table["sum"] = (table["sum"] / 60).map("{:.1f}".format)
    table["median"] = table["median"].map("{:.1f}".format)
    names = {"count": "jobs", "sum": "minutes in all", "median": "seconds a job (median)"}
    return table.rename(columns=names).to_html(index=False, border=0)

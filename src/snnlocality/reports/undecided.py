"""Which claims a study leaves undecided, and how it goes on with them alone: by more seeds of what they rest on."""

import pandas as pd

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.claims.verdict import Verdict
from snnlocality.errors import UserError
from snnlocality.provenance.records import check
from snnlocality.storage import read_json
from snnlocality.study import catalogue
from snnlocality.study.axes import SEED
from snnlocality.study.reports import claims
from snnlocality.study.steps import evaluate, train


def text(parameters: params.Parameters) -> str:
    """What to run next, as people read it; raises UserError if its claims are not rendered, another's, or edited."""
    job = claims.STEP.job(parameters)
    if not job.output.is_file():
        raise UserError(f"{job.output} does not exist; render it with: {_command(parameters)}")
    check(job.output)
    if (of := read_json(job.record)["settings"]["study"]) != parameters.study:
        wanted = f"render that of '{parameters.study}': {_command(parameters)}"
        raise UserError(f"{job.output} is of the study '{of}'; {wanted}")
    ledger = pd.read_csv(job.output)
    testable = ledger[ledger["verdict"] != Verdict.NOT_TESTABLE]
    undecided = testable[testable["verdict"] == Verdict.UNDECIDED]
    judged = ledger.dropna(subset="n").groupby("artifact")["n"].max().astype(int)  # on so many, whatever is planned now
    seeds = judged.get("table2", len(params.seeds(parameters)))
    pairs = judged.get("table4", len(params.pairs(parameters)))
    told = (
        f"{len(undecided)} of {len(testable)} testable claims of '{parameters.study}' are undecided after {seeds} seeds"
    )
    if "table4" in judged:
        told += f" ({pairs} pairs of classes)"
    if undecided.empty:
        return f"{told}."
    told += f": {', '.join(undecided['id'])}."
    undecided = undecided[~undecided["artifact"].str.startswith("tutorial")]
    if undecided.empty:
        return f"{told} They rest on the tutorial's experiments, whose seeds stand under 'tutorial' in {params.PARAMS}."
    artifacts = {name for names in undecided["artifact"] for name in names.split(", ")}
    sizes = _seeds(parameters, artifacts, seeds) if artifacts - {"table4"} else []
    sizes += _pairs(parameters, pairs) if "table4" in artifacts else []
    if not sizes:
        return f"{told} No look is planned after that (studies.{parameters.study}.analyses.looks)."
    return "\n".join([told, f"For the next look set in {params.PARAMS}", *sizes, f"then: {_command(parameters)}"])


def _seeds(parameters: params.Parameters, artifacts: set[str], now: int) -> list[str]:
    """The next look's, and of what these artifacts do not rest on no more than there are."""
    if (look := _next(parameters, now)) is None:
        return []
    reports = [report for report in catalogue.reports() if report.name in artifacts]
    # Looks count trained and evaluated networks.
    grow = {train.STEP, evaluate.STEP, *catalogue.behind(parameters, reports)}
    as_now = {
        step.name: len(params.seeds_of_step(parameters, step.name))
        for step in catalogue.behind(parameters, catalogue.reports())
        if SEED in step.axes and step.like is None and step not in grow
    }
    lines = [f"  studies.{parameters.study}.seeds: {look}"]
    if as_now:
        of_steps = ", ".join(f"{name}: {number}" for name, number in as_now.items())
        lines.append(f"  studies.{parameters.study}.analyses.seeds: {{ {of_steps} }}")
    return lines


def _pairs(parameters: params.Parameters, now: int) -> list[str]:
    look = _next(parameters, now)
    return [] if look is None else [f"  studies.{parameters.study}.analyses.pairs: {look}"]


def _next(parameters: params.Parameters, now: int) -> int | None:
    return next((look for look in params.analyses(parameters).looks if look > now), None)


def _command(parameters: params.Parameters) -> str:
    return f"snakemake -c2 --config study={parameters.study} -- {paths.REPORTS / 'claims.csv'}"

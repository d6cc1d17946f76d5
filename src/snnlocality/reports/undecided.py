"""Which claims a study leaves undecided, and how it goes on with them alone: by more seeds of what they rest on."""

import pandas as pd

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.claims.verdict import Verdict
from snnlocality.errors import UserError
from snnlocality.provenance.records import check
from snnlocality.study import catalogue
from snnlocality.study.axes import SEED
from snnlocality.study.reports import claims
from snnlocality.study.steps import evaluate, train


def text(parameters: params.Parameters) -> str:
    """What to run next, as people read it; raises UserError if the study's claims are not rendered, or were edited."""
    job = claims.STEP.job(parameters)
    if not job.output.is_file():
        raise UserError(f"{job.output} does not exist; render it with: {_command(parameters)}")
    check(job.output)
    ledger = pd.read_csv(job.output)
    testable = ledger[ledger["verdict"] != Verdict.NOT_TESTABLE]
    undecided = testable[testable["verdict"] == Verdict.UNDECIDED]
    study = parameters.study
    judged = ledger.loc[ledger["artifact"] == "table2", "n"].dropna()  # on so many, whatever is planned now
    seeds = int(judged.max()) if len(judged) else len(params.seeds(parameters))
    told = f"{len(undecided)} of {len(testable)} testable claims of '{study}' are undecided after {seeds} seeds"
    if undecided.empty:
        return f"{told}."
    told += f": {', '.join(undecided['id'])}."
    undecided = undecided[~undecided["artifact"].str.startswith("tutorial")]
    if undecided.empty:
        return f"{told} They rest on the tutorial's experiments, whose seeds stand under 'tutorial' in {params.PARAMS}."
    later = [look for look in params.analyses(parameters).looks if look > seeds]
    if not later:
        return f"{told} No look is planned after that (studies.{study}.analyses.looks)."
    artifacts = {name for names in undecided["artifact"] for name in names.split(", ")}
    return "\n".join(
        [
            told,
            f"The next look is at {later[0]} seeds. In {params.PARAMS} set",
            f"  studies.{study}.seeds: {later[0]}",
            *_sizes(parameters, artifacts, later[0]),
            f"then: {_command(parameters)}",
        ]
    )


def _sizes(parameters: params.Parameters, artifacts: set[str], seeds: int) -> list[str]:
    """Of what no undecided claim rests on no more seeds than there are."""
    analyses = f"  studies.{parameters.study}.analyses"
    lines = [f"{analyses}.pairs: {seeds}"] if "table4" in artifacts else []
    reports = [report for report in catalogue.reports() if report.name in artifacts]
    # Looks count trained and evaluated networks.
    grow = {train.STEP, evaluate.STEP, *catalogue.behind(parameters, reports)}
    as_now = {
        step.name: len(params.seeds_of_step(parameters, step.name))
        for step in catalogue.behind(parameters, catalogue.reports())
        if SEED in step.axes and step.like is None and step not in grow
    }
    if as_now:
        lines.append(f"{analyses}.seeds: {{ {', '.join(f'{name}: {number}' for name, number in as_now.items())} }}")
    return lines


def _command(parameters: params.Parameters) -> str:
    return f"snakemake -c2 --config study={parameters.study} -- {paths.REPORTS / 'claims.csv'}"

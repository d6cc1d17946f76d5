"""The ledger of claims: what the published numbers say to each, what ours say, and whether the measurement can tell."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from snnlocality.claims import evidence as numbers
from snnlocality.claims.asked import PAPERS_ATTACK, PAPERS_TRIGGER, WHITE_BOX
from snnlocality.claims.claim import Claim, Contrasts, asked_by
from snnlocality.claims.evidence import Evidence, MissingError
from snnlocality.claims.verdict import (
    Assessment,
    Contrast,
    P,
    Verdict,
    agreed,
    assess,
    said,
    satisfied,
    speaking,
    verdicts,
)
from snnlocality.data.batches import read_notice
from snnlocality.reports import figure2, figure4, table4, tables
from snnlocality.reports.gathering import (
    OWN_RATE,
    PAPERS_ARCHITECTURES,
    PAPERS_METHODS,
    at_rate,
    gathered,
    not_published,
)
from snnlocality.runs.outcomes import read_outcomes
from snnlocality.storage import write_text
from snnlocality.study.reports.claims import MEASURED, Settings, at_equal_rate
from snnlocality.study.step import Job

_COLUMNS = ["id", "claim", "artifact", "test", "published", "verdict", "p", "look", *Assessment._fields]
_COLUMNS += ["control", "control_says", "equal_rates_say", "remark"]

_ATTACKS = (PAPERS_ATTACK, WHITE_BOX)  # that claims ask

ByRate = Mapping[str, Evidence]  # of learning rates: OWN_RATE, and those of all cells alike


Files = Mapping[str, Mapping[tuple, Path]]  # by name and key, what steps made for all of the study


class Found(NamedTuple):
    """What a study's numbers say of a claim."""

    verdict: Verdict
    p: float
    look: float  # number of seeds, or pairs of classes, at which it was decided; infinite where all are looked at, once


def render(job: Job[Settings]) -> None:
    """Write the ledger as CSV, Markdown and HTML, and all contrasts behind it as CSV."""
    table2, table3, table4 = map(pd.read_csv, job.static_inputs.values())
    theirs = numbers.published(table2, table3, table4, PAPERS_ATTACK, PAPERS_TRIGGER)
    datasets = set(theirs.accuracy["dataset"])
    experiments = numbers.of_experiments({name: pd.read_csv(job.file(name)) for name in job.settings.experiments})
    files = {name: one for name, one in job.inputs.items() if isinstance(one, dict)}
    ours = {OWN_RATE: of_runs(files, job.settings, datasets, experiments)}
    for rate in job.settings.learning_rates:
        ours[f"{rate:g}"] = of_runs(_at(files, rate), job.settings, datasets, experiments)
    claims = asked_by(job.settings.followup)
    ledger = judge(claims, theirs, ours, job.settings.looks)
    notices = [read_notice(path) for path in job.files("data").values()]
    title = f"The papers' claims, study '{job.settings.study}'"
    tables.write(job, ledger, title, layout(ledger), notes_of(ledger, list(ours), notices), digits="%.6g")
    write_text(job.outputs["contrasts"], contrasts(claims, ours).to_csv(index=False, float_format="%.6g"))


def _at(inputs: Files, rate: float) -> Files:
    """The inputs that are measured with all cells at a learning rate, under the names of those that are not."""
    return {**inputs, **{name: at_rate(inputs[at_equal_rate(name)], rate) for name in MEASURED}}


def of_runs(inputs: Files, settings: Settings, datasets: set[str], experiments: pd.DataFrame) -> Evidence:
    """Our numbers on the paper's data sets, from the files that the tables and figures are made of."""
    methods = {rule: PAPERS_METHODS.get(rule, rule) for rule in settings.rules}
    named = replace(settings, methods=methods, labels=settings.labels | PAPERS_ARCHITECTURES)
    archs = {label: PAPERS_ARCHITECTURES.get(arch, label) for arch, label in settings.labels.items()}
    runs = pd.concat(
        [pd.read_csv(path).assign(method=methods[rule]) for (_, rule), path in inputs["runs"].items()],
        ignore_index=True,
    )
    runs["arch"] = runs["arch"].replace(archs)
    decided = pd.DataFrame(list(_outcomes(inputs["right"], named)))
    attacked = pd.DataFrame(list(_outcomes(inputs["attacked"], named)))
    gather = (gathered(inputs[name], named) for name in ("shift", "traces"))
    poisoned = {
        (task, rule, arch, PAPERS_TRIGGER, rate, pair): path
        for (task, rule, arch, rate, pair), path in inputs["poisoned"].items()
    }
    every = (
        runs,
        decided,
        attacked,
        *gather,
        table4.read(poisoned, named),
        figure2.read(inputs["cka"], named),
    )
    runs, decided, attacked, shift, traces, poisoned, similarity = (
        table[table["dataset"].isin(datasets)].reset_index(drop=True) for table in every
    )
    shares = figure4.at_the_end(figure4.shares(traces))
    return numbers.of_runs(runs, decided, attacked, poisoned, similarity, shift, shares, experiments)


def _outcomes(files: Mapping[tuple, Any], settings: Settings) -> Iterator[dict[str, Any]]:
    """A row for each run, and for each attack and strength that claims ask of it: which decisions were right."""
    for (task, rule, arch, fold, seed), path in files.items():
        cell = {"dataset": settings.datasets[task], "method": settings.methods[rule], "arch": settings.labels[arch]}
        run = {**cell, "fold": fold, "seed": seed}
        for name, right in read_outcomes(path).items():
            attack, _, epsilon = name.partition(" ")
            if not epsilon:
                yield {**run, "right": right}
            elif attack in _ATTACKS:
                yield {**run, "attack": attack, "epsilon": float(epsilon), "right": right}


def judge(claims: tuple[Claim, ...], theirs: Evidence, ours: ByRate, looks: Sequence[float] = ()) -> pd.DataFrame:
    """A row per claim. The claims of one paper, which share a letter, are adjusted together."""
    found: dict[str, Found] = {}
    for family in dict.fromkeys(claim.id[0] for claim in claims):
        found |= decide([claim for claim in claims if claim.id[0] == family], ours, looks)
    seen = {look: _first(ours, look) for look in (*looks, math.inf)}  # what a verdict rests on
    undecided = Found(Verdict.UNDECIDED, 1.0, math.inf)  # before the first look
    rows = []
    for claim in claims:
        of_claim = found.get(claim.id, undecided)
        rows.append(_row(claim, of_claim, theirs, seen[of_claim.look]))
    return pd.DataFrame(rows, columns=_COLUMNS)


def decide(claims: list[Claim], ours: ByRate, looks: Sequence[float]) -> dict[str, Found]:
    """The verdict on each claim that the study can test, at the first look that decides it.

    A look is at so many seeds, or pairs of classes, of all that a claim rests on. It spends a share of the level in
    proportion to them, looks that are still to come too: before the first one nothing is decided. A study that plans
    no looks is looked at once.
    """
    shares = {look: look / sum(looks) for look in looks} or {math.inf: 1.0}
    seen = {look: _first(ours, look) for look in shares}
    found: dict[str, Found] = {}
    for claim in claims:
        smallest: dict[Verdict, float] = {}
        for look, share in shares.items():
            told = _said(claim, seen[look], fewest=look if looks else 1)
            if told is None:
                break
            smallest = {one: min(p / share, smallest.get(one, 1.0)) for one, p in told.items()}
            verdict, p = verdicts({claim.id: smallest}, len(claims))[claim.id]
            found[claim.id] = Found(verdict, p, look)
            if verdict is not Verdict.UNDECIDED:
                break
    return found


def _first(ours: ByRate, look: float) -> ByRate:
    """The numbers that a look sees."""
    return {rate: one.first(look) for rate, one in ours.items()}


def _said(claim: Claim, ours: ByRate, fewest: float) -> P | None:
    """What the numbers of all learning rates say alike of a claim; None if they say nothing, or are fewer."""
    by_rate = []
    for one in ours.values():
        try:
            asked = _contrasts(claim.contrasts, one)
            control = _contrasts(claim.control, one) if claim.control else []
        except MissingError:
            return None
        if min(len(contrast.values) for contrast in asked + control) < fewest:
            return None
        by_rate.append(said(assess(asked), assess(control) if control else None))
    return agreed(by_rate)


def _row(claim: Claim, found: Found, theirs: Evidence, ours: ByRate) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": claim.id,
        "claim": claim.words,
        "artifact": claim.artifact,
        "test": claim.test,
        "published": of_published(claim.contrasts, theirs),
        "verdict": Verdict.NOT_TESTABLE.value,
        "control": claim.control_words,
    }
    try:
        by_rate = {rate: speaking(_contrasts(claim.contrasts, one), found.verdict) for rate, one in ours.items()}
        controls = {rate: assess(_contrasts(claim.control, one)) for rate, one in ours.items()} if claim.control else {}
    except MissingError as missing:
        return row | {"remark": str(missing) if claim.test else "no experiment here decides it"}
    row |= {"verdict": found.verdict.value, "p": found.p, "look": found.look, **by_rate[OWN_RATE]._asdict()}
    row |= {"control_says": _in_one(controls), "equal_rates_say": _in_one(by_rate, OWN_RATE), "remark": ""}
    return row


def _in_one(by_rate: Mapping[str, Assessment], without: str = "") -> str:
    return "; ".join(
        (f"at {rate}: " if rate != OWN_RATE else "")
        + contrast_in_words(one.weakest, one.effect, one.ci_low, one.ci_high, one.n)
        for rate, one in by_rate.items()
        if rate != without
    )


def contrasts(claims: tuple[Claim, ...], ours: ByRate) -> pd.DataFrame:
    """A row for every contrast of every claim and control at every learning rate; p values are not adjusted."""
    rows = []
    for claim in claims:
        for part, asked in (("claim", claim.contrasts), ("control", claim.control)):
            for rate, one in ours.items() if asked else ():
                try:
                    found = _contrasts(asked, one)
                except MissingError:
                    continue
                for contrast in found:
                    alone = assess([contrast])._asdict()
                    alone["contrast"] = alone.pop("weakest")
                    bounds = {"low": contrast.low, "high": contrast.high, "equal": contrast.equal}
                    rows.append({"id": claim.id, "part": part, "learning_rate": rate, **alone, **bounds})
    columns = ["id", "part", "learning_rate", "contrast", "low", "high", "equal", "effect", "ci_low", "ci_high", "n"]
    return pd.DataFrame(rows, columns=[*columns, "p_holds", "p_fails", "p_equal", "detectable"])


def of_published(asked: Contrasts | None, theirs: Evidence) -> str:
    """Whether the paper's own numbers are as claimed: yes, no, or "no numbers"."""
    if asked is None:
        return ""
    try:
        found = _contrasts(asked, theirs)
    except MissingError:
        return "no numbers"
    failing = sum(not satisfied([contrast]) for contrast in found)
    return "yes" if not failing else f"no ({failing} of {len(found)} fail)"


def _contrasts(asked: Contrasts | None, evidence: Evidence) -> list[Contrast]:
    """What a claim asks of the evidence; raises MissingError also if that is nothing at all."""
    found = asked(evidence) if asked else []
    if not found:
        raise MissingError("the study has too few cells for this test")
    return found


def layout(ledger: pd.DataFrame) -> pd.DataFrame:
    """What people read of the ledger, a row per claim."""
    return pd.DataFrame(
        {
            "claim": ledger["claim"],
            "rests on": ledger["artifact"],
            "test": ledger["test"],
            "published numbers satisfy it": ledger["published"],
            "ours": ledger["verdict"],
            "weakest contrast": [_weakest(row) for row in ledger.itertuples()],
            "at equal learning rates": ledger["equal_rates_say"].fillna(""),
            "control": [_control(row) for row in ledger.itertuples()],
        }
    ).set_axis(ledger["id"])


def _weakest(row) -> str:
    if pd.isna(row.weakest):
        return row.remark
    found = "" if pd.isna(row.detectable) else f"; detectable {row.detectable:.2g}"
    return contrast_in_words(row.weakest, row.effect, row.ci_low, row.ci_high, row.n) + found


def contrast_in_words(name: str, effect: float, low: float, high: float, n: float) -> str:
    """The mean of a contrast and its interval; a share of nothing has no mean, a single value no interval."""
    mean = "no number" if pd.isna(effect) else f"{effect:.3g}"
    interval = "" if pd.isna(low) else f" [{low:.3g}, {high:.3g}]"
    return f"{name}: {mean}{interval}, n = {n:.0f}"


def _control(row) -> str:
    return f"{row.control}: {row.control_says}" if row.control and not pd.isna(row.control_says) else row.control


def _missed(claims: Sequence[str]) -> str:
    return (
        f"The paper's own numbers do not satisfy {len(claims)} of its claims as tested here: {', '.join(claims)}. "
        "They are single numbers without repeats; whether such a miss is noise cannot be known."
    )


def notes_of(ledger: pd.DataFrame, rates: list[str], notices: list[str]) -> list[str]:
    """What a reader must know beside the ledger."""
    counts = "; ".join(f"{name}: {count}" for name, count in ledger["verdict"].value_counts().items())
    own = ledger[ledger["published"].str.startswith("no (")]
    others = ", ".join(rate for rate in rates if rate != OWN_RATE)
    controlled = (
        "A verdict is what all learning rates say alike: those that the search gave each cell, and those of all cells "
        f"together ({others})."
        if others
        else "The learning rate is not controlled in this study: cells have those that the search gave each. "
        "A verdict is on these networks, not on rules or on recurrence."
    )
    return [
        f"Our verdicts: {counts}. Holds: every contrast lies in its region, and the control's does. Fails: one lies "
        "outside. Practically equal: a difference that the claim needs is too small to matter. Confounded: it holds as "
        "the paper measures it but not under the control, or one learning rate says something else than another. "
        "Undecided: these seeds and recordings cannot tell. All at 5 % for the claims of one paper together.",
        controlled,
        *([_missed(own["id"])] if len(own) else []),
        "'Weakest contrast' is the one that speaks most against the claim; where the verdict is fails or practically "
        "equal, it is the one that does or is. Its 95 % interval is its own: over seeds and recordings for accuracies, "
        "over seeds or pairs of classes for all else. 'Detectable' is the distance from the bound at which it would be "
        "found in 8 of 10 cases, alone at 5 %.",
        *(not_published(notice) for notice in dict.fromkeys(notices) if notice),
    ]

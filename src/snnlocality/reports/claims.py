"""The ledger of claims: what the published numbers say to each, what ours say, and whether the measurement can tell."""

from dataclasses import replace

import pandas as pd
from scipy import stats

from snnlocality.attacks.triggers import TRIGGERS
from snnlocality.claims import evidence as numbers
from snnlocality.claims.claim import PAPERS_ATTACK, Claim, Contrasts, all_claims
from snnlocality.claims.evidence import Evidence, MissingError
from snnlocality.claims.verdict import Assessment, Contrast, Verdict, assess, satisfied, verdict
from snnlocality.data.batches import read_notice
from snnlocality.reports import figure2, figure4, table4, tables
from snnlocality.reports.gathering import PAPERS_ARCHITECTURES, PAPERS_METHODS, gathered, not_published
from snnlocality.study.reports.claims import Settings
from snnlocality.study.step import Job

_COLUMNS = ["id", "claim", "artifact", "test", "published", "verdict", *Assessment._fields]
_COLUMNS += ["control", "control_verdict", "control_weakest", "control_effect", "remark"]


def render(job: Job[Settings]) -> None:
    """Write the ledger as CSV, Markdown and HTML."""
    theirs = numbers.published(*map(pd.read_csv, job.static_inputs.values()), PAPERS_ATTACK, TRIGGERS)
    ours = of_runs(job, set(theirs.accuracy["dataset"]))
    ledger = judge(all_claims(), theirs, ours)
    notices = [read_notice(path) for path in job.inputs["data"].values()]
    title = f"The papers' claims, study '{job.settings.study}'"
    tables.write(job, ledger, title, layout(ledger), notes_of(ledger, notices), digits="%.6g")


def of_runs(job: Job[Settings], datasets: set[str]) -> Evidence:
    """Our numbers on the paper's data sets, from the files that the tables and figures are made of."""
    inputs, methods = job.inputs, {rule: PAPERS_METHODS.get(rule, rule) for rule in job.settings.rules}
    settings = replace(job.settings, methods=methods, labels=PAPERS_ARCHITECTURES)
    archs = {label: PAPERS_ARCHITECTURES[arch] for arch, label in job.settings.labels.items()}
    of_rules = pd.concat(
        [pd.read_csv(path).assign(method=methods[rule]) for (_, rule), path in inputs["runs"].items()],
        ignore_index=True,
    )
    of_rules["arch"] = of_rules["arch"].replace(archs)
    gather = (gathered(inputs[name], settings) for name in ("attacked", "shift", "traces"))
    every = (of_rules, *gather, table4.read(inputs["poisoned"], settings), figure2.read(inputs["cka"], settings))
    of_rules, attacked, shift, traces, poisoned, similarity = (
        table[table["dataset"].isin(datasets)].reset_index(drop=True) for table in every
    )
    shares = figure4.at_the_end(figure4.shares(traces))
    experiments = {name: pd.read_csv(inputs[name]) for name in settings.experiments}
    return numbers.of_runs(
        of_rules, attacked, poisoned, similarity, shift, shares, numbers.of_experiments(**experiments)
    )


def judge(claims: tuple[Claim, ...], theirs: Evidence, ours: Evidence) -> pd.DataFrame:
    """A row per claim. All p values, of claims and of their controls, are adjusted together."""
    tests: dict[tuple[str, str], Assessment] = {}
    reasons: dict[tuple[str, str], str] = {}
    for claim in claims:
        for part in ("contrasts", "control"):
            if (asked := getattr(claim, part)) is None:
                continue
            try:
                tests[claim.id, part] = assess(_contrasts(asked, ours))
            except MissingError as missing:
                reasons[claim.id, part] = str(missing)
    raw = [p for one in tests.values() for p in (one.p_holds, one.p_fails)]
    p = stats.false_discovery_control(raw, method="bh").tolist() if raw else []
    verdicts = {key: (p[2 * number], p[2 * number + 1]) for number, key in enumerate(tests)}
    rows = []
    for claim in claims:
        main, control = (claim.id, "contrasts"), (claim.id, "control")
        of_control = verdict(*verdicts[control]) if control in verdicts else None
        found = verdict(*verdicts[main], of_control) if main in verdicts else Verdict.NOT_TESTABLE
        row = {
            "id": claim.id,
            "claim": claim.words,
            "artifact": claim.artifact,
            "test": claim.test,
            "published": of_published(claim.contrasts, theirs),
            "verdict": found.value,
        }
        if main in tests:
            row |= tests[main]._asdict() | {"p_holds": verdicts[main][0], "p_fails": verdicts[main][1]}
        row |= {"control": claim.control_words, "control_verdict": of_control.value if of_control else ""}
        if control in tests:
            row |= {"control_weakest": tests[control].weakest, "control_effect": tests[control].effect}
        row["remark"] = reasons.get(main, "" if claim.test else "no experiment here could decide it")
        rows.append(row)
    return pd.DataFrame(rows, columns=_COLUMNS)


def of_published(asked: Contrasts | None, theirs: Evidence) -> str:
    """Whether the paper's own numbers are as claimed: yes, no, or "no numbers"."""
    if asked is None:
        return ""
    try:
        contrasts = _contrasts(asked, theirs)
    except MissingError:
        return "no numbers"
    failing = sum(not satisfied([contrast]) for contrast in contrasts)
    return "yes" if not failing else f"no ({failing} of {len(contrasts)} fail)"


def _contrasts(asked: Contrasts, evidence: Evidence) -> list[Contrast]:
    """What a claim asks of the evidence; raises MissingError also if that is nothing at all."""
    found = asked(evidence)
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
            "weakest contrast": [_contrast(row) for row in ledger.itertuples()],
            "control": [_control(row) for row in ledger.itertuples()],
        }
    ).set_axis(ledger["id"])


def _contrast(row) -> str:
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
    return f"{row.control}: {row.control_verdict}" if row.control_verdict else row.control


def notes_of(ledger: pd.DataFrame, notices: list[str]) -> list[str]:
    """What a reader must know beside the ledger."""
    counts = "; ".join(f"{name}: {count}" for name, count in ledger["verdict"].value_counts().items())
    own = ledger[ledger["published"].str.startswith("no (")]
    return [
        f"Our verdicts: {counts}. A claim holds if all its contrasts do, fails if one is contrary, each beyond what "
        "seeds scatter (one-sided t tests, paired; all p values adjusted together after Benjamini and Hochberg, 5 %). "
        "Undecided: these seeds cannot tell, of the claim or of its control. Confounded: it holds as the paper "
        "measures it, but fails under the control.",
        f"The paper's own numbers do not satisfy {len(own)} of its claims as tested here: {', '.join(own['id'])}. "
        "They are single numbers without repeats; whether such a miss is noise cannot be known.",
        "'Weakest contrast' is the one that speaks most against the claim, with its 95 % interval; 'detectable' is the "
        "distance from the bound at which these seeds would have found it in 8 of 10 cases.",
        *(not_published(notice) for notice in dict.fromkeys(notices) if notice),
    ]

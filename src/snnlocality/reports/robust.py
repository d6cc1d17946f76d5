"""What withstands every attack: Table 3's, transferred ones, an ensemble of white-box descents, and all of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from snnlocality.reports import tables
from snnlocality.reports.gathering import OWN_RATE, by_rate, method_columns, notice_notes, percentages, source_column
from snnlocality.reports.intervals import plus_minus
from snnlocality.runs.outcomes import read_outcomes
from snnlocality.steps.transfer import COUNTERPART, RELU, name_of
from snnlocality.study.reports.robust import Settings
from snnlocality.study.step import Job

PGD = "white_box_pgd"
CLEAN, OTHERS, DESCENTS, ALL = "clean", "others", "descents", "all"
ITSELF = {f"{source}_itself": source for source in (COUNTERPART, RELU)}
LABELS = {
    CLEAN: "clean",
    COUNTERPART: "counterpart (the paper's)",
    "counterpart_itself": "the counterpart's own",
    RELU: "by a ReLU network",
    "relu_itself": "the ReLU network's own",
    OTHERS: "by other spiking networks",
    PGD: "PGD",
    DESCENTS: "descents and Table 3's",
    ALL: "all attacks",
}
_KEYS = ["method", "arch", "learning_rate", "measure"]


def render(job: Job[Settings]) -> None:
    """Write the table as CSV (tidy), Markdown and HTML."""
    settings = job.settings
    kinds = {
        kind: by_rate(job.files(kind), job.files(f"{kind}_equal"), settings.learning_rates)
        for kind in ("fgsm", "transfer", "sources", "descend")
    }
    rows = [
        {**row, "learning_rate": rate}
        for rate in kinds["fgsm"]
        for row in measured({kind: files[rate] for kind, files in kinds.items()}, settings)
    ]
    table = percentages(pd.DataFrame(rows), _KEYS, "accuracy")
    table = table.assign(study=settings.study, source=source_column(table, settings))
    title = f"What withstands every attack, in percent, study '{settings.study}'"
    tables.write(job, table, title, layout(table), [*notes_of(settings), *notice_notes(job)])


def measured(files: Mapping[str, Mapping[tuple, Path]], settings: Settings) -> Iterator[dict]:
    """A row for each run and measure, columns as ``gathering.gathered`` has them; accuracy is a mean over epsilon."""
    sources = {key: pd.read_csv(path) for key, path in files["sources"].items()}
    transferred = {key: read_outcomes(path) for key, path in files["transfer"].items()}
    for (task, rule, arch, fold, seed), path in files["descend"].items():
        cell, of_seed = f"{rule} {arch}", (task, fold, seed)
        table3, descents = read_outcomes(files["fgsm"][task, rule, arch, fold, seed]), read_outcomes(path)
        by_source = sources[of_seed][sources[of_seed]["attacked"] == cell]
        own = by_source.groupby("by", sort=False)["own_accuracy"].first()
        found = [
            right_under(
                {name: transferred[of_seed][name_of(cell, name, epsilon)] for name in own.index},
                table3[f"{PGD} {epsilon:g}"],
                descents[f"{epsilon:g}"],
            )
            for epsilon in settings.epsilon
        ]
        means = {CLEAN: table3[f"{COUNTERPART} 0"].mean()}
        means |= {measure: np.mean([right[measure].mean() for right in found]) for measure in found[0]}
        means |= {measure: own[source] for measure, source in ITSELF.items()}
        columns = {**method_columns(settings, task, rule), "arch": settings.labels[arch], "fold": fold, "seed": seed}
        yield from ({**columns, "measure": measure, "accuracy": float(means[measure])} for measure in LABELS)


def right_under(by_source: Mapping[str, np.ndarray], pgd: np.ndarray, descents: np.ndarray) -> dict[str, np.ndarray]:
    """Which recordings of a run are right at one epsilon, by measure; under several attacks, if under each."""
    spiking = [right for name, right in by_source.items() if name not in (RELU, COUNTERPART)]
    return {
        COUNTERPART: by_source[COUNTERPART],
        RELU: by_source[RELU],
        OTHERS: np.minimum.reduce(spiking),
        PGD: pgd,
        DESCENTS: descents,
        ALL: np.minimum.reduce([descents, *by_source.values()]),
    }


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and learning rate, a column per measure."""
    rates = table["learning_rate"].map(lambda rate: "" if rate == OWN_RATE else f", all at {rate}")
    text = table.assign(
        row=table["method"] + " " + table["arch"] + rates,
        column=table["measure"].map(LABELS),
        cell=[tables.Cell(f"{row.mean:.1f}{plus_minus(row)}", row) for row in table.itertuples()],
    )
    return tables.wide(text)


def on_page(table: pd.DataFrame) -> list[tables.Shown]:
    """The tables on the page that holds everything: at the searched rates, the others folded."""
    return [
        tables.Shown(
            "At the searched learning rates" if rate == OWN_RATE else f"All cells at {rate}",
            layout(rows),
            folded=rate != OWN_RATE,
        )
        for rate, rows in table.groupby("learning_rate", sort=False)
    ]


def notes_of(settings: Settings) -> list[str]:
    """What a reader must know beside the numbers."""
    strengths = ", ".join(f"{epsilon:g}" for epsilon in settings.epsilon)
    return [
        f"Accuracy, mean over epsilon {strengths} and over seeds, with Student's 95 % interval.",
        "The counterpart: the attacked network's weights read as a ReLU network, which the paper attacks in its place. "
        "What it classifies right itself stands beside it: signs that fool a network which classifies little need not "
        "mean much.",
        "By a ReLU network, by other spiking networks: signs of the gradient of networks of another seed, trained on "
        "the same recordings; of the spiking ones all cells of the table, and a recording withstands if it withstands "
        "each.",
        "Descents: projected gradient descents by several surrogates, losses and starts, on what withstood all of "
        "Table 3's attacks. All attacks: a recording counts if it is right under every one. An attack that nobody "
        "thought of may find more.",
    ]

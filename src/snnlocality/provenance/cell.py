"""What is behind one cell of one report: the runs of the row that it stands in, and where they were computed."""

import csv
import re
from pathlib import Path

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.errors import UserError
from snnlocality.provenance.audit import chain, digest
from snnlocality.provenance.records import check, execution_of
from snnlocality.storage import read_text
from snnlocality.study import catalogue
from snnlocality.study.step import Job

_SYNONYMS = {"rule": "method", "architecture": "arch", "rate": "poison_rate"}
# What tells runs apart, as columns of reports call it, and axes that are called otherwise.
COLUMNS = (
    *("dataset", "source", "task", "method", "arch", "learning_rate"),
    *("fold", "seed", "trigger", "poison_rate", "pair"),
)
_AXES = {"dataset": "task", "source": "task", "method": "rule", "poison_rate": "rate"}
_OWN_RATE = "own"  # in tables: the learning rate of the cell itself, where no other is asked for
_MOST = 20  # values that a message lists

_Row = dict[str, str]


def text(parameters: params.Parameters, targets: tuple[str, ...], written: str) -> str:
    """What is behind a cell, written as ``method=bptt,arch=rec``, of one report, in lines for people."""
    if len(targets) != 1:
        raise UserError(
            "--cell needs exactly one report, e.g.: snnlocality audit reports/table3.csv --cell method=bptt"
        )
    pairs = [part.split("=", 1) for part in re.split(r",(?=[^,]*=)", written)]  # a value may have a comma itself
    if any(len(pair) != 2 for pair in pairs):
        raise UserError(f"'{written}' is no cell; write key=value pairs with commas, e.g. method=bptt,arch=rec.")
    lines = []
    for job in behind(parameters, targets[0], {key.strip(): value.strip() for key, value in pairs}):
        lines.append(f"{job.name}: {job.output}")
        for path in job.output_paths:
            known = digest(path)[:16] if path.is_file() else "does not exist"
            lines.append(f"    {path.name}  sha256 {known}")
        lines.append(f"    code {job.code[:16]}, settings in {job.record}")
        facts = execution_of(job)
        if facts:
            lines.append(
                f"    computed {facts['started']} in {facts['seconds']:.1f} s on {facts['host']} "
                f"({facts['processor']}), engine {facts.get('engine', 'none')}, commit {str(facts['commit'])[:12]}"
            )
        else:
            lines.append("    computed elsewhere or before: no log here belongs to this record")
    return "\n".join(lines)


def behind(parameters: params.Parameters, report: str, cell: dict[str, str]) -> list[Job]:
    """The runs behind a cell of a report; ``cell``: values by column of its table, or by what tells runs apart.

    Raises UserError for what is neither, for a value that the table does not have, and if no run matches.
    """
    rendered, runs = runs_of(list(catalogue.everything(parameters)), report)
    table, columns, rows = _rows(rendered, report)
    of_runs = [key for key in COLUMNS if key not in columns and any(_names(parameters, run, key) for run in runs)]
    wanted = {key if key in columns else _SYNONYMS.get(key, key): value for key, value in cell.items()}
    if unknown := wanted.keys() - {*columns, *of_runs}:
        known = ", ".join((*columns, *of_runs)) or "no key, since no run is behind it"
        raise UserError(f"'{min(unknown)}' does not name a cell of {table}; use {known}.")
    chosen = _chosen(table, rows, {key: value for key, value in wanted.items() if key in columns})
    own = {key: value for key, value in wanted.items() if key not in columns}
    cells = {tuple((key, row[key]) for key in COLUMNS if key in columns) for row in chosen} or {()}
    matching = [run for run in runs if any(fits(parameters, run, own | dict(cell)) for cell in cells)]
    if not matching:
        raise UserError(f"No run behind {report} matches {_words(cell)}.")
    return matching


def runs_of(jobs: list[Job], report: str) -> tuple[Job, list[Job]]:
    """Of a study's jobs, the one that makes a report, and the runs behind it."""
    rendered, *others = chain(jobs, report)
    return rendered, [job for job in others if "rule" in job.key] or others


def _chosen(table: Path, rows: list[_Row], wanted: _Row) -> list[_Row]:
    """The rows that have these values; UserError if none has one of them, or all."""
    for key, value in wanted.items():
        if not any(_is(key, row[key], value) for row in rows):
            values = list(dict.fromkeys(row[key] for row in rows))
            more = ", ..." if len(values) > _MOST else ""
            raise UserError(
                f"{table} has no row with {key}={value}; there {key} is {', '.join(values[:_MOST]) or 'nothing'}{more}."
            )
    chosen = [row for row in rows if all(_is(key, row[key], value) for key, value in wanted.items())]
    if wanted and not chosen:
        raise UserError(f"{table} has no row with all of {_words(wanted)}; leave some out.")
    return chosen


def _words(cell: _Row) -> str:
    return ", ".join(f"{key}={value}" for key, value in cell.items())


def _rows(rendered: Job, report: str) -> tuple[Path, list[str], list[_Row]]:
    """The table of a report as it was made, its columns and its rows; without columns if a report has no table."""
    tables = [path for path in rendered.output_paths if path.suffix == ".csv"]
    if not tables:
        return Path(report), [], []
    table = next((path for path in tables if path.stem == Path(report).stem), tables[0])
    check(table)
    reader = csv.DictReader(read_text(table).splitlines(keepends=True))
    rows = list(reader)
    return table, list(reader.fieldnames or ()), rows


def _is(column: str, value: str, asked: str) -> bool:
    """Whether a table's value is the one that was asked for; rules and architectures have two names."""
    names = [value]
    if column in ("method", "rule"):
        names += [rule for rule in registry.names(params.RULES) if _label(rule) == value]
    if column == "arch":
        asked = params.architecture_label(asked)
    return any(_same(name, asked) for name in names)


def fits(parameters: params.Parameters, run: Job, wanted: _Row) -> bool:
    """Whether a run is one of those that are wanted; what it does not know does not count.

    Nor does what a table writes behind a name and a comma: how the run was tested, or the data, which ``source`` says.
    """
    names = {key: _names(parameters, run, key) for key in wanted}
    return all(
        not names[key] or any(_same(name, value.partition(", ")[0]) for name in names[key])
        for key, value in wanted.items()
    )


def _names(parameters: params.Parameters, run: Job, column: str) -> tuple[str, ...]:
    """How a run's own value in a column may be written; nothing if it has none."""
    own = run.key.get(_AXES.get(column, column))
    if own is None:
        return (_OWN_RATE,) if column == "learning_rate" else ()
    if column == "dataset":
        return (params.task_of(parameters, own).dataset,)
    if column == "source":
        return (params.study_task(parameters, own).data.source,)
    if column == "method":
        return (own, _label(own))
    if column == "arch":
        return (own, params.architecture_label(own))
    return (str(own),)


def _label(rule: str) -> str:
    return registry.load(params.RULES, rule).label


def _same(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return one.lower() == other.lower()

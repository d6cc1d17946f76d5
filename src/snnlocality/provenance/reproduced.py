"""Whether the results that are here are, to the bit, those that Git has committed; if not, which, why and how much."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from snnlocality import parameters as params
from snnlocality import paths, portable
from snnlocality.errors import UserError
from snnlocality.provenance import manifest
from snnlocality.provenance.audit import chosen
from snnlocality.provenance.environment import astray, locked_versions
from snnlocality.provenance.manifest import is_as_remembered, md5
from snnlocality.provenance.records import execution_of
from snnlocality.study.step import Job

if TYPE_CHECKING:
    import pandas as pd

_ENGINE = "cpu"  # whose results are committed
_MOST = 5  # differences of one kind that are told before the rest is counted


class State(StrEnum):
    """How an output compares with the committed one."""

    SAME = "same"
    DIFFERS = "differs"
    MISSING = "missing"


class Output(NamedTuple):
    """A file or folder that dvc.lock remembers, compared."""

    path: Path
    known: str  # MD5 in the committed dvc.lock
    job: Job  # the first along the way that makes a part of it
    state: State


def compared(parameters: params.Parameters, targets: Sequence[str] = ()) -> list[Output]:
    """All outputs of the study that Git has committed, or those behind the targets; along the way, the data first.

    Raises UserError if dvc.lock remembers another study, and for a target that no step makes.
    """
    jobs = chosen(parameters, targets)
    if targets:
        jobs.reverse()  # a target comes before what is behind it
    makers: dict[str, Job] = {}  # of files and of the folders that they are in: the first along the way
    for job in jobs:
        for path in (place for file in job.output_paths for place in (file, *file.parents)):
            makers.setdefault(str(path), job)
    outputs = [
        Output(Path(path), known, makers[path], _state(Path(path), known))
        for path, known in manifest.committed_outputs().items()
        if path in makers
    ]
    if not any(output.path.is_relative_to(paths.RESULTS / parameters.label) for output in outputs) and not targets:
        raise UserError(
            f"The committed {manifest.LOCK} does not remember the study '{parameters.label}', so there is nothing to "
            "compare with; git checkout the commit whose dvc.lock does."
        )
    order = {job.output: number for number, job in enumerate(jobs)}
    return sorted(outputs, key=lambda output: order[output.job.output])


def text(parameters: params.Parameters, outputs: Sequence[Output]) -> str:
    """The verdict in words."""
    same = sum(output.state is State.SAME for output in outputs)
    if same == len(outputs):
        return f"reproduced: {same} of {same} outputs are those of the committed lock."
    missing = [output for output in outputs if output.state is State.MISSING]
    lines = [f"not reproduced: {same} of {len(outputs)} outputs are those of the committed lock."]
    if missing:
        lines.append(f"{len(missing)} are not here, first {missing[0].path}; snakemake -c2 computes them.")
    differing = [output for output in outputs if output.state is State.DIFFERS]
    if differing:
        lines += [
            f"The first that differs: {differing[0].path} ({differing[0].job.name}).",
            *(f"Likely cause: {cause}." for cause in causes(differing[0])),
            *sizes(parameters, differing),
            "The committed lock is as it was. To have it remember these results: dvc commit --force, and commit it.",
        ]
    return "\n".join(lines)


def causes(output: Output) -> list[str]:
    """Why an output whose inputs are as committed may be another: what else decides it, and is another now."""
    changed = _changed_dependencies(output.path)
    found = []
    if "src/snnlocality" in changed:
        found.append("the code is not that of the committed lock (git log, git status)")
    if names := changed.get("params.yaml"):
        found.append(f"parameters are others: {', '.join(sorted(names))}")
    if "envs/requirements.lock" in changed:
        found.append("the libraries are locked to other versions")
    found += [f"{path} is another file" for path in changed if path.startswith("published/")]
    if found:
        return found
    facts = execution_of(output.job)
    if facts is None:
        return ["unknown: no log here tells how it was computed"]
    found += [
        f"{name} {version} computed it, and {' or '.join(locked_versions()[name])} is locked"
        for name, version in facts.get("libraries", {}).items()
        if version is not None and version not in locked_versions().get(name, (version,))
    ]
    if facts.get("engine", _ENGINE) != _ENGINE:
        found.append(f"the engine {facts['engine']} computed it, and {_ENGINE} what is committed")
    if not portable.available():
        found.append(portable.NOT_PORTABLE.removesuffix("."))
    else:
        found += [
            f"{taken} was the code that computed it, not {common}"
            for taken, common in astray(facts.get("code_path", {})).items()
        ]
    return found or [
        f"unknown: code, parameters and libraries are the same. Please report it, with {facts['processor']}, "
        f"{facts['libc']} and Python {facts['python']}"
    ]


def _changed_dependencies(path: Path) -> dict[str, dict[str, str]]:
    """What DVC finds changed of the things that decide an output; of parameters by name."""
    done = subprocess.run(["dvc", "status", "--json"], capture_output=True, text=True, check=False)
    try:
        stages = json.loads(done.stdout)
    except json.JSONDecodeError:
        return {}
    for entries in stages.values():
        found = {kind: content for entry in entries if isinstance(entry, dict) for kind, content in entry.items()}
        if str(path) in found.get("changed outs", {}):
            return found.get("changed deps", {})
    return {}


def sizes(parameters: params.Parameters, differing: Sequence[Output]) -> Iterator[str]:
    """How far the tables are from the committed ones, where a snapshot of these is in Git."""
    import pandas as pd

    for output in differing:
        before = Path("docs") / parameters.label / output.path.relative_to(output.path.parts[0])
        if output.path.suffix == ".csv" and before.is_file() and md5(before) == output.known:
            yield f"{output.path}: {difference(pd.read_csv(before), pd.read_csv(output.path))}."


def difference(before: "pd.DataFrame", after: "pd.DataFrame") -> str:
    """In words, how two tables of the same rows differ: numbers by how much, texts by what they were."""
    if list(before.columns) != list(after.columns) or len(before) != len(after):
        return (
            f"{len(after)} rows of {len(after.columns)} columns, committed are {len(before)} of {len(before.columns)}"
        )
    found = []
    for column in before.columns:
        old, new = before[column], after[column]
        rows = ~((old == new) | (old.isna() & new.isna()))
        if not rows.any():
            continue
        if old.dtype.kind in "biuf" and new.dtype.kind in "biuf":
            found.append(
                f"{column} differs in {rows.sum()} of {len(rows)} rows, by {(old - new).abs().max():.3g} at most"
            )
        else:
            keys = before.iloc[:, 0]
            told = [f"{keys[row]} '{new[row]}' instead of '{old[row]}'" for row in rows.index[rows]]
            more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
            found.append(f"{column}: {', '.join(told[:_MOST])}{more}")
    return "; ".join(found)


def _state(path: Path, known: str) -> State:
    if not path.exists():
        return State.MISSING
    return State.SAME if is_as_remembered(path, known) else State.DIFFERS

"""DVC's stages, written from the steps: ``dvc.yaml`` for the study that params.yaml chooses.

A task's data and bar, and the runs of each rule on it (at each learning rate that all cells share, too), are stages of
their own; every report is one, and remembers too what other steps make for it and no stage before it remembers. Stages
are of a study's tasks and rules, since DVC cannot choose by a study's name.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from snnlocality import parameters as params
from snnlocality.errors import UserError
from snnlocality.storage import LONGEST_TEXT, read_text, write_text
from snnlocality.study import catalogue
from snnlocality.study.axes import LEARNING_RATE, RULE, TASK, written
from snnlocality.study.needs import fitting, nothing
from snnlocality.study.step import PUBLISHED, Output, Report, Step

PATH = Path("dvc.yaml")
_HEAD = """\
# Written by `snnlocality stages` from src/snnlocality/study: a change there, not here, lasts.
# What DVC remembers: the artifacts of the chosen study, by families and reports. Snakemake computes them; every stage
# asks it for one target, so that only affected jobs run (outputs persist, DVC never deletes them first), and then
# checks what is behind the target by its records: an edited result is refused, not remembered.
# A stage names all that decides its jobs, coarsely: what of it must run is Snakemake's to say. What it remembers is the
# science alone, the same whoever computes it; who did, when and where, is in logs/, beside it (docs/reruns.md).
# PYTHONPATH makes it the code of the folder that DVC computes in, which `dvc exp run --temp` copies.
# SNAKEMAKE_PROFILE chooses where stages run. Whole studies only: a scaled study (scale below 1) is a trial.
"""
_SNAKEMAKE = (
    "snakemake --profile \\${SNAKEMAKE_PROFILE:-workflow/profiles/local} --quiet host progress "
    "--config study=${study} --"
)
_AUDIT = "PYTHONPATH=src snnlocality audit --skip-lock --skip-raw"
_ALWAYS = ("envs/requirements.lock", "src/snnlocality")
_RESULTS = "results/${study}"


def text(parameters: params.Parameters) -> str:
    """``dvc.yaml`` for the chosen study."""
    stages: str = yaml.dump({"stages": dict(_stages(parameters))}, sort_keys=False, width=120, Dumper=_Indented)
    return _HEAD + stages


def write(parameters: params.Parameters) -> Path:
    """Make ``dvc.yaml`` fit the chosen study; return its path."""
    write_text(PATH, text(parameters))
    return PATH


def check(parameters: params.Parameters) -> None:
    """Raise UserError unless ``dvc.yaml`` fits the chosen study, as a whole."""
    if parameters.scale != 1:
        raise UserError(
            f"DVC remembers whole studies, and 'scale' is {parameters.scale:g} in {params.PARAMS}; try the study with "
            "Snakemake, or set 'scale' to 1."
        )
    if read_text(PATH, LONGEST_TEXT) != text(parameters):
        raise UserError(
            f"The stages of {PATH} are of a study with other tasks or rules than '{parameters.study}'; write its own "
            "with: snnlocality stages"
        )


class _Indented(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML has no types
    """Lists stand below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """See PyYAML."""
        super().increase_indent(flow, False)


def _stages(parameters: params.Parameters) -> Iterator[tuple[str, dict[str, Any]]]:
    # First of all, so that others than the chosen study's stop at once.
    yield "study", {"cmd": "snnlocality stages --check", "params": ["study", "scale"]}
    remembered: set[str] = set()
    for step in catalogue.behind(parameters, catalogue.reports()):
        if TASK in step.axes and set(step.axes) <= {TASK, RULE, LEARNING_RATE} and _has_jobs(parameters, step):
            yield _of_task(parameters, step)
            remembered |= {one.name for one in (step, *_before(parameters, step))}
    stages: dict[str, list[Report]] = {}
    for report in sorted(catalogue.reports(), key=lambda report: report.name == "index"):
        stages.setdefault(report.stage or report.name, []).append(report)
    for name, reports in stages.items():
        behind = (step for step in catalogue.behind(parameters, reports) if _has_jobs(parameters, step))
        own = [step for step in behind if step.name not in remembered]
        remembered |= {step.name for step in own}
        yield name, _of_reports(parameters, reports, own)


def _of_task(parameters: params.Parameters, step: Step) -> tuple[str, dict[str, Any]]:
    """A stage for each task: its files; or for each rule on it, and learning rate: the folder of its runs."""
    target = _item(step.outputs[next(iter(step.outputs))])
    folder = str(Path(target).parent)
    by_rule = RULE in step.axes
    made = [folder] if by_rule else [target, f"{folder}/{step.name}.record.json"]
    steps = [step, *_before(parameters, step)] if by_rule else [step]
    read = dict.fromkeys(
        one.step for each in steps for one in catalogue.inputs(parameters, each) if one.step not in steps
    )
    matrix: dict[str, Any] = {"task": list(params.tasks(parameters))}
    study = f"studies.{parameters.study}"
    if by_rule:
        matrix["rule"] = f"${{{study}.rules}}" if parameters.studies[parameters.study].rules else "${rules}"
    if LEARNING_RATE in step.axes:
        matrix["learning_rate"] = f"${{{study}.analyses.learning_rates}}"
    return step.name.replace("collect", "runs"), {
        "matrix": matrix,
        "cmd": _commands([target]),
        "params": _unique(_item(key, study=True) for one in steps for key in one.params),
        "deps": sorted((*_ALWAYS, *(_item(one.outputs[name]) for one in read for name in one.outputs))),
        "outs": _persisting(made),
    }


def _before(parameters: params.Parameters, step: Step) -> Iterator[Step]:
    """The steps whose results lie in a rule's folder of runs."""
    for read in catalogue.inputs(parameters, step):
        if read.step.outputs and RULE in read.step.axes:
            yield read.step
            yield from _before(parameters, read.step)


def _of_reports(parameters: params.Parameters, reports: list[Report], own: list[Step]) -> dict[str, Any]:
    targets = [f"reports/{next(iter(report.outputs.values()))}" for report in reports]
    families = _unique((family for step in own for family in _families(parameters, step)), "/")
    made = [f"reports/{one}" for report in reports for one in (*report.outputs.values(), f"{report.name}.record.json")]
    if len(reports) > 1:
        made = sorted({str(Path(one).parent) for one in targets})
    deps = {*_ALWAYS, *(f"{PUBLISHED}/{name}" for report in reports for name in report.static_inputs)}
    for step in (*reports, *own):
        for read in catalogue.inputs(parameters, step):
            if _has_jobs(parameters, read.step):
                deps |= set(_read(parameters, step, read))
    keys = [key for step in (*reports, *own) for key in step.params]
    stage: dict[str, Any] = {"cmd": _commands(targets)}
    if keys:
        stage["params"] = _unique(one for key in keys for one in _keys(parameters, key))
    stage["deps"] = _unique(sorted(deps - set(families)), "/")
    plots = [one for one in made if one.endswith((".svg", "curves.csv"))]
    metrics = [one for one in made if one.endswith("metrics.json")]
    stage["outs"] = _persisting([*families, *sorted(set(made) - set(plots) - set(metrics))])
    if metrics:
        stage["metrics"] = _persisting(metrics)
    if plots:
        axes = {"reports/curves.csv": {"x": "epoch", "y": "validation_accuracy"}}
        stage["plots"] = [{one: {"persist": True, **axes.get(one, {})}} for one in sorted(plots)]
    return stage


def _has_jobs(parameters: params.Parameters, step: Step) -> bool:
    return any(True for _ in step.keys(parameters))


def _read(parameters: params.Parameters, reader: Step, read: Output) -> Iterator[str]:
    """Paths of dvc.yaml that hold what is read: a task's file, or all of its folder; of others, the family."""
    step = read.step
    if isinstance(step, Report):
        yield (
            str(step.folder / Path(step.outputs[read.name]).parent)
            if step.stage
            else f"reports/{step.name}.record.json"
        )
    else:
        fit = fitting(parameters, step.needs if reader.needs is nothing else reader.needs)
        tasks = [task for task in fit if read.key.get(TASK.name, task) == task]
        if step.axes == (TASK,):
            yield from (f"{_RESULTS}/{step.outputs[read.name].format(task=task)}" for task in tasks)
        else:
            yield from _families(parameters, step, tasks)


def _families(parameters: params.Parameters, step: Step, tasks: Iterable[str] | None = None) -> list[str]:
    """The folders that hold all jobs of a step (on these tasks), and that no stage shares with another."""
    parts = Path(next(iter(step.outputs.values()))).parts
    swept = len(parts) - len(Path(next(iter(step.like.outputs.values()))).parts) if step.like else 0
    family = "/".join(parts[: swept + 1])
    named = [axis.name for axis in step.axes if f"{{{axis.name}}}" in family]
    keys = (key for key in step.keys(parameters) if tasks is None or key.get(TASK.name) in (None, *tasks))
    return _unique((f"{_RESULTS}/{family.format(**{name: written(key[name]) for name in named})}" for key in keys), "/")


def _commands(targets: list[str]) -> list[str]:
    return [f"{_SNAKEMAKE} {' '.join(targets)}", f"{_AUDIT} {' '.join(targets)}"]


def _persisting(paths: Iterable[str]) -> list[dict[str, Any]]:
    return [{path: {"persist": True}} for path in paths]


def _item(template: str, study: bool = False) -> str:
    """A template of a step as one of DVC's, in a stage for each task."""
    filled = template.replace("{study}", "${study}")
    for axis in (TASK, RULE, LEARNING_RATE):
        filled = filled.replace(f"{{{axis.name}}}", f"${{item.{axis.name}}}")
    return filled if study else f"{_RESULTS}/{filled}"


def _keys(parameters: params.Parameters, key: str) -> Iterator[str]:
    """A key of params.yaml, for each task it stands for."""
    for task in fitting(parameters) if "{task}" in key else ("",):
        yield key.replace("{task}", task).replace("{study}", "${study}")


def _unique(values: Iterable[str], separator: str = ".") -> list[str]:
    """Each once, without what is part of another."""
    once = list(dict.fromkeys(values))
    return [one for one in once if not any(one.startswith(f"{other}{separator}") for other in once)]

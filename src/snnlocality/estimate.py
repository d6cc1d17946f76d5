"""How many jobs a study has and how long they will take, before any is started."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.provenance.records import execution_log
from snnlocality.storage import read_json
from snnlocality.study import catalogue
from snnlocality.study.axes import TASK
from snnlocality.study.step import Work
from snnlocality.study.steps import prepare

_RATES = Path(__file__).with_suffix(".json")


class Line(NamedTuple):
    """The jobs of one step on one task."""

    step: str
    task: str
    jobs: int
    hours: float  # of one processor, all jobs together; NaN if no job of this kind was ever timed


def work(parameters: params.Parameters, task: str) -> Work:
    """What the work of a task's jobs is proportional to."""
    study, sizes = params.study_task(parameters, task), params.analyses(parameters)
    folds, samples = study.data.split.folds, _samples(parameters, task)
    tested = samples * (study.data.split.test_share if folds == 1 else 1 / folds)
    steps = getattr(study.data, "steps", None) or study.data.steps_per_frame
    return Work(samples, steps, max(1, round(study.training.epochs * parameters.scale)), folds, tested, sizes)


def work_of(parameters: params.Parameters, step: str, task: str) -> float:
    """How much work one job is: a number that makes jobs of different studies comparable."""
    return catalogue.by_name()[step].work(work(parameters, task)) if task else 1.0


def _samples(parameters: params.Parameters, task: str) -> float:
    """Of the prepared data; before they are prepared, of the whole set that the source is named after."""
    data = prepare.STEP.path("data", parameters.label, {"task": task})
    if not data.exists():
        return params.source_of(parameters, task).samples * parameters.scale
    from snnlocality.tensors import read_tensors

    arrays, _ = read_tensors(data)
    return len(arrays["fold0"])


def measured(parameters: params.Parameters) -> dict[str, float]:
    """Seconds of one processor per amount of work by "step task", from the execution logs of this study.

    Of the processor's own time, since a machine that was busy with other things is no slower than it is. What was taken
    from the run cache says nothing; logs of before that time was kept say the time that passed.
    """
    seconds = defaultdict(list)
    for log in sorted((paths.LOGS / paths.RESULTS / parameters.label).rglob("*.execution.json")):
        step = log.name.removesuffix(".execution.json")
        task = next((task for task in parameters.tasks if task in log.parts), "")
        seconds[f"{step} {task}".strip()] += _seconds(log)
    for report in (job for step in catalogue.reports() for job in step.jobs(parameters)):
        log = execution_log(report)
        if log.exists():
            seconds[report.name] += _seconds(log)
    return {
        key: sum(all_jobs) / len(all_jobs) / work_of(parameters, *(*key.split(), "")[:2])
        for key, all_jobs in sorted(seconds.items())
        if all_jobs
    }


def _seconds(log: Path) -> list[float]:
    """Of one execution; none if it computed nothing."""
    facts = read_json(log)
    return [] if "taken_from" in facts else [facts.get("processor_seconds", facts["seconds"])]


def estimate(parameters: params.Parameters, rates: Mapping[str, float]) -> list[Line]:
    """A line per step and task, in the order in which jobs come."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for job in catalogue.everything(parameters):
        counts[job.name, job.key.get("task", "")] += 1
    return [
        Line(
            step,
            task,
            count,
            count * work_of(parameters, step, task) * rates.get(f"{step} {task}".strip(), float("nan")) / 3600,
        )
        for (step, task), count in counts.items()
    ]


def unfitting(parameters: params.Parameters) -> Iterator[str]:
    """A line for every measurement that a task of the study has not, which says why."""
    for step in catalogue.steps():
        for task in params.tasks(parameters) if TASK in step.axes else ():
            if (reason := step.needs(parameters, task)) is not None:
                yield f"No {step.name} on {task}: {reason}."


def known_rates() -> tuple[dict[str, float], str]:
    """Rates, and what they are of: this machine's own demo if it was run here, else what came with the project."""
    own = measured(params.load(study="demo"))
    if "train vision" in own:
        return own, "the demo on this machine"
    table = json.loads(_RATES.read_text(encoding="utf-8"))
    return table["rates"], table["machine"]


def text(parameters: params.Parameters, cores: int) -> str:
    """The estimate as people read it."""
    rates, machine = known_rates()
    lines = estimate(parameters, rates)
    rows = [f"{'step':<22}{'task':<8}{'jobs':>7}{'hours':>9}"]
    rows += [f"{line.step:<22}{line.task:<8}{line.jobs:>7}{line.hours:>9.2f}" for line in lines]
    total = sum(line.hours for line in lines if line.hours == line.hours)
    rows.append(f"{'all':<30}{sum(line.jobs for line in lines):>7}{total:>9.2f}")
    return "\n".join(
        [
            f"Study '{parameters.label}': about {total / cores:.1f} hours on {cores} processors.",
            *rows,
            f"Hours of one processor that does nothing else, scaled up from {machine}. Finished jobs are counted too; "
            "as long as data are not prepared, sources on disk are taken for whole sets.",
            *unfitting(parameters),
        ]
    )

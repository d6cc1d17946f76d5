"""How many jobs a study has and how long they will take, before any is started."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from heapq import heappop, heappush
from pathlib import Path
from typing import NamedTuple

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.parameters.model import Recordings
from snnlocality.provenance.records import execution_log
from snnlocality.storage import read_json
from snnlocality.study import catalogue
from snnlocality.study.axes import TASK
from snnlocality.study.step import Job, Work
from snnlocality.study.steps import prepare

Kind = tuple[str, str]  # a step, and its task or ""

_LAWS = Path(__file__).with_suffix(".json")


class Law(NamedTuple):
    """How long a job takes: seconds of one processor that do not depend on its work, and those for each unit of it."""

    start: float
    rate: float


class Line(NamedTuple):
    """The jobs of one step on one task."""

    step: str
    task: str
    jobs: int
    hours: float  # of one processor, all jobs together; NaN if none was ever timed


def work(parameters: params.Parameters, task: str) -> Work:
    """What the work of a task's jobs is proportional to."""
    study, sizes = params.study_task(parameters, task), params.analyses(parameters)
    folds, samples = study.data.split.folds, _samples(parameters, task)
    tested = samples * (study.data.split.test_share if folds == 1 else 1 / folds)
    steps = study.data.steps if isinstance(study.data, Recordings) else study.data.steps_per_frame
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
    """Seconds of one processor that a job took, by "step task", from the execution logs of this study: means.

    Of the processor's own time, since a machine that was busy with other things is no slower than it is. What was taken
    from the run cache says nothing; logs of before that time was kept say the time that passed.
    """
    seconds = defaultdict[str, list[float]](list)
    for log in sorted((paths.LOGS / paths.RESULTS / parameters.label).rglob("*.execution.json")):
        step = log.name.removesuffix(".execution.json")
        task = next((task for task in parameters.tasks if task in log.parts), "")
        seconds[f"{step} {task}".strip()] += _seconds(log)
    for report in (job for step in catalogue.reports() for job in step.jobs(parameters)):
        log = execution_log(report)
        if log.exists():
            seconds[report.name] += _seconds(log)
    return {key: sum(all_jobs) / len(all_jobs) for key, all_jobs in sorted(seconds.items()) if all_jobs}


def law(points: Sequence[tuple[float, float]], assumed: Law) -> Law:
    """Through (work, seconds) of the least and the most work; what one amount of work cannot say is ``assumed``."""
    (least, quick), (most, slow) = min(points), max(points)
    if most < 2 * least:
        start = min(assumed.start, quick)
        return Law(start, (quick - start) / least)
    rate = max(slow - quick, 0) / (most - least)
    return Law(max(quick - rate * least, 0), rate)


def _seconds(log: Path) -> list[float]:
    """Of one execution; none if it computed nothing."""
    facts = read_json(log)
    return [] if "taken_from" in facts else [facts.get("processor_seconds", facts["seconds"])]


def seconds_of(parameters: params.Parameters, jobs: Sequence[Job], laws: Mapping[str, Law]) -> dict[Kind, float]:
    """How long a job of each step and task takes; NaN if none was ever timed."""
    unknown, result = Law(math.nan, 0), {}
    for step, task in dict.fromkeys(map(_kind, jobs)):
        start, rate = laws.get(f"{step} {task}".strip(), unknown)
        result[step, task] = start + rate * work_of(parameters, step, task)
    return result


def estimate(jobs: Sequence[Job], seconds: Mapping[Kind, float]) -> list[Line]:
    """A line per step and task, in the order in which jobs come."""
    return [Line(*kind, count, count * seconds[kind] / 3600) for kind, count in Counter(map(_kind, jobs)).items()]


def elapsed(jobs: Sequence[Job], seconds: Mapping[Kind, float], processors: int) -> float:
    """Seconds from the first job's start to the last one's end, each started when its inputs are made, in this order.

    A job takes one processor; one that was never timed takes none of its time.
    """
    maker = {path: number for number, job in enumerate(jobs) for path in job.output_paths}
    missing = [{maker[path] for path in job.input_paths if path in maker} for job in jobs]
    users = defaultdict(list)
    for number, makers in enumerate(missing):
        for one in makers:
            users[one].append(number)
    ready = [number for number, makers in enumerate(missing) if not makers]  # sorted, so a heap
    running: list[tuple[float, int]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < processors:
            number = heappop(ready)
            own = seconds[_kind(jobs[number])]
            heappush(running, (now if math.isnan(own) else now + own, number))
        now, done = heappop(running)
        for number in users[done]:
            missing[number].remove(done)
            if not missing[number]:
                heappush(ready, number)
    return now


def _kind(job: Job) -> Kind:
    return (job.step.like or job.step).name, job.key.get("task", "")


def unfitting(parameters: params.Parameters) -> Iterator[str]:
    """A line for every reason why a task of the study has not all measurements, which names them."""
    missing = defaultdict[tuple[str, str], list[str]](list)
    for step in catalogue.steps():
        for task in params.tasks(parameters) if TASK in step.axes and not step.like else ():
            if (reason := step.needs(parameters, task)) is not None:
                missing[task, reason].append(step.name)
    for (task, reason), steps in missing.items():
        yield f"Not on {task} ({reason}): {', '.join(steps)}."


def known_laws() -> tuple[dict[str, Law], str]:
    """Laws, and what they are of: all that was run on this machine, whatever the study, else what came with us.

    Where a step ran with different amounts of work, as in a study and a scaled one, its law is this machine's alone.
    """
    table = json.loads(_LAWS.read_text(encoding="utf-8"))
    laws, machine = {key: Law(*values) for key, values in table["laws"].items()}, table["machine"]
    points = defaultdict(list)
    for parameters in _studies_run_here():
        for key, seconds in measured(parameters).items():
            points[key].append((work_of(parameters, *(*key.split(), "")[:2]), seconds))
    if "train vision" not in points:
        return laws, machine
    return laws | {key: law(of_step, laws.get(key, Law(0, 0))) for key, of_step in points.items()}, "what ran here"


def _studies_run_here() -> Iterator[params.Parameters]:
    """Those of params.yaml, whole or scaled, of which there are logs."""
    for folder in sorted((paths.LOGS / paths.RESULTS).glob("*")):
        with suppress(UserError):  # a study that is no longer in params.yaml
            yield params.load(study=folder.name)


def text(parameters: params.Parameters, cores: int) -> str:
    """The estimate as people read it."""
    laws, machine = known_laws()
    jobs = list(catalogue.everything(parameters))
    seconds = seconds_of(parameters, jobs, laws)
    lines = estimate(jobs, seconds)
    rows = [f"{'step':<22}{'task':<8}{'jobs':>7}{'hours':>9}"]
    rows += [f"{line.step:<22}{line.task:<8}{line.jobs:>7}{line.hours:>9.2f}" for line in lines]
    total = sum(line.hours for line in lines if not math.isnan(line.hours))
    rows.append(f"{'all':<30}{sum(line.jobs for line in lines):>7}{total:>9.2f}")
    hours = elapsed(jobs, seconds, cores) / 3600
    return "\n".join(
        [
            f"Study '{parameters.label}': about {hours:.1f} hours on {cores} processors.",
            *rows,
            f"Hours of one processor that does nothing else, scaled up from {machine}. Finished jobs are counted too; "
            "as long as data are not prepared, sources on disk are taken for whole sets.",
            *unfitting(parameters),
        ]
    )

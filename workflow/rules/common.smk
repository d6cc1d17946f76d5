# What the rules share: the checked parameters of the chosen study, and the plan of every step.
import os
import sys
from itertools import chain

# This checkout's own code, here and in the jobs, whatever environment is active: `dvc exp run --temp` computes in a copy.
SOURCE = os.path.join(workflow.basedir, "src")
sys.path.insert(0, SOURCE)
PATHS = filter(None, (SOURCE, os.environ.get("PYTHONPATH")))
os.environ |= {"PYTHONPATH": os.pathsep.join(PATHS)}

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from snnlocality import parameters, paths, plan
from snnlocality.engines.choice import VARIABLE, checked_name
from snnlocality.errors import UserError
from snnlocality.provenance import memory, raw, requests, run_cache
from snnlocality.provenance.checkout import refuse_code_of_another
from snnlocality.provenance.environment import installed_versions, not_as_locked

# How to compute, never what: it reaches the jobs beside their parameters, so that a change reruns nothing.
if "engine" in config:
    os.environ[VARIABLE] = str(config["engine"])
try:
    refuse_code_of_another()
    PARAMETERS = requests.parameters_of(config)
    ENGINE = checked_name()
    if workflow.is_main_process:
        requests.check_targets(PARAMETERS, sys.argv[1:])
except UserError as error:
    raise WorkflowError(str(error)) from None

STUDY = PARAMETERS.label
REPORTS = [str(path) for report in plan.reports(PARAMETERS) for path in report.outputs]
RUN_WILDCARDS = ("{task}", "{rule}", "{arch}", "{fold}", "{seed}")
RUN = str(paths.run(STUDY, *RUN_WILDCARDS))

LIBRARIES = memory.as_text(installed_versions())

# A clone, an older commit: what Snakemake remembers is what the records beside the results say.
if workflow.is_main_process:
    searches = (*plan.searches(PARAMETERS), plan.search_table(PARAMETERS))
    memory.recall(STUDY, chain(plan.everything(PARAMETERS), searches))

logger.info(f"Study: {STUDY}; engine: {ENGINE}")
if others := not_as_locked():
    logger.warning(others)
if PARAMETERS.scale != 1:
    logger.info(
        f"At scale {PARAMETERS.scale:g} this is a trial of '{PARAMETERS.study}': dvc repro does not know it, and computes "
        "the whole study."
    )

# Who has the results needs no raw data; who must prepare some is told before any job starts.
UNPREPARED = requests.unprepared(PARAMETERS) if workflow.is_main_process else {}
for reason in UNPREPARED.values():
    logger.warning(reason)


# Several runs on one thread each are faster than one run on several; a study of few runs spreads them.
RUNS = sum(
    len(plan.runs_of(PARAMETERS, task)) * len(parameters.rules(PARAMETERS))
    for task in parameters.tasks(PARAMETERS)
)
# (There is no number of cores where nothing runs, as for --report.)
RUN_THREADS = max(1, (workflow.global_resources["_cores"].value or 1) // RUNS)


wildcard_constraints:
    task="|".join(parameters.TASKS),
    rule=r"[a-z][a-z0-9_]*",
    arch="ff|rec|ff_matched",
    fold=r"\d+",
    seed=r"\d+",
    trigger="visible|invisible",
    rate=r"[0-9.]+",
    pair=r"\d+",
    experiment=r"[a-z][a-z_]*",


def log_of(output):
    return str(paths.log(output, ".log"))


def benchmark_of(output):
    return str(paths.log(output, ".benchmark.tsv"))


def run_plan(step):
    """The plans of one step of all runs: training, evaluation or a measurement."""
    return lambda wildcards: step(
        PARAMETERS,
        wildcards.task,
        wildcards.rule,
        wildcards.arch,
        int(wildcards.fold),
        int(wildcards.seed),
    )


def made_of(plan_of):
    """Inputs for jobs of the plans ``plan_of(wildcards)``: what other steps made."""
    return lambda wildcards: plan_of(wildcards).made


def params_of(plan_of):
    """Parameters for jobs of the plans ``plan_of(wildcards)``, the same of every kind: what decides beside inputs.

    A change of settings, code or libraries, and nothing else, redoes it. ``lost`` lists the results it reads that are
    gone: Snakemake would compute them only if their reader ran for another reason. ``raw`` lists raw files that are
    others than those the data were prepared from: they lie anywhere, and are too many to be inputs.
    """
    return {
        "study": STUDY,
        "step": lambda wildcards: plan_of(wildcards).step,
        "settings": lambda wildcards: plan_of(wildcards).decisive,
        "code": lambda wildcards: plan_of(wildcards).code,
        "libraries": LIBRARIES,
        "lost": lambda wildcards: plan_of(wildcards).lost,
        "raw": lambda wildcards: changed_raw_files(plan_of(wildcards)),
    }


def retried(amount):
    """Memory or time that a job asks for; when it is tried again, so much more."""
    return lambda wildcards, attempt: amount * attempt


def changed_raw_files(job):
    return raw.changed(job.raw, job.record) if job.raw else []


def cell_plan(wildcards):
    return plan.train_cell(
        PARAMETERS, wildcards.task, wildcards.rule, wildcards.arch, int(wildcards.fold)
    )


def backdoor_plan(wildcards):
    return plan.backdoor(
        PARAMETERS,
        wildcards.rule,
        wildcards.arch,
        wildcards.trigger,
        float(wildcards.rate),
        int(wildcards.pair),
    )


def convert_plan(wildcards):
    return plan.convert(PARAMETERS, int(wildcards.fold), int(wildcards.seed))


def cka_plan(wildcards):
    return plan.cka(
        PARAMETERS, wildcards.arch, int(wildcards.fold), int(wildcards.seed)
    )


def tutorial_plan(wildcards):
    return plan.tutorial(PARAMETERS, wildcards.experiment)


def collect_plan(wildcards):
    return plan.collect(PARAMETERS, wildcards.task, wildcards.rule)


def search_plan(wildcards):
    return plan.search(PARAMETERS, wildcards.task, wildcards.rule, wildcards.arch)

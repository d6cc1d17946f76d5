# What the rules share: the checked parameters of the chosen study, and its jobs.
import os
import sys
from itertools import chain

# A checkout's own code, here and in the jobs, whatever environment is active: `dvc exp run --temp` computes in a copy.
SOURCE = os.path.realpath(os.path.join(str(workflow.current_basedir), "../../src"))
if os.path.isdir(SOURCE):
    sys.path.insert(0, SOURCE)
    PATHS = filter(None, (SOURCE, os.environ.get("PYTHONPATH")))
    os.environ |= {"PYTHONPATH": os.pathsep.join(PATHS)}

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from snnlocality import parameters, paths
from snnlocality.engines.choice import VARIABLE, checked_name
from snnlocality.errors import UserError
from snnlocality.provenance import memory, requests, run_cache
from snnlocality.provenance.checkout import refuse_code_of_another
from snnlocality.provenance.environment import not_as_locked
from snnlocality.study import catalogue
from snnlocality.study import snakemake as snakemake_rules
from snnlocality.study import snakemake_private as private
from snnlocality.study.axes import AXES
from snnlocality.study.steps import train
from snnlocality.study.workflow import Study, retried

# Of every rule, where the profile asks for one; the container is in the Snakefile.
ENVIRONMENT = "../../envs/environment.yaml"

# How to compute, never what: it reaches the jobs beside their parameters, so that a change reruns nothing.
if "engine" in config:
    os.environ[VARIABLE] = str(config["engine"])
try:
    refuse_code_of_another()
    PARAMETERS = requests.parameters_of(config)
    PLUGGED_IN = catalogue.plugged_in()
    ENGINE = checked_name()
    if private.is_main(workflow):
        requests.check_targets(PARAMETERS, sys.argv[1:])
except UserError as error:
    raise WorkflowError(str(error)) from None

STUDY = PARAMETERS.label
JOBS = Study(PARAMETERS)
input_of, inputs_of, params_of = JOBS.input_of, JOBS.inputs_of, JOBS.params_of

# What workflow/report/caption.rst says of every report: in the configuration, since it decides no rerun.
config["captions"] = catalogue.captions(STUDY)

# A clone, an older commit: what Snakemake remembers is what the records beside the results say.
if private.is_main(workflow):
    jobs = chain(catalogue.everything(PARAMETERS), catalogue.extras(PARAMETERS))
    memory.recall(STUDY, jobs)

logger.info(f"Study: {STUDY}; engine: {ENGINE}")
if others := not_as_locked():
    logger.warning(others)
if PARAMETERS.scale != 1:
    logger.info(
        f"At scale {PARAMETERS.scale:g} this is a trial of '{PARAMETERS.study}': dvc repro does not know it, and computes "
        "the whole study."
    )

# Who has the results needs no raw data; who must prepare some is told before any job starts.
UNPREPARED = requests.unprepared(PARAMETERS) if private.is_main(workflow) else {}
for reason in UNPREPARED.values():
    logger.warning(reason)


# Several runs on one thread each are faster than one run on several; a study of few runs spreads them.
RUNS = sum(1 for _ in train.STEP.keys(PARAMETERS))
RUN_THREADS = max(1, private.cores(workflow) // RUNS)


wildcard_constraints:
    **{axis.name: axis.pattern for axis in AXES},
    study=STUDY.replace(".", r"\."),

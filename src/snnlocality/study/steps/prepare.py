"""Prepare the data of a task."""

from snnlocality import parameters as params
from snnlocality.data.sources import SOURCES
from snnlocality.study.axes import TASK
from snnlocality.study.step import Step


def _modules(settings):
    return f"snnlocality.data.{settings['task']}.convert", SOURCES[settings["data"]["source"]].module


STEP = Step(
    name="prepare",
    help="Prepare the data of a task.",
    axes=(TASK,),
    settings=lambda parameters, key: params.prepare_settings(parameters, key["task"]),
    choices=_modules,
    outputs={"data": "{task}/data.safetensors"},
    entry="snnlocality.steps.prepare:run",
    uses=("advance",),
    raw=lambda settings: SOURCES[settings["data"]["source"]].folder,
    memory_mb=4000,
    minutes=30,
    work=lambda work: work.samples,
    params=("studies.{study}.{task}.data",),
)

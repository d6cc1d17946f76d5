"""Prepare the data of a task."""

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.data.kinds import KINDS
from snnlocality.data.source import source
from snnlocality.study.axes import TASK
from snnlocality.study.step import Step


def _modules(settings):
    name = settings["data"]["source"]
    return KINDS[source(name).kind].convert, registry.module_name(registry.SOURCES, name), source(name).module


STEP = Step(
    name="prepare",
    help="Prepare the data of a task.",
    axes=(TASK,),
    settings=lambda parameters, key: params.prepare_settings(parameters, key["task"]),
    choices=_modules,
    outputs={"data": "{task}/data.safetensors"},
    entry="snnlocality.steps.prepare:run",
    uses=("advance",),
    raw=lambda settings: source(settings["data"]["source"]).folder,
    memory_mb=4000,
    minutes=30,
    work=lambda work: work.samples,
    params=("studies.{study}.tasks.{task}.data",),
)

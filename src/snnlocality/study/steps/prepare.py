"""Prepare the data of a task."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.data.kinds import KINDS
from snnlocality.data.source import source
from snnlocality.parameters.model import Data
from snnlocality.study.axes import TASK
from snnlocality.study.step import Step


@dataclass(frozen=True)
class Settings:
    """What decides the prepared data of a task."""

    task: str
    scale: float  # share of the samples that are kept
    data: Data


def _modules(settings: Settings) -> tuple[str, str, str]:
    name = settings.data.source
    return KINDS[source(name).kind].convert, registry.module_name(registry.SOURCES, name), source(name).module


STEP = Step(
    name="prepare",
    help="Prepare the data of a task.",
    axes=(TASK,),
    settings=lambda p, key: Settings(key["task"], p.scale, params.study_task(p, key["task"]).data),
    choices=_modules,
    outputs={"data": "{task}/data.safetensors"},
    uses=("advance",),
    raw=lambda settings: source(settings.data.source).folder,
    memory_mb=4000,
    minutes=30,
    work=lambda work: work.samples,
    params=("studies.{study}.tasks.{task}.data",),
)

"""Compare the networks of a cell with each other: what CKA is at most, between networks that differ by nothing else."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import CELL, FOLD, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train

AXES = (*CELL, FOLD)


@dataclass(frozen=True)
class Settings:
    """What decides a comparison of a cell's networks."""

    runs: dict[int, params.RunSettings]  # by seed
    samples: int  # of the test part
    batch: int


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    runs = {seed: train.run(parameters, {**key, "seed": seed}) for seed in params.seeds(parameters)}
    return Settings(runs, params.analyses(parameters).cka_samples, parameters.representations.batch)


STEP = Step(
    name="ceiling",
    help="Compare the representations of a cell's networks, each with that of the next seed (CKA).",
    axes=AXES,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "models": train.STEP["model"]},
    settings=settings,
    choices=lambda settings: train.choices(next(iter(settings.runs.values()))),
    outputs={"cka": f"ceiling/{folders(AXES)}/cka.csv"},
    uses=("engine",),
    group="compared",
    work=lambda work: work.sizes.cka_samples * work.steps,
    params=("representations.batch", "studies.{study}.seeds", "studies.{study}.analyses.cka_samples"),
)

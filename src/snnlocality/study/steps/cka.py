"""Compare the representations of all rules' networks, and of converted ones, of one seed."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import ARCH, FOLD, SEED, TASK, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import convert, prepare, train

AXES = (TASK, ARCH, FOLD, SEED)


@dataclass(frozen=True)
class Settings:
    """What decides a comparison of networks."""

    runs: dict[str, params.RunSettings]  # by rule
    relu: convert.Settings
    samples: int  # of the test part
    batch: int


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    runs = {rule: train.run(parameters, {**key, "rule": rule}) for rule in params.rules(parameters)}
    samples, batch = params.analyses(parameters).cka_samples, parameters.representations.batch
    return Settings(runs, convert.settings(parameters, key), samples, batch)


STEP = Step(
    name="cka",
    help="Compare the representations of all methods' networks of one seed (CKA).",
    axes=AXES,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "relu": convert.STEP["relu"], "models": train.STEP["model"]},
    settings=settings,
    choices=lambda settings: train.of_network(settings.relu.network),
    outputs={"cka": f"cka/{folders(AXES)}/cka.csv"},
    uses=("engine",),
    group="compared",
    work=lambda work: work.sizes.cka_samples * work.steps,
    params=("rules", "representations.batch", "studies.{study}.analyses.cka_samples"),
)

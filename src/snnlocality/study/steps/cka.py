"""Compare the representations of all rules' networks, and of converted ones, of one seed."""

from typing import Any

from snnlocality import parameters as params
from snnlocality.study.axes import ARCH, FOLD, SEED, TASK, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import convert, prepare, train

AXES = (TASK, ARCH, FOLD, SEED)


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """What decides each network, and the comparison."""
    return {
        **convert.settings(parameters, key),
        "architecture": key["arch"],
        "rules": {rule: train.settings(parameters, {**key, "rule": rule}) for rule in params.rules(parameters)},
        "samples": params.analyses(parameters).cka_samples,
        "batch": parameters.representations.batch,
    }


STEP = Step(
    name="cka",
    help="Compare the representations of all methods' networks of one seed (CKA).",
    axes=AXES,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "relu": convert.STEP["relu"], "models": train.STEP["model"]},
    settings=settings,
    choices=lambda settings: (train.surrogate(settings),),
    outputs={"cka": f"cka/{folders(AXES)}/cka.csv"},
    entry="snnlocality.steps.cka:run",
    uses=("engine",),
    group="compared",
    work=lambda work: work.sizes.cka_samples * work.steps,
    params=("rules", "representations.batch", "studies.{study}.analyses.cka_samples"),
)

"""Compare the representations of all rules' networks, and of converted ones, of one seed."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.errors import UserError
from snnlocality.study.axes import ARCH, FOLD, SEED, TASK, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import convert, prepare, train


def _comparable(parameters: params.Parameters, task: str, arch: str) -> bool:
    """Whether it has as many layers as converted networks, with which all are compared layer by layer."""
    own, converted = (params.network_of(parameters, task, one).hidden for one in (arch, "ff"))
    return len(own) == len(converted)


def _comparable_ones(parameters: params.Parameters, key: Key) -> list[str]:
    chosen = params.architectures(parameters, key["task"])
    return [arch for arch in chosen if _comparable(parameters, key["task"], arch)]


AXES = (TASK, ARCH._replace(values=_comparable_ones), FOLD, SEED)


@dataclass(frozen=True)
class Settings:
    """What decides a comparison of networks."""

    runs: dict[str, params.RunSettings]  # by rule
    relu: convert.Settings
    samples: int  # of the test part
    batch: int


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study; raises UserError for networks of another depth than converted ones."""
    if not _comparable(parameters, key["task"], key["arch"]):
        raise UserError(f"'cka' does not fit {key['arch']}: converted networks have another number of layers.")
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

"""Attack the networks of one seed by what fools other networks."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import FOLD, SEED, TASK, Key, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import convert, prepare, train

AXES = (TASK, FOLD, SEED)


@dataclass(frozen=True)
class Settings:
    """What decides the accuracies of a seed's networks under attacks on others."""

    runs: dict[str, params.RunSettings]  # attacked, by rule and architecture: "bptt ff"
    sources: dict[str, params.RunSettings]  # likewise, of another seed
    relu: convert.Settings  # of that seed too
    epsilon: tuple[float, ...]
    attacked_samples: int | None


def next_seed(parameters: params.Parameters, key: Key) -> int:
    """The next that has this step, after the last the first: its networks share no initial weights with this one's."""
    seeds = params.seeds_of_step(parameters, "transfer")
    seed: int = key["seed"]
    return seeds[(seed + 1 - seeds[0]) % len(seeds)]


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    other = {**key, "seed": next_seed(parameters, key)}
    cells = [
        {"rule": rule, "arch": arch}
        for rule in params.rules(parameters)
        for arch in params.architectures(parameters, key["task"])
    ]
    runs, sources = (
        {f"{cell['rule']} {cell['arch']}": train.run(parameters, {**of_seed, **cell}) for cell in cells}
        for of_seed in (key, other)
    )
    attacked = params.analyses(parameters).attacked_samples
    return Settings(runs, sources, convert.settings(parameters, other), parameters.robust.epsilon, attacked)


STEP = Step(
    name="transfer",
    help="Attack one seed's networks by what fools a ReLU network, and networks of another seed.",
    axes=AXES,
    needs=one_label,
    inputs={
        "data": prepare.STEP["data"],
        "models": train.STEP["model"],
        "sources": train.STEP["model"].of(seed=next_seed),
        "relu": convert.STEP["relu"].of(seed=next_seed),
    },
    settings=settings,
    choices=lambda settings: tuple(module for run in settings.runs.values() for module in train.choices(run)),
    outputs={
        "accuracies": f"transfer/{folders(AXES)}/accuracies.csv",
        "right": f"transfer/{folders(AXES)}/right.safetensors",
    },
    uses=("engine", "advance"),
    minutes=40,
    group="compared",
    work=lambda work: work.steps * min(work.tested, work.sizes.attacked_samples or work.samples),
    params=("rules", "robust.epsilon", "conversion", "studies.{study}.analyses"),
)

"""Search the hyper-parameters of one cell on validation data. No study waits for it: see docs/search.md."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import CELL, Key, folders
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train


@dataclass(frozen=True)
class Settings:
    """What decides a search."""

    trials: tuple[params.RunSettings, ...]  # a run for every point of the grid and every seed


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the cell, on the first fold."""
    search, (task, rule, arch) = params.search(parameters), key.values()
    trials = (
        params.run_settings(parameters, task, rule, arch, 0, seed, point)
        for point in params.grid(search)
        for seed in search.seeds
    )
    return Settings(tuple(trials))


STEP = Step(
    name="search_cell",
    help="Search the hyper-parameters of one cell on validation data.",
    axes=CELL,
    inputs={"data": prepare.STEP["data"]},
    settings=settings,
    choices=lambda settings: train.choices(settings.trials[0]),
    outputs={"trials": f"search/{folders(CELL)}/trials.csv"},
    uses=("engine", "advance", "keepers"),
    minutes=120,
)

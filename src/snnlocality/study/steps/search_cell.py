"""Search the hyper-parameters of one cell on validation data. No study waits for it: see docs/search.md."""

from typing import Any

from snnlocality import parameters as params
from snnlocality.study.axes import CELL, Key, folders
from snnlocality.study.step import Step
from snnlocality.study.steps import prepare, train


def settings(parameters: params.Parameters, key: Key) -> dict[str, Any]:
    """What decides a run but for what is searched for, and the grid."""
    searched = ("learning_rate", "slope")
    trials = [params.train_settings(parameters, *key.values(), point) for point in params.grid(parameters.search)]
    points = [{name: trial[name] for name in searched} for trial in trials]
    return {**trials[0], **dict.fromkeys(searched), "search": {"seed": parameters.search.seed, "points": points}}


STEP = Step(
    name="search_cell",
    help="Search the hyper-parameters of one cell on validation data.",
    axes=CELL,
    inputs={"data": prepare.STEP["data"]},
    settings=settings,
    choices=train.choices,
    outputs={"trials": f"search/{folders(CELL)}/trials.csv"},
    entry="snnlocality.steps.search_cell:run",
    uses=("engine", "advance", "keepers"),
    minutes=120,
)

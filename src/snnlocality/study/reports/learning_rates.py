"""Accuracy and robustness at the cells' own learning rates and at equal ones."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import Key
from snnlocality.study.needs import one_label
from snnlocality.study.reported import OfBoth, on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import equal_rate, fgsm, prepare


@dataclass(frozen=True, kw_only=True)
class Settings(OfBoth):
    """What the table says of the study."""

    learning_rates: tuple[float, ...]  # at which all cells were trained once more


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    return Settings(**vars(on_recordings(parameters)), learning_rates=params.equal_rates(parameters))


STEP = Report(
    name="learning_rates",
    place=75,
    short="Learning rates",
    title="Accuracy and robustness at equal learning rates",
    lead="The control of what compares cells at the rates that the search gave each.",
    needs=one_label,
    inputs={
        "own": fgsm.STEP["accuracies"],
        "equal": equal_rate.BY_STEP[fgsm.STEP]["accuracies"],
        "data": prepare.STEP["data"],
    },
    settings=settings,
    choices=lambda settings: (*rule_modules(settings), *fgsm.attack_modules()),
    outputs={"table": "learning_rates.csv", "text": "learning_rates.md", "page": "learning_rates.html"},
    on_page=True,
    params=("rules", "tasks.{task}", "studies.{study}"),
)

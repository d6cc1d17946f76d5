"""Robustness over firing rates that were chosen."""

from dataclasses import dataclass

from snnlocality import parameters as params
from snnlocality.study.axes import Key
from snnlocality.study.needs import one_label
from snnlocality.study.reported import OfBoth, on_recordings, rule_modules
from snnlocality.study.step import Report
from snnlocality.study.steps import activity, descend, evaluate, prepare


@dataclass(frozen=True, kw_only=True)
class Settings(OfBoth):
    """What the figure says of the study."""

    epsilon: tuple[float, ...]  # over which it takes means


def settings(parameters: params.Parameters, key: Key) -> Settings:
    """Those of the study."""
    return Settings(**vars(on_recordings(parameters)), epsilon=parameters.robust.epsilon)


STEP = Report(
    name="activity",
    place=79,
    short="Firing rates",
    title="Robustness at chosen firing rates",
    lead="Rules fire at rates of their own. Trained at the same rates: what of their robustness is the rate's?",
    needs=one_label,
    inputs={
        "metrics": activity.BY_STEP[evaluate.STEP]["metrics"],
        "descend": activity.BY_STEP[descend.STEP]["accuracies"],
        "data": prepare.STEP["data"],
    },
    settings=settings,
    choices=rule_modules,
    outputs={"figure": "activity.svg", "table": "activity.csv"},
    params=("rules", "robust.epsilon", "tasks.{task}", "studies.{study}"),
)

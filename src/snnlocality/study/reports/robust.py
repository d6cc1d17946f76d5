"""What withstands every attack, and what transferred ones do."""

from dataclasses import dataclass

from snnlocality.parameters import Parameters
from snnlocality.study.axes import Key
from snnlocality.study.needs import one_label
from snnlocality.study.reported import rule_modules
from snnlocality.study.reports import learning_rates
from snnlocality.study.step import Report
from snnlocality.study.steps import descend, equal_rate, fgsm, prepare, transfer


@dataclass(frozen=True, kw_only=True)
class Settings(learning_rates.Settings):
    """What the table says of the study."""

    epsilon: tuple[float, ...]  # over which it takes means


def settings(parameters: Parameters, key: Key) -> Settings:
    """Those of the study."""
    return Settings(**vars(learning_rates.settings(parameters, key)), epsilon=parameters.robust.epsilon)


STEP = Report(
    name="robust",
    place=76,
    short="Worst case",
    title="What withstands every attack",
    lead="Table 3's attacks, those that fool other networks, and an ensemble of white-box descents.",
    needs=one_label,
    inputs={
        "fgsm": fgsm.STEP["right"],
        "transfer": transfer.STEP["right"],
        "sources": transfer.STEP["accuracies"],
        "descend": descend.STEP["right"],
        "fgsm_equal": equal_rate.BY_STEP[fgsm.STEP]["right"],
        "transfer_equal": equal_rate.BY_STEP[transfer.STEP]["right"],
        "sources_equal": equal_rate.BY_STEP[transfer.STEP]["accuracies"],
        "descend_equal": equal_rate.BY_STEP[descend.STEP]["right"],
        "data": prepare.STEP["data"],
    },
    settings=settings,
    choices=lambda settings: (*rule_modules(settings), *fgsm.attack_modules()),
    outputs={"table": "robust.csv", "text": "robust.md", "page": "robust.html"},
    on_page=True,
    params=("rules", "robust.epsilon", "tasks.{task}", "studies.{study}"),
)

"""Figure 5 of the tutorial: the ways of errors, drawn from what the learning rules declare."""

import pandas as pd
from matplotlib.figure import Figure

from snnlocality import registry
from snnlocality.learning.rule import Rule
from snnlocality.reports import figure1

TITLE = "Back-propagation, feedback alignment, direct feedback alignment and local errors"
_RULES = ("bptt", "feedback_alignment", "direct_feedback_alignment", "decolle")


def table(found: list[pd.DataFrame]) -> pd.DataFrame:
    """What each rule declares."""
    assert not found
    return figure1.declared(_rules())


def draw(table: pd.DataFrame) -> Figure:
    """In the form of the benchmark paper's figure 1, in the tutorial's order."""
    return figure1.draw(_rules())


def _rules() -> list[Rule]:
    return [registry.load(registry.RULES, name) for name in _RULES]

from pathlib import Path

import numpy as np
import pytest

from networks import RULES, rule
from snnlocality import registry
from snnlocality.errors import UserError
from snnlocality.learning import rules
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule, draw_feedback
from snnlocality.network import Shape

ALLOWED = {
    (ErrorSource.ABOVE, FeedbackWeights.TRANSPOSE),
    (ErrorSource.READOUT, FeedbackWeights.PRODUCT),
    (ErrorSource.READOUT, FeedbackWeights.RANDOM),
    (ErrorSource.LOCAL, FeedbackWeights.RANDOM),
}


def test_every_file_of_the_folder_is_a_rule_of_that_name():
    files = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(registry.names(RULES)) == files
    found = [rule(name) for name in files]
    assert all(isinstance(one, Rule) for one in found)
    assert len({one.label for one in found}) == len(found), "two rules would share a row of every table"


def test_an_unknown_rule_is_refused_with_the_known_ones():
    with pytest.raises(UserError) as error:
        registry.load(RULES, "hebb")
    assert "'hebb'" in str(error.value)
    assert all(name in str(error.value) for name in registry.names(RULES))


@pytest.mark.parametrize("source", ErrorSource)
@pytest.mark.parametrize("weights", FeedbackWeights)
def test_only_combinations_with_a_meaning_are_rules(source, weights):
    def make():
        return Rule("test", source, weights, through_recurrence=False, through_reset=False, reference="")

    if (source, weights) in ALLOWED:
        assert make().source is source
    else:
        with pytest.raises(ValueError, match=f"{source} cannot travel by {weights}"):
            make()


def test_feedback_is_drawn_only_where_a_rule_needs_it():
    shape = Shape(7, (200, 100), 10, True)
    for name in registry.names(RULES):
        feedback = draw_feedback(rule(name), shape, np.random.default_rng(0))
        if rule(name).weights is FeedbackWeights.RANDOM:
            assert {key: array.shape for key, array in feedback.items()} == {"B1": (10, 200), "B2": (10, 100)}
            np.testing.assert_allclose([feedback["B1"].var() * 200, feedback["B2"].var() * 100], 1, rtol=0.15)
        else:
            assert feedback == {}

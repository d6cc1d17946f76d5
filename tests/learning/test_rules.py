import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from networks import ENGINE, RULES, random_batch, random_network, rule
from snnlocality import parameters, registry
from snnlocality.errors import UserError
from snnlocality.learning import rules
from snnlocality.learning.losses import LOSSES, errors
from snnlocality.learning.routing import alignments, draw_feedback, stands_for, windows
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule
from snnlocality.network import Shape, draw_weights
from snnlocality.reports import figure1

ALLOWED = {
    (ErrorSource.ABOVE, FeedbackWeights.TRANSPOSE),
    (ErrorSource.ABOVE, FeedbackWeights.ADAPTIVE),
    (ErrorSource.ABOVE, FeedbackWeights.RANDOM),
    (ErrorSource.READOUT, FeedbackWeights.PRODUCT),
    (ErrorSource.READOUT, FeedbackWeights.TRANSPOSE),
    (ErrorSource.READOUT, FeedbackWeights.ADAPTIVE),
    (ErrorSource.READOUT, FeedbackWeights.RANDOM),
    (ErrorSource.LOCAL, FeedbackWeights.RANDOM),
    (ErrorSource.TARGET, FeedbackWeights.RANDOM),
}
DRAWN = (FeedbackWeights.RANDOM, FeedbackWeights.ADAPTIVE)


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


RULE_FILE = """
from snnlocality.learning.rule import ErrorSource, FeedbackWeights, Rule

RULE = Rule(
    label="A rule",
    source=ErrorSource.READOUT,
    weights=FeedbackWeights.PRODUCT,
    through_recurrence=None,
    through_reset=False,
    reference="",
)
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A function that writes ``rule_of_a_test.py`` among the plugins of a study, for the test."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "plugins/rules"
    folder.mkdir(parents=True)
    yield lambda text: (folder / "rule_of_a_test.py").write_text(text)
    for name in [name for name in sys.modules if name.partition(".")[0] == "plugins"]:
        del sys.modules[name]


def test_a_rule_of_a_label_of_its_own_is_taken(written, root):
    written(RULE_FILE)
    parameters.load(root / "params.yaml")
    assert parameters.methods(["bptt", "rule_of_a_test"]) == {"bptt": "BPTT", "rule_of_a_test": "A rule"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A rule", "BPTT", ["bptt.py", "have the same label 'BPTT'"]),
        ("A rule", "bptt", ["bptt.py", "have the same label 'bptt'"]),
        ("RULE =", "Rule =", ["has no RULE"]),
        ("RULE = Rule(", "RULE = dict(", ["RULE in", "is no Rule"]),
        ("RULE = Rule(", "RULE = Rule((", ["cannot be loaded: ", "rule_of_a_test.py, line"]),
        ("ErrorSource.READOUT", "ErrorSource.LOCAL", ["an error from local cannot travel by product weights"]),
        ("ErrorSource.READOUT", "'readout'", ["source is one of above, readout, local, target, not 'readout'"]),
        ("FeedbackWeights.PRODUCT", "'product'", ["weights are one of", "not 'product'"]),
        ("=None", "='transpose'", ["credit through recurrence cannot travel by transpose"]),
        ("=False", "=0", ["through_reset is True or False, not 0"]),
        ("ErrorSource, ", "Sources, ", ["ImportError: cannot import name 'Sources'"]),
        ('    reference="",\n', "", ["TypeError", "'reference'"]),
        ('"A rule"', '" "', ["the label is a line of text"]),
        ('"A rule"', '"A\\nrule"', ["the label is a line of text"]),
        ('"A rule"', "3", ["the label is a line of text"]),
        ('reference=""', 'reference="", truncation=0', ["truncation is a number of steps from 1 on, not 0"]),
        ('reference=""', 'reference="", truncation=-1', ["not -1"]),
        ('reference=""', 'reference="", truncation=True', ["not True"]),
        ('reference=""', 'reference="", decay=float("nan")', ["decay is a number from 0 to below 1, not nan"]),
        ('reference=""', 'reference="", decay=1', ["decay is a number from 0 to below 1, not 1"]),
        ('reference=""', 'reference="", local_losses=1', ["local_losses is True or False, not 1"]),
        ("FeedbackWeights.PRODUCT", "FeedbackWeights.RANDOM, local_losses=True", ["leaves no matrices B_l"]),
        ('reference=""', 'reference="", surrogate=OwnSurrogate("boxcar", 0.0)', ["the slope of a surrogate"]),
        ('reference=""', 'reference="", instantaneous=1', ["instantaneous is True or False, not 1"]),
        ('reference=""', 'reference="", taught=0.0', ["taught is a share of steps above 0 and up to 1, not 0.0"]),
        ('reference=""', 'reference="", taught=1.5', ["not 1.5"]),
        ('reference=""', 'reference="", trace=0.5', ["trace is None, TwoSided or Smoothed, not 0.5"]),
        (
            'reference=""',
            'reference="", instantaneous=True, trace=Smoothed(1.0)',
            ["decays by a number from 0 to below"],
        ),
        ('reference=""', 'reference="", trace=Smoothed(0.5)', ["a trace of its own meets errors of the same step"]),
        (
            'reference=""',
            'reference="", instantaneous=True, truncation=2, trace=Smoothed(0.5)',
            ["a trace of its own meets errors of the same step"],
        ),
        (
            'reference=""',
            'reference="", instantaneous=True, trace=TwoSided(0.5, 0.5, float("inf"))',
            ["the weight of the non-causal term is a number, not inf"],
        ),
        (
            '=False,\n    reference=""',
            '=True,\n    reference="", instantaneous=True, trace=TwoSided(0.5, 0.5, -1.0)',
            ["know nothing of the reset"],
        ),
    ],
)
def test_a_file_that_is_no_rule_of_its_own_is_refused_by_name(written, root, old, new, words):
    assert old in RULE_FILE
    written(RULE_FILE.replace(old, new).replace("Rule\n\n", "OwnSurrogate, Rule, Smoothed, TwoSided\n\n", 1))
    with pytest.raises(UserError) as error:
        parameters.load(root / "params.yaml")
    message = str(error.value)
    for word in ("rule_of_a_test.py", *words):
        assert word in message, message
    assert "\n" not in message


@pytest.mark.parametrize("source", ErrorSource)
@pytest.mark.parametrize("weights", FeedbackWeights)
def test_only_combinations_with_a_meaning_are_rules(source, weights):
    def make():
        return Rule("test", source, weights, through_recurrence=None, through_reset=False, reference="")

    if (source, weights) in ALLOWED:
        assert make().source is source
    else:
        with pytest.raises(ValueError, match=f"{source} cannot travel by {weights}"):
            make()


def test_credit_through_recurrence_has_no_product_to_travel_by():
    with pytest.raises(ValueError, match="cannot travel by product"):
        Rule("test", ErrorSource.ABOVE, FeedbackWeights.TRANSPOSE, FeedbackWeights.PRODUCT, True, "")


def test_feedback_is_drawn_only_where_a_rule_needs_it():
    shape = Shape(7, (200, 100), 10, True)
    for name in registry.names(RULES):
        chosen = rule(name)
        drawn = draw_weights(replace(shape, direct_readout=chosen.direct_readout), np.random.default_rng(1))
        weights = {key: 3 * array for key, array in drawn.items()}
        feedback = draw_feedback(chosen, weights, np.random.default_rng(0))
        drawn = chosen.weights in DRAWN or chosen.local_losses
        recurrent = chosen.through_recurrence is FeedbackWeights.RANDOM
        assert set(feedback) == (set(["B1", "B2"]) if drawn else set()) | (set(["R1", "R2"]) if recurrent else set())
        if chosen.weights in DRAWN and (chosen.source is ErrorSource.ABOVE or chosen.direct_readout):
            for B, W in (("B1", "O1" if chosen.direct_readout else "W2"), ("B2", "W_out")):
                assert feedback[B].shape == weights[W].shape
                np.testing.assert_allclose(feedback[B].std(), weights[W].std(), rtol=0.05)
                assert abs(np.corrcoef(feedback[B].ravel(), weights[W].ravel())[0, 1]) < 0.1
        elif drawn:
            assert {key: array.shape for key, array in feedback.items() if key[0] == "B"} == {
                "B1": (10, 200),
                "B2": (10, 100),
            }
            np.testing.assert_allclose([feedback["B1"].var() * 200, feedback["B2"].var() * 100], 1, rtol=0.15)
        if recurrent:
            assert not feedback["R1"].diagonal().any()
            np.testing.assert_allclose(feedback["R1"].std(), weights["V1"].std(), rtol=0.05)


def test_adaptive_feedback_stands_for_the_weights_above():
    assert stands_for(rule("feedback_alignment_adaptive"), range(1, 3)) == {"B1": "W2", "B2": "W_out"}
    assert stands_for(rule("feedback_alignment"), range(1, 3)) == {}


def test_adaptive_broadcast_stands_for_the_weights_by_which_the_readout_reads():
    assert stands_for(rule("eprop_adaptive"), range(1, 4)) == {"B1": "O1", "B2": "O2", "B3": "W_out"}
    assert stands_for(rule("eprop_adaptive"), range(1, 2)) == {"B1": "W_out"}
    assert {name for name in registry.names(RULES) if rule(name).direct_readout} == {"eprop_adaptive", "eprop_direct"}


def test_on_one_hidden_layer_a_direct_readout_is_the_readout():
    """There e-prop with a direct readout is e-prop."""
    network, batch = random_network(Shape(6, (5,), 3, True)), random_batch(Shape(6, (5,), 3, True))
    traces = ENGINE.forward(network, batch.inputs)
    found = {}
    for name in ("eprop", "eprop_direct"):
        _, batch_errors = errors(network, traces, batch, rule(name), LOSSES["cross_entropy"], None)
        found[name] = ENGINE.backward(traces, batch_errors, rule(name))
    assert found["eprop"].keys() == found["eprop_direct"].keys() == {"W1", "V1", "W_out"}
    for name, gradient in found["eprop"].items():
        np.testing.assert_array_equal(found["eprop_direct"][name], gradient)


@pytest.mark.parametrize(("steps", "expected"), [(25, [(0, 10), (10, 20), (20, 25)]), (10, [(0, 10)]), (3, [(0, 3)])])
def test_windows_of_truncated_credit(steps, expected):
    assert [(w.start, w.stop) for w in windows(rule("bptt_truncated"), steps)] == expected
    assert windows(rule("bptt"), steps) == [slice(0, steps)]


def test_alignment_is_the_angle_between_feedback_and_the_weights_whose_place_it_takes():
    weights = draw_weights(Shape(7, (200, 100), 10, True), np.random.default_rng(1))
    product = weights["W_out"] @ weights["W2"]
    same = {"B1": weights["W2"], "B2": 3 * weights["W_out"], "R1": weights["V1"], "R2": weights["V2"]}
    np.testing.assert_allclose(alignments(rule("feedback_alignment"), weights, same), [0, 0], atol=0.1)
    opposite = {"B1": -product, "B2": np.roll(weights["W_out"], 1, axis=0)}
    first, second = alignments(rule("eprop_random"), weights, opposite)
    assert first == pytest.approx(180, abs=0.1)
    assert 80 < second < 100
    direct = draw_weights(Shape(7, (200, 100), 10, True, direct_readout=True), np.random.default_rng(1))
    agreed = {"B1": direct["O1"], "B2": -direct["W_out"]}
    np.testing.assert_allclose(alignments(rule("eprop_adaptive"), direct, agreed), [0, 180], atol=0.1)
    assert alignments(rule("bptt"), weights, {}) == alignments(rule("decolle"), weights, opposite) == ()


def test_the_docs_have_every_rule_as_it_is_declared(root):
    rules = {registry.load(RULES, name).label: name for name in registry.names(RULES)}
    rows = [
        "| rule | file | error from | by weights | back in time | through | reference |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in figure1.ordered([rule(name) for name in rules.values()]):
        carried = {"V": one.through_recurrence, "reset": one.through_reset}
        through = ", ".join(name for name, way in carried.items() if way) or "neither"
        source = one.source + (" and local" if one.local_losses else "")
        cells = (one.label, f"`{rules[one.label]}`", source, one.weights, one.reach, through, one.reference)
        rows.append(f"| {' | '.join(cells)} |")
    table = "\n".join(rows)
    assert table in (root / "docs/rules.md").read_text(), f"docs/rules.md needs this table:\n{table}"

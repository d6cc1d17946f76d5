"""A follow-up asks parts of the ledger's claims, and is a family of its own."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from snnlocality import registry
from snnlocality.claims.asked import PAPERS_ATTACK, PAPERS_TRIGGER, WHITE_BOX
from snnlocality.claims.claim import LAYERS, STRENGTHS, VISION, all_claims, asked_by
from snnlocality.claims.evidence import Evidence
from snnlocality.reports.claims import judge
from snnlocality.reports.gathering import OWN_RATE

PROTOCOLS = {
    "after_confirmation": "docs/followup.md",
    "of_one_rule": "docs/followup-of-one-rule.md",
    "third": "docs/followup-third.md",
}
BY_ARCHITECTURE = ("F38FF", "F38REC")
CLAIMS = asked_by("after_confirmation")
NOTHING = Evidence(*(pd.DataFrame() for _ in range(7)))
METHODS = ("BPTT", "e-prop", "DECOLLE")
LOCAL = ("BPTT", "bptt_local_losses", "DECOLLE", "eprop_random")


@pytest.fixture(scope="module")
def everything():
    """Numbers for every claim asked here, drawn at random: eight seeds."""
    random = np.random.default_rng(0)

    def drawn(columns, cells):
        rows = [(*cell, seed, random.uniform(0.1, 0.9)) for cell in cells for seed in range(8)]
        return pd.DataFrame(rows, columns=[*columns, "repeat", "value"])

    attacks, archs = (PAPERS_ATTACK, WHITE_BOX), ("FF", "REC")
    return replace(
        NOTHING,
        accuracy=drawn(["dataset", "method", "arch"], product([VISION], METHODS, archs)),
        attacked=drawn(["attack", "method", "arch", "epsilon"], product(attacks, LOCAL, archs, STRENGTHS)),
        shift=drawn(
            ["attack", "method", "arch", "epsilon", "layer"], product(attacks, METHODS, archs, STRENGTHS, LAYERS)
        ),
        fisher=drawn(
            ["method", "arch", "weights", "measure"],
            product(METHODS, archs, ["W1", "W2", "W_out", "V1", "V2"], ["share", "trace"]),
        ),
        poisoned=drawn(
            ["trigger", "method", "arch", "poison_rate", "metric"],
            product([PAPERS_TRIGGER], METHODS, archs, [0.1, 0.3, 0.5], ["attack_success_rate"]),
        ),
    )


def test_each_asks_a_part_of_the_claim_of_its_number(everything):
    whole = {claim.id: claim for claim in all_claims()}
    asked_alone = [claim for name in PROTOCOLS for claim in asked_by(name) if claim.id not in BY_ARCHITECTURE]
    for claim in asked_alone:
        followed = whole[claim.id.replace("F", "C")]
        for part, all_of_it in ((claim.contrasts, followed.contrasts), (claim.control, followed.control)):
            if part is None:
                assert all_of_it is None
                continue
            (asked,) = part(everything)
            (same,) = [one for one in all_of_it(everything) if one.name == asked.name]
            assert np.array_equal(asked.values, same.values)
            assert asked[2:] == same[2:]  # region, no meaning, bounds


@pytest.mark.parametrize("part", ["contrasts", "control"])
def test_of_two_architectures_the_mean_is_what_the_ledger_asks(everything, part):
    each = [getattr(claim, part)(everything) for claim in asked_by("third") if claim.id in BY_ARCHITECTURE]
    (ff,), (rec,) = each
    (both,) = getattr(asked_by("after_confirmation")[-1], part)(everything)
    assert np.allclose((ff.values + rec.values) / 2, both.values, rtol=0, atol=1e-12)
    assert ff[2:] == rec[2:] == both[2:]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_its_protocol_has_every_claim_and_no_other(root, name):
    lines = (root / PROTOCOLS[name]).read_text().splitlines()
    asked = [claim.id for claim in asked_by(name)]
    assert [line.split("|")[1].strip() for line in lines if line.startswith("| F")] == asked


def test_p_values_are_multiplied_by_the_number_of_its_claims(everything):
    ledger = judge(CLAIMS, NOTHING, {OWN_RATE: everything}).set_index("id")
    assert list(ledger.index) == ["F29", "F31", "F38"]
    alone = [ledger.loc["F31", name] for name in ("p_holds", "p_fails", "p_equal")]
    assert ledger.loc["F31", "p"] == pytest.approx(min(1.0, 3 * min(alone)))


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        ("of_the_tutorial", "docs/protocol-tutorial.md"),
        ("of_the_tutorial_again", "docs/protocol-tutorial-again.md"),
    ],
)
def test_the_tutorials_are_the_ledgers_own_and_its_protocol_has_them(root, name, protocol):
    claims = asked_by(name)
    assert set(claims) < set(all_claims())
    lines = (root / protocol).read_text().splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith("| T")] == [claim.id for claim in claims]


def test_papers_claims_are_those_of_the_ledger():
    assert asked_by(None) == all_claims()
    assert not {claim.id for claim in all_claims()} & {claim.id for claim in CLAIMS}
    assert {*PROTOCOLS} < {*registry.names(registry.FOLLOWUPS)}

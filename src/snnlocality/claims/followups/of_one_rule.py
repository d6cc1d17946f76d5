"""What else the confirmation left undecided and a contrast of one rule can decide (docs/followup-of-one-rule.md).

The numbers are those of the claims that they follow: F20 asks a part of C20.
"""

from snnlocality.claims.claim import Claim
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.ledger import backdoors, fisher
from snnlocality.claims.verdict import Contrast


def _of_bptt(e: Evidence) -> list[Contrast]:
    return [backdoors.lower_success(e, "BPTT")]


def _of_decolle(e: Evidence) -> list[Contrast]:
    return [fisher.with_recurrence(e, "DECOLLE")]


CLAIMS = (
    Claim(
        "F20",
        "At realistic poison rates recurrence lowers BPTT's attack success rate",
        "table4",
        "FF - REC > 0, mean over rates up to .3",
        _of_bptt,
    ),
    Claim(
        "F32",
        "With recurrence, DECOLLE's feed-forward weights matter less",
        "figure4",
        "undivided information of feed-forward weights, logarithm of REC / FF < 0, mean over layers",
        _of_decolle,
    ),
)

"""What the confirmation left undecided and more seeds can decide, each by the one contrast that can (docs/followup.md).

The numbers are those of the claims that they follow: F29 asks a part of C29.
"""

from snnlocality.claims.claim import Claim, under_attack
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.ledger import attacks, fisher, shift
from snnlocality.claims.verdict import Contrast


def _than_eprop(e: Evidence, attack: str) -> list[Contrast]:
    return [shift.larger_for_bptt(e, "e-prop", attack)]


def _first_layer(e: Evidence) -> list[Contrast]:
    return [fisher.recurrent_to_forward(e, "BPTT", "1")]


def _of_bptt(e: Evidence, attack: str) -> list[Contrast]:
    return [attacks.by_local_losses(e, "BPTT", attack)]


CLAIMS = (
    Claim(
        "F29",
        "By recurrence attacks come to move representations less, more so for BPTT than for e-prop",
        "figure3",
        "CKA of clean and attacked, REC - FF, BPTT - e-prop > 0, mean over layers and epsilon .005 to .02",
        *under_attack(_than_eprop),
    ),
    Claim(
        "F31",
        "In BPTT's first layer recurrent weights matter about as much as feed-forward ones",
        "figure4",
        "ratio of Fisher information within a factor of 2",
        _first_layer,
    ),
    Claim(
        "F38",
        "Local losses make BPTT more robust",
        "table3",
        "BPTT with local losses - BPTT > 0, mean over epsilon .005 to .02, FF and REC",
        *under_attack(_of_bptt),
    ),
)

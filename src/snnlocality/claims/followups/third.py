"""What more images, and architectures by themselves, can decide (docs/followup-third.md).

The numbers are those of the claims that they follow: F06 is C06 at one learning rate, F38FF and F38REC are what the
mean in C38 hides.
"""

from functools import partial

from snnlocality.claims.claim import Claim, points, robustness, under_attack
from snnlocality.claims.evidence import Evidence
from snnlocality.claims.ledger import accuracy, attacks
from snnlocality.claims.verdict import Contrast


def _by_local_losses(e: Evidence, attack: str, arch: str) -> list[Contrast]:
    name, with_losses, without = attacks.LOCAL_LOSSES["BPTT"]
    gained = robustness(e, with_losses, arch, attack) - robustness(e, without, arch, attack)
    return [points(f"{name}, {arch}", gained, equal=attacks.NOTHING)]


def _robust(arch: str, networks: str) -> Claim:
    return Claim(
        f"F38{arch}",
        f"Local losses make {networks} networks trained by BPTT more robust",
        "table3",
        f"BPTT with local losses - BPTT > 0, mean over epsilon .005 to .02, {arch}",
        *under_attack(partial(_by_local_losses, arch=arch)),
    )


CLAIMS = (
    *(claim._replace(id="F06") for claim in accuracy.CLAIMS if claim.id == "C06"),
    _robust("FF", "feed-forward"),
    _robust("REC", "recurrent"),
)

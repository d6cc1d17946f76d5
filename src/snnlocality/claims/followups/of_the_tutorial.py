"""The tutorial's statements on its own experiments, of seeds that were never looked at (docs/protocol-tutorial.md).

T01 and T02, on feedback alignment, are asked of trained networks and not of these.
"""

from snnlocality.claims.ledger import tutorial

CLAIMS = tuple(claim for claim in tutorial.CLAIMS if claim.id not in ("T01", "T02"))

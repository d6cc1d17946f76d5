"""What the tutorial says and is still undecided, asked of more and other seeds (docs/protocol-tutorial-again.md)."""

from snnlocality.claims.ledger import tutorial

CLAIMS = tuple(claim for claim in tutorial.CLAIMS if claim.id in ("T01", "T03", "T04", "T08"))

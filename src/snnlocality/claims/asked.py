"""What claims ask of the attacks and triggers that a study measures; no other of these enters the ledger."""

PAPERS_ATTACK, WHITE_BOX = "counterpart", "white_box_mean"
PAPERS_TRIGGER = "invisible"  # the published table fits label noise, and a poisoned test set as well: docs/claims.md

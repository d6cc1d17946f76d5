"""Whether the second set of seeds agrees in sign with what the confirmation decided, and what is written of it."""

import numpy as np
import pandas as pd

KEY = ["id", "part", "learning_rate", "contrast"]
DECIDED = ["holds", "fails", "practically equal", "confounded"]


def test_the_signs_of_decided_claims_agree(root):
    first, second = (
        pd.read_csv(root / f"docs/{study}/claims_contrasts.csv", dtype={"learning_rate": str})
        for study in ("confirmation", "confirmation_second")
    )
    verdicts = pd.read_csv(root / "docs/confirmation/claims.csv").set_index("id")["verdict"]
    both = first.merge(second, on=KEY, suffixes=("", "_second"), validate="one_to_one")
    both = both[both["id"].map(verdicts).isin(DECIDED) & both["id"].str.startswith("C")]
    sure = both[(both["ci_low"] > 0) | (both["ci_high"] < 0)]
    assert (np.sign(sure["effect"]) == np.sign(sure["effect_second"])).all()
    overlap = both[["ci_low", "ci_low_second"]].max(axis=1) <= both[["ci_high", "ci_high_second"]].min(axis=1)
    text = " ".join((root / "docs/confirmation_second/README.md").read_text().split())
    assert f"rest on {len(both)} contrasts" in text
    assert f"Of {len(sure)} the interval of the confirmation lies on one side of zero; all {len(sure)} have" in text
    assert f"Of all {len(both)}, {overlap.sum()} pairs of intervals overlap" in text
    assert (both["n_second"] == 5).all()

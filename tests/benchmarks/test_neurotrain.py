"""The page beside NeuroTrain tells what its file of runs says."""

from benchmarks.neurotrain import summary


def test_the_pages_table_is_that_of_the_runs(root):
    page = root / "docs/neurotrain"
    assert summary(page / "accuracy.csv") in (page / "README.md").read_text()

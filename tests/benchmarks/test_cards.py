"""The kit for graphics cards, rehearsed where there is none."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from benchmarks import card_parts, cards
from benchmarks.contender import Contender
from benchmarks.making import Setting

# What the project needs elsewhere, by the names it is imported by; PyTorch and Triton need none of it.
ELSEWHERE = """click dvc hypothesis matplotlib numba pandas pydantic pytest rich rocrate safetensors scipy seaborn
sklearn snakemake soundfile tonic torchaudio yaml ziglang"""


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cards")
    cards.main(["--rehearse", "--folder", str(folder)])
    return json.loads((folder / "rehearsal.json").read_text()), (folder / "rehearsal.md").read_text()


def test_a_rehearsal_tries_every_part_and_says_what_it_is(rehearsed):
    found, text = rehearsed
    assert found["parts"].keys() == cards.PARTS.keys()
    assert not {name: part["failed"] for name, part in found["parts"].items() if "failed" in part}
    conformance = found["parts"]["conformance"]
    assert conformance["passed"] >= 3
    assert conformance["failed_cases"] == {}
    for architecture in cards.ARCHITECTURES:
        variants = found["parts"][f"ours {architecture}"]["variants"]
        assert variants.keys() == {"one run", "lockstep 2"}
        assert all(one["recordings_per_second"] > 0 for one in variants.values())
    assert "passed" in found["parts"]["tests"]["summary"]
    assert "A rehearsal on tiny sizes in Triton's interpreter" in text
    assert text.count("| lockstep 2 |") == 2


def test_what_fails_is_told_and_the_table_is_made_all_the_same(tmp_path):
    crashed = cards.part("no such part", str(tmp_path), True, 60.0)
    assert crashed["failed"] == "KeyError: 'no'"
    late = cards.part("device", str(tmp_path), True, 1.0)
    assert late == {"failed": "no result within 1 s"}
    assert cards.part("tests", str(tmp_path), True, 0.0) == {"skipped": "no time was left"}
    parts = dict.fromkeys(cards.PARTS, crashed) | {"peer snntorch ff": late}
    parts["ours ff"] = {"losses": [2.0], "bytes_per_recording": 1e9, "variants": {"lockstep 8": crashed}}
    text = cards.markdown({**cards.header(False), "parts": parts})
    assert "# A card that does not answer" in text
    assert "| FF | snntorch |  | failed: no result within 1 s |" in text
    assert "| FF | snnlocality (cuda) | lockstep 8 | failed: KeyError: 'no' |" in text
    assert "| REC | snnlocality (cuda) |  | failed: KeyError: 'no' |" in text


def test_the_share_of_the_memorys_rate_is_that_of_the_bytes_that_pass():
    one = {"recordings_per_second": 50.0, "peak_memory_mb": 12.0}
    parts = {name: {"skipped": "not here"} for name in cards.PARTS} | {"device": {"bandwidth_gb_per_s": 1.0}}
    parts["ours ff"] = {"losses": [2.0], "bytes_per_recording": 1e7, "variants": {"one run": one}}
    parts["peer snntorch ff"] = {"losses": [2.001], "variants": {"one run": one}}
    text = cards.markdown({**cards.header(False), "parts": parts})
    assert "| FF | snnlocality (cuda) | one run | 50 | 50.0 % | 12 |  |" in text
    assert "| FF | snntorch | one run | 50 |  | 12 | yes |" in text


def test_another_library_is_timed_on_the_same_case(monkeypatch):
    def build(case, options):
        assert (options.variant, options.rule) == ("compiled", "bptt_detached_reset")
        nothing = ([], [0.1, 0.1])
        return Contender(lambda batch: batch, lambda batch: 2.0, lambda: None, lambda batch: nothing, {"fake": "1"}, "")

    monkeypatch.setitem(sys.modules, "benchmarks.contenders.fake", SimpleNamespace(build=build))
    found = card_parts.peer(card_parts.REHEARSAL, "fake", "rec")
    assert found["losses"] == [2.0]
    assert found["versions"] == {"fake": "1"}
    assert found["variants"]["one run"]["recordings_per_second"] > 0


def test_recurrence_reads_two_more_numbers_of_a_unit_and_step():
    size = card_parts.REHEARSAL._replace(setting=Setting(False, (4, 3), steps=3, batch_size=2, batches=1))
    ff, rec = (card_parts._case(size, architecture) for architecture in cards.ARCHITECTURES)
    recurrent_weights = 7 * (4 * 4 + 3 * 3) / 2
    assert card_parts.traffic(rec) - card_parts.traffic(ff) == 4 * (3 * 2 * (4 + 3) + recurrent_weights)


def test_nothing_but_numpy_pytorch_and_triton_is_needed(root):
    script = f"""
import sys
sys.path[:0] = ["src", "tests"]
sys.modules.update(dict.fromkeys({ELSEWHERE.split()}))  # an import of one of them fails
import benchmarks.cards, benchmarks.card_parts, benchmarks.contenders.snnlocality
import conformance, snnlocality.engines.cuda.engine, snnlocality.engines.cuda.packed
print("imported")
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True)
    assert done.stdout == "imported\n", done.stderr

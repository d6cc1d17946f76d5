"""The orchestrator with contenders that are small scripts: working, slower, crashing at the start, crashing later."""

import sys

import pytest

from benchmarks.environments import Unavailable
from benchmarks.measure import Worker, equal_losses, ratios, side_by_side

READY = '{"seconds_per_step": %s, "firing_rates": [], "losses": [], "versions": {}, "differences": ""}'
SERVE = """
import json, sys
print('%s', flush=True)
for line in sys.stdin:
    steps = json.loads(line)["steps"]
    print(json.dumps({"seconds": steps * %s, "peak_memory_mb": None}), flush=True)
"""


def script(code):
    return lambda: Worker([sys.executable, "-c", code])


def serving(seconds_per_step):
    return script(SERVE % (READY % seconds_per_step, seconds_per_step))


def silent(line):
    """What the orchestrator says is not looked at."""


def test_rates_are_recordings_by_the_seconds_that_workers_report():
    measured, skipped = side_by_side({"fast": serving(0.1), "slow": serving(0.4)}, 20, 3, silent)
    assert skipped == {}
    assert measured["fast"].rates == pytest.approx([200.0] * 3)
    assert measured["slow"].rates == pytest.approx([50.0] * 3)
    assert measured["fast"].peak_memory_mb is None
    assert measured["fast"].start_up > 0


def test_a_library_that_does_not_install_is_skipped_with_its_reason():
    def not_installed():
        raise Unavailable("not installed: ERROR: no such version")

    measured, skipped = side_by_side({"gone": not_installed, "fast": serving(0.1)}, 1, 1, silent)
    assert set(measured) == {"fast"}
    assert skipped == {"gone": "not installed: ERROR: no such version"}


def test_a_contender_that_crashes_at_the_start_is_skipped_with_its_last_words():
    measured, skipped = side_by_side({"broken": script("raise RuntimeError('no compiler')")}, 1, 1, silent)
    assert measured == {}
    assert skipped == {"broken": "crashed: RuntimeError: no compiler"}


def test_a_contender_that_crashes_in_a_round_drops_out_and_the_others_go_on():
    crashing = script(f"print('{READY % 0.1}', flush=True); input(); raise MemoryError('too large')")
    measured, skipped = side_by_side({"broken": crashing, "fast": serving(0.1)}, 1, 2, silent)
    assert skipped == {"broken": "crashed: MemoryError: too large"}
    assert len(measured["fast"].rates) == 2


def test_a_ratio_is_the_median_over_rounds_against_the_peer_of_the_highest_median():
    rates = {"ours": [30.0, 20.0, 60.0], "fast": [3.0, 4.0, 5.0], "slow": [9.0, 1.0, 1.0]}
    assert ratios(rates, ["fast", "slow"]) == {"ours": 10.0, "fast": 1.0, "slow": pytest.approx(0.25)}


def test_without_peers_there_is_no_ratio():
    assert ratios({"ours": [1.0]}, ["absent"]) == {}


def test_losses_are_equal_within_float32_rounding():
    assert equal_losses([2.3, 2.1], [2.3001, 2.1001])
    assert not equal_losses([2.3, 2.1], [2.3, 2.12])

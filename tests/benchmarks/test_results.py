"""Rows, table and figures from given measurements."""

import pytest

from benchmarks import figures, processors, studies, table
from benchmarks.measure import Measured
from benchmarks.results import Entry, fastest_peer, header, rows

OURS = Entry("snnlocality", "cpu", "ff", "bptt")
REFERENCE = Entry("snnlocality", "reference", "ff", "bptt")
SPYX = Entry("spyx", "hoisted", "ff", "bptt")
NORSE = Entry("norse", "compiled", "ff", "bptt")
ABSENT = Entry("snntorch", "compiled", "ff", "bptt_detached_reset")


def measured(rates, losses, differences=""):
    ready = {"firing_rates": [0.07, 0.08], "losses": losses, "versions": {"x": "1"}, "differences": differences}
    return Measured(rates, ready, start_up=2.0, peak_memory_mb=None)


@pytest.fixture
def main_table():
    return rows(
        {
            OURS: measured([1200.0, 1000.0, 1100.0], [2.0, 1.9]),
            REFERENCE: measured([300.0, 300.0, 300.0], [2.0, 1.9]),
            SPYX: measured([100.0, 100.0, 100.0], [2.2, 2.1], "one step of latency"),
            NORSE: measured([50.0, 50.0, 400.0], [2.0, 1.9]),
        },
        {ABSENT: "not installed: no such version"},
    )


def by_library(main_table):
    return {(row["library"], row["engine"]): row for row in main_table}


def test_rows_have_the_median_the_range_and_the_ratio(main_table):
    ours = by_library(main_table)["snnlocality", "cpu"]
    assert (ours["recordings_per_second"], ours["min"], ours["max"]) == (1100, 1000, 1200)
    assert ours["ratio_to_fastest_peer"] == 11
    assert by_library(main_table)["spyx", "hoisted"]["ratio_to_fastest_peer"] == 1


def test_losses_are_compared_with_the_reference_engine_of_the_same_rule(main_table):
    found = {name: row.get("equal_losses") for name, row in by_library(main_table).items()}
    assert found["snnlocality", "cpu"] is True
    assert found["norse", "compiled"] is True
    assert found["spyx", "hoisted"] is False
    assert found["snnlocality", "reference"] is None


def test_the_fastest_peer_is_somebody_elses(main_table):
    assert fastest_peer(main_table, "ff") == SPYX
    assert fastest_peer(main_table, "rec") is None


def test_the_table_names_who_was_skipped_and_why_and_what_differs(main_table):
    case = {"network": "8-4-2", "steps": 5, "batch_size": 2, "events_per_recording": 9.5, "rounds": 3}
    results = {**header(case, threads=2), "table": main_table}
    for rendered in (table.text(results), table.markdown(results)):
        assert "skipped: not installed: no such version" in rendered
        assert "1000 to 1200" in rendered
    assert "spyx (hoisted) differs: one step of latency." in table.markdown(results)


def test_best_rounds_are_compared_with_the_best_round_of_any_peer(main_table):
    assert table.best_ratio(by_library(main_table)["snnlocality", "cpu"], main_table) == 3


def test_figures_are_drawn_from_what_is_there(main_table, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    curve = [{"seconds": 0.0, "accuracy": 0.1}, {"seconds": 1.0, "accuracy": 0.8}]
    sooner, later = ([*curve, {"seconds": seconds, "accuracy": 0.95}] for seconds in (1.5, 7.5))
    scaling = [{"parameter": "batch", "value": size, "ms_per_step": size, **main_table[0]} for size in (32, 64)]
    figures.write(
        {
            **header({"network": "8-4-2", "steps": 5, "batch_size": 2, "events_per_recording": 9.5, "rounds": 3}, 2),
            "table": main_table,
            "firing_rates": [{"firing_rate": rate, **row} for rate in (0.05, 0.1) for row in main_table],
            "accuracy": [
                {**OURS._asdict(), "curve": sooner},
                {**SPYX._asdict(), "curve": later},
                {**NORSE._asdict(), "curve": curve},
                {**ABSENT._asdict(), "skipped": "crashed"},
            ],
            "scaling": scaling,
        }
    )
    assert {path.name for path in tmp_path.iterdir()} == {
        "speed.svg",
        "firing_rates.svg",
        "accuracy.svg",
        "time_to_accuracy.svg",
        "scaling.svg",
        "scaling.md",
        "table.md",
    }
    drawn = (tmp_path / "time_to_accuracy.svg").read_text()
    assert all(words in drawn for words in ("1.5 s", "7.5 s", "more than 1 s"))


def test_what_grows_is_told_by_quantity_and_architecture():
    row = {"parameter": "steps", "ms_per_step": 2.04, "peak_memory_mb": 56.4, "value": 25}
    grown = [row | {"architecture": "ff"}, row | {"architecture": "rec"}, row | {"architecture": "ff", "value": 400}]
    page = table.growth({"threads": 2, "scaling": grown}, {"steps": "time steps", "batch": "batch size"})
    assert page.splitlines()[-2:] == [
        "| time steps | FF | 25, 400 | 2.0, 2.0 | 56, 56 |",
        "| time steps | REC | 25 | 2.0 | 56 |",
    ]


def test_a_library_stands_beside_our_engine_that_took_turns_with_it(main_table):
    ours, peer = by_library(main_table)["snnlocality", "cpu"], by_library(main_table)["spyx", "hoisted"]
    absent = {**ABSENT._asdict(), "skipped": "not installed"}
    pairs = [{"width": 4, "samples": 16, "ours": ours, "peer": other} for other in (peer, absent)]
    page = table.one_layer({"threads": 2, "open_neuromorphic": pairs})
    assert "| 4 | spyx (hoisted) | 160.0 | 14.5 | 11.00 |  |  | 7.0 % | no |" in page
    assert "| 4 | snntorch (compiled) | skipped: not installed |" in page
    assert len({line.count("|") for line in page.splitlines() if line.startswith("|")}) == 1


def test_at_the_last_width_only_the_fastest_of_the_width_before_is_measured(monkeypatch):
    asked = []

    def beside(bench, path, entries, samples, rounds):
        asked.append((len(asked), entries[1].library))
        rate = 100.0 if entries[1].library == "norse" else 10.0
        return {entry: measured([rate], [2.0]) for entry in entries}, {}

    monkeypatch.setattr(studies, "WIDTHS", (2, 3))
    monkeypatch.setattr(studies, "_written", lambda case: None)
    monkeypatch.setattr(studies, "_measure", beside)
    found = studies.open_neuromorphic(studies.Bench(None, {}, 2, 3, print))
    assert [pair["width"] for pair in found] == [2] * len(studies.PEERS) + [3]
    assert found[-1]["peer"]["library"] == "norse"
    assert {pair["ours"]["library"] for pair in found} == {"snnlocality"}


@pytest.mark.parametrize("measurable", [True, False])
def test_ceilings_are_those_of_the_machine_that_the_table_is_of(main_table, monkeypatch, measurable):
    def measure():
        if not measurable:
            raise OSError("no compiler")
        return dict.fromkeys(old["ceilings"]["rates"], 2e9)

    case = {"network": "8-4-2", "steps": 5, "batch_size": 2, "events_per_recording": 9.5, "rounds": 3}
    rates = ("multiply_adds_per_s", "gather_input_weights_per_s", "gather_chunk_per_s", "gather_hidden_weights_per_s")
    old = {"ceilings": {"rates": dict.fromkeys(rates, 1e9), "shares": []}, "accuracy": ["kept"], "table": []}
    monkeypatch.setattr(processors.studies, "main_table", lambda bench: main_table)
    monkeypatch.setattr(processors.studies, "describe", lambda bench: case)
    monkeypatch.setattr(processors.ceilings, "measure", measure)
    said = []
    found = processors.tabled(old, processors.studies.Bench(None, {}, 2, 3, said.append))
    assert found["table"] == main_table
    assert found["accuracy"] == ["kept"]
    if measurable:
        assert set(found["ceilings"]["rates"].values()) == {2e9}
        assert [share["architecture"] for share in found["ceilings"]["shares"]] == ["ff"]
    else:
        assert "ceilings" not in found
        assert said == ["no ceilings: no compiler"]
        assert "Ceilings" not in table.markdown(found)

"""The main table, as text for the terminal and as Markdown for the documentation."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.measure import equal_losses

COLUMNS = (
    "architecture",
    "library",
    "rule",
    "recordings/s",
    "range",
    "ratio",
    "best",
    "memory MB",
    "start s",
    "same losses",
)


def text(results: Mapping[str, Any]) -> str:
    """Columns aligned by spaces."""
    lines = [COLUMNS, *(_cells(row, results["table"]) for row in _sorted(results["table"]))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def markdown(results: Mapping[str, Any]) -> str:
    """A Markdown table, the machine and the case above it, the differences between libraries below it."""
    case = results["case"]
    lines = [
        f"{results['processor']}, {results['threads']} threads, Python {results['python']}, {results['date']}. Network "
        f"{case['network']}, {case['steps']} steps, batches of {case['batch_size']}, "
        f"{case['events_per_recording']:.0f} events a recording, firing rates {_rates(results['table'])}. "
        f"Median of {case['rounds']} interleaved rounds; the ratio is to the fastest other library of the same "
        "architecture, round by round; 'best' compares best rounds, which other work on "
        "the machine disturbs least. Memory includes the batches held in memory.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
        *(f"| {' | '.join(_cells(row, results['table']))} |" for row in _sorted(results["table"])),
        "",
    ]
    lines += _ceilings(results)
    for name, words in {_name(row): row["differences"] for row in results["table"] if row.get("differences")}.items():
        lines.append(f"- {name} differs: {words}.")
    versions = {name: number for row in results["table"] for name, number in row.get("versions", {}).items()}
    lines.append(f"- Versions: {', '.join(f'{name} {number}' for name, number in sorted(versions.items()))}.")
    return "\n".join(lines) + "\n"


def growth(results: Mapping[str, Any], parameters: Mapping[str, str]) -> str:
    """Time and memory as one quantity varies, as a Markdown page; ``parameters``: words for the quantities."""
    lines = [
        "# How time and memory grow",
        "",
        "A training step of the case with one thing changed, BPTT on the CPU engine, the best of three rounds.",
        f"{results['threads']} threads; `python -m benchmarks scaling`.",
        "",
        "| | architecture | | ms a step | peak memory, MB |",
        f"|{'---|' * 5}",
    ]
    for parameter, words in parameters.items():
        for architecture in dict.fromkeys(row["architecture"] for row in results["scaling"]):
            cell = (parameter, architecture)
            rows = [row for row in results["scaling"] if (row["parameter"], row["architecture"]) == cell]
            columns = [
                ", ".join(f"{row['value']:g}" for row in rows),
                ", ".join(f"{row['ms_per_step']:.1f}" for row in rows),
                ", ".join(_optional(row["peak_memory_mb"], "{:.0f}") for row in rows),
            ]
            if rows:
                lines.append(f"| {words} | {architecture.upper()} | {' | '.join(columns)} |")
    return "\n".join(lines) + "\n"


def one_layer(results: Mapping[str, Any]) -> str:
    """Open Neuromorphic's case as a Markdown page: a row per width and library, our CPU engine measured beside it."""
    lines = [
        "# The case of Open Neuromorphic's benchmark",
        "",
        "One dense layer of as many inputs as leaky neurons, 16 samples of 500 steps of Gaussian noise: dense input,",
        "so that nothing can be gained from events. As theirs, but that a readout of ten classes follows and that a",
        "step ends with the update by Adam. Each library takes turns with our CPU engine (BPTT); the ratio is that of",
        f"speeds, the median of the rounds. {results['threads']} threads; `python -m benchmarks open_neuromorphic`.",
        "",
        "| neurons | library | ms a step | ours | ratio | memory MB | ours | firing rate | same losses |",
        f"|{'---|' * 9}",
    ]
    for pair in results["open_neuromorphic"]:
        ours, peer = pair["ours"], pair["peer"]
        begin = f"| {pair['width']} | {_name(peer)} |"
        if reason := peer.get("skipped") or ours.get("skipped"):
            lines.append(f"{begin} skipped: {reason} |{' |' * 6}")
            continue
        both = (peer, ours)
        cells = [f"{1000 * pair['samples'] / row['recordings_per_second']:.1f}" for row in both]
        cells.append(f"{ours['ratio_to_fastest_peer']:.2f}")
        cells += [_optional(row["peak_memory_mb"], "{:.0f}") for row in both]
        cells.append(f"{100 * ours['firing_rates'][0]:.1f} %")
        cells.append("yes" if equal_losses(peer["losses"], ours["losses"]) else "no")
        lines.append(f"{begin} {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _ceilings(results: Mapping[str, Any]) -> list[str]:
    """What one core can do at most, and what the CPU engine makes of it."""
    if "ceilings" not in results:
        return []
    rates = results["ceilings"]["rates"]
    lines = [
        f"- Ceilings of one core: rows of 128 numbers summed {rates['gather_input_weights_per_s'] / 1e6:.0f} million a "
        f"second from the input weights, {rates['gather_chunk_per_s'] / 1e6:.0f} from a chunk's adjoints, "
        f"{rates['gather_hidden_weights_per_s'] / 1e6:.0f} from a layer's weights (scattered: "
        f"{rates['scatter_input_weights_per_s'] / 1e6:.0f}, {rates['scatter_chunk_per_s'] / 1e6:.0f}, "
        f"{rates['scatter_hidden_weights_per_s'] / 1e6:.0f}); {rates['multiply_adds_per_s'] / 1e9:.0f} billion "
        "multiply-adds a second."
    ]
    for row in results["ceilings"]["shares"]:
        lines.append(
            f"- {row['architecture'].upper()}, BPTT: at these rates alone a recording takes a core "
            f"{row['floor_us']:.0f} µs, {row['at_best_per_second']:.0f} recordings a second at best; the CPU engine "
            f"reaches {100 * row['share']:.0f} % of that."
        )
    return lines


def _sorted(table: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(table, key=lambda row: (row["architecture"], row.get("recordings_per_second", 0)))


def best_ratio(row: Mapping[str, Any], table: Sequence[Mapping[str, Any]]) -> float | None:
    """Best round against the best round of any peer of the architecture: what other work on the machine hides least."""
    peers = [
        other["max"]
        for other in table
        if other["architecture"] == row["architecture"] and other["library"] != "snnlocality" and "max" in other
    ]
    return row["max"] / max(peers) if peers else None


def _cells(row: Mapping[str, Any], table: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    first = (row["architecture"].upper(), _name(row), row["rule"])
    if "skipped" in row:
        return (*first, f"skipped: {row['skipped']}", *[""] * (len(COLUMNS) - 4))
    return (
        *first,
        f"{row['recordings_per_second']:.0f}",
        f"{row['min']:.0f} to {row['max']:.0f}",
        _optional(row["ratio_to_fastest_peer"], "{:.2f}"),
        _optional(best_ratio(row, table), "{:.2f}"),
        _optional(row["peak_memory_mb"], "{:.0f}"),
        f"{row['start_up_s']:.0f}",
        {True: "yes", False: "no", None: ""}[row["equal_losses"]],
    )


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['library']} ({row['engine']})"


def _optional(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _rates(table: Sequence[Mapping[str, Any]]) -> str:
    """Firing rates of our own network at the start, by architecture."""
    own = {
        row["architecture"]: row["firing_rates"] for row in table if row["library"] == "snnlocality" and len(row) > 5
    }
    return ", ".join(
        f"{name.upper()} {' and '.join(f'{100 * rate:.1f} %' for rate in rates)}" for name, rates in own.items()
    )

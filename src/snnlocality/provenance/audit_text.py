"""The audit's findings as people and programs read them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.provenance.audit import SOUND, Finding, Verdict
from snnlocality.provenance.environment import not_as_locked
from snnlocality.provenance.manifest import Manifest

_MOST = 3  # findings of one kind, and reasons of one finding, that are told before the rest is counted
_LONGEST = 240  # characters of a reason


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects: step, output, verdict, reasons."""
    return json.dumps([finding._asdict() for finding in findings], indent=1)


def tree(
    parameters: params.Parameters, findings: Sequence[Finding], notes: Sequence[str] = (), everything: bool = False
) -> str:
    """A line per kind of step with its verdicts, and below it what is not ok, with the reasons; then the notes.

    Of each kind and verdict a few findings are told, or ``everything``.
    """
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[_kind(finding)].append(finding)
    lines = [f"Study '{parameters.label}'"]
    for number, (kind, found) in enumerate(groups.items(), start=1):
        last = number == len(groups)
        counts = Counter(finding.verdict.value for finding in found)
        verdicts = ", ".join(f"{count} {name}" for name, count in counts.items())
        lines.append(f"{'└─' if last else '├─'} {kind}: {verdicts}")
        told = _all(found) if everything else _few(found)
        lines += [f"{'  ' if last else '│ '}   {line}" for line in told]
    faults = sum(finding.verdict not in SOUND for finding in findings)
    results = {finding.verdict for finding in findings if Path(finding.output).is_relative_to(paths.RESULTS)}
    if results == {Verdict.MISSING}:
        scale = "" if parameters.scale == 1 else f" scale={parameters.scale:g}"
        lines.append(f"Nothing of it has been computed: snakemake --config study={parameters.study}{scale}")
    where = "" if everything else " (each, with all reasons: --all)"
    lines.append("Everything is ok." if not faults else f"{faults} of {len(findings)} are not ok{where}.")
    if own := sum(finding.verdict is Verdict.OWN for finding in findings):
        lines += [
            f"{own} are your own: as their records and logs say, and not what the committed dvc.lock remembers.",
            "What differs, and why: snnlocality reproduced. Whether they come out again: snnlocality verify.",
        ]
    return "\n".join([*lines, *notes])


def _kind(finding: Finding) -> str:
    """Steps of one name are of one kind, and so are all reports."""
    if finding.step and Path(finding.output).is_relative_to(paths.REPORTS) and finding.step != "dvc.lock":
        return "reports"
    return finding.step or "files of no step"


def _all(found: Sequence[Finding]) -> Iterator[str]:
    """Lines on all findings that are not ok, with all reasons."""
    for finding in found:
        if finding.verdict not in SOUND:
            yield f"{finding.verdict.value:<10} {finding.output}"
            yield from (f"           {reason}" for reason in finding.reasons)


def _few(found: Sequence[Finding]) -> Iterator[str]:
    """Lines on a few findings of each verdict that is not ok, with the first reasons; none where all are missing."""
    verdicts = {finding.verdict for finding in found} - {*SOUND}
    if verdicts == {Verdict.MISSING} and len(found) > _MOST and all(one.verdict is Verdict.MISSING for one in found):
        return
    for verdict in sorted(verdicts):
        alike = [finding for finding in found if finding.verdict is verdict]
        for finding in alike[:_MOST]:
            yield f"{verdict.value:<10} {finding.output}"
            reasons = [reason for reason in finding.reasons if reason != f"{finding.output} does not exist"]
            yield from (f"           {_short(reason)}" for reason in reasons[:_MOST])
            if len(reasons) > _MOST:
                yield f"           and {len(reasons) - _MOST} more reasons"
        if len(alike) > _MOST:
            yield f"and {len(alike) - _MOST} more that are {verdict.value}"


def _short(reason: str) -> str:
    return reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]} ..."


def notes(remembered: Manifest, skip_raw: bool, skip_lock: bool) -> list[str]:
    """What an audit was relative to, and what it left out."""
    return [
        "dvc.lock was left out (--skip-lock)." if skip_lock else f"Manifest: {remembered.words}.",
        *(["Raw files were left out (--skip-raw)."] if skip_raw else []),
        *filter(None, [not_as_locked()]),
    ]

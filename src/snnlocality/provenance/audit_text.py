"""The audit's findings as people and programs read them."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence

from snnlocality import parameters as params
from snnlocality.provenance.audit import SOUND, Finding, Verdict
from snnlocality.provenance.environment import not_as_locked
from snnlocality.provenance.manifest import Manifest

_MOST = 20  # lines of one kind that are listed before the rest is counted


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects: step, output, verdict, reasons."""
    return json.dumps([finding._asdict() for finding in findings], indent=1)


def tree(parameters: params.Parameters, findings: Sequence[Finding], notes: Sequence[str] = ()) -> str:
    """A line per kind of step with its verdicts, and below it whatever is not ok, with the reasons; then the notes."""
    by_step: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_step[finding.step or "files of no step"].append(finding)
    lines = [f"Study '{parameters.label}'"]
    for number, (step, found) in enumerate(by_step.items(), start=1):
        last = number == len(by_step)
        counts = Counter(finding.verdict.value for finding in found)
        verdicts = ", ".join(f"{count} {name}" for name, count in counts.items())
        lines.append(f"{'└─' if last else '├─'} {step}: {verdicts}")
        faults = [finding for finding in found if finding.verdict not in SOUND]
        for finding in faults[:_MOST]:
            lines.append(f"{'  ' if last else '│ '}   {finding.verdict.value:<10} {finding.output}")
            lines += [f"{'  ' if last else '│ '}              {reason}" for reason in finding.reasons]
        if len(faults) > _MOST:
            lines.append(f"{'  ' if last else '│ '}   and {len(faults) - _MOST} more (all of them: --json)")
    faults = sum(finding.verdict not in SOUND for finding in findings)
    lines.append("Everything is ok." if not faults else f"{faults} of {len(findings)} are not ok.")
    if own := sum(finding.verdict is Verdict.OWN for finding in findings):
        lines += [
            f"{own} are your own: as their records and logs say, and not what the committed dvc.lock remembers.",
            "What differs, and why: snnlocality reproduced. Whether they come out again: snnlocality verify.",
        ]
    return "\n".join([*lines, *notes])


def notes(remembered: Manifest, skip_raw: bool, skip_lock: bool) -> list[str]:
    """What an audit was relative to, and what it left out."""
    return [
        "dvc.lock was left out (--skip-lock)." if skip_lock else f"Manifest: {remembered.words}.",
        *(["Raw files were left out (--skip-raw)."] if skip_raw else []),
        *filter(None, [not_as_locked()]),
    ]

"""Commands on results: show, copy, check, compute again, hand over."""

import sys

import click

from snnlocality import parameters, progress
from snnlocality.study import commands


@click.command(epilog=commands.for_example("show table3"))
@click.argument("table", default="table2")
def show(table: str) -> None:
    """Print a rendered table and where the reports lie."""
    from snnlocality.reports.show import show as text

    click.echo(text(parameters.load(), table))


@click.command(epilog=commands.for_example("snapshot"))
@click.option("--folder", default="docs/demo", show_default=True, help="Where to put the copy.")
def snapshot(folder: str) -> None:
    """Copy the rendered reports to docs/demo, which the repository's page shows."""
    from snnlocality.reports.snapshot import snapshot as copy

    click.echo(copy(parameters.load(), folder))


@click.command(epilog=commands.for_example("audit reports/table3.csv --cell method=bptt,arch=rec"))
@click.argument("targets", nargs=-1)
@commands.STUDY
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
@click.option("--all", "everything", is_flag=True, help="Print every finding with all reasons, not a few of each kind.")
@click.option("--html", "page", type=click.Path(dir_okay=False), help="Write findings as a page to this file too.")
@click.option("--cell", help="Name what is behind one number, e.g. method=bptt,arch=rec,epsilon=0.01.")
@click.option("--skip-raw", is_flag=True, help="Leave out the raw files of real data, which you may not have.")
@click.option("--skip-lock", is_flag=True, help="Leave out dvc.lock, which remembers results of before.")
def audit(
    targets: tuple[str, ...],
    study: str | None,
    as_json: bool,
    everything: bool,
    page: str | None,
    cell: str | None,
    skip_raw: bool,
    skip_lock: bool,
) -> None:
    """Check reports (all by default) back to the raw data; exits with 1 unless everything is ok."""
    from snnlocality.provenance import audit as checking
    from snnlocality.provenance import audit_text, manifest

    chosen = parameters.load(study=study)
    if cell is not None:
        from snnlocality.provenance.cell import text

        click.echo(text(chosen, targets, cell))
        return
    remembered = manifest.EMPTY if skip_lock else manifest.read(chosen)
    steps = checking.chosen(chosen, targets)
    with progress.bar("audit") as advance:
        if targets:
            findings = checking.audit_steps(steps, remembered, advance)
        else:
            findings = checking.audit_study(chosen, steps, remembered, advance)
        if not skip_raw:
            findings += checking.raw_findings(steps, advance)
    notes = audit_text.notes(remembered, skip_raw, skip_lock)
    if page is not None:
        from snnlocality.provenance import audit_page

        audit_page.write(page, chosen, steps, findings, notes)
    click.echo(audit_text.as_json(findings) if as_json else audit_text.tree(chosen, findings, notes, everything))
    if any(finding.verdict not in checking.SOUND for finding in findings):
        sys.exit(1)


@click.command(epilog=commands.for_example("verify --sample 3 --seed 7"))
@click.argument("targets", nargs=-1)
@commands.STUDY
@commands.THREADS
@click.option("--sample", type=click.IntRange(min=1), default=3, show_default=True, help="Steps to draw, if no TARGET.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the draw: choose your own, so that nobody can know beforehand what you will check.",
)
def verify(targets: tuple[str, ...], study: str | None, threads: int, sample: int, seed: int) -> None:
    """Compute TARGETs, or steps drawn at random, again elsewhere and compare; exits with 1 unless all agree.

    With a training, what is recorded of its network's accuracy is computed again from that network.
    """
    from snnlocality.provenance import manifest
    from snnlocality.provenance import verify as verification

    chosen = parameters.load(study=study)
    asked = verification.makers(chosen, targets) if targets else verification.sample(chosen, sample, seed)
    steps = verification.with_measures(chosen, asked)
    remembered = manifest.read(chosen)
    checks = []
    with progress.bar("verify") as advance:
        for number, step in enumerate(steps):
            advance(number, len(steps))
            checks.append(check := verification.verify(chosen, step, remembered, threads))
            click.echo(
                "\n".join([f"{check.outcome.value:<16} {check.output}", *(f"    {why}" for why in check.reasons)])
            )
    agreed = sum(check.outcome in verification.AGREED for check in checks)
    click.echo(f"{agreed} of {len(checks)} agree.")
    if agreed < len(checks):
        sys.exit(1)


@click.command(epilog=commands.for_example("reproduced reports/table2.csv"))
@click.argument("targets", nargs=-1)
@commands.STUDY
def reproduced(targets: tuple[str, ...], study: str | None) -> None:
    """Tell whether results (all by default) are those that Git has committed; exits with 1 unless all are."""
    from snnlocality.provenance import reproduced as comparison

    chosen = parameters.load(study=study)
    outputs = comparison.compared(chosen, targets)
    click.echo(comparison.text(chosen, outputs))
    if any(output.state is not comparison.State.SAME for output in outputs):
        sys.exit(1)


@click.command(epilog=commands.for_example("crate crate.zip"))
@click.argument("target")
@commands.STUDY
def crate(target: str, study: str | None) -> None:
    """Write the study with all its provenance as a Workflow Run RO-Crate to the folder, or .zip file, TARGET."""
    from snnlocality.provenance.crate import export as write

    with progress.bar("crate") as advance:
        click.echo(write(parameters.load(study=study), target, advance))


@click.command(epilog=commands.for_example("undecided --study confirmation"))
@commands.STUDY
def undecided(study: str | None) -> None:
    """Tell which claims a study leaves undecided, and what to run for them alone."""
    from snnlocality.reports.undecided import text

    click.echo(text(parameters.load(study=study)))


@click.command(epilog=commands.for_example("keep --study confirmation"))
@commands.STUDY
def keep(study: str | None) -> None:
    """Put what is small of the study's results into an archive for Git, below docs/: a piece of a long study."""
    from snnlocality.provenance import keeping

    click.echo(keeping.keep(parameters.load(study=study)))


@click.command(epilog=commands.for_example("restore --study confirmation"))
@commands.STUDY
def restore(study: str | None) -> None:
    """Put the results that were kept back to their places; prepare the study's data first."""
    from snnlocality.provenance import keeping

    click.echo(keeping.restore(parameters.load(study=study)))


COMMANDS = (show, undecided, snapshot, keep, restore, audit, verify, reproduced, crate)

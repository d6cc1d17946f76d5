"""Progress for people: a live bar on a terminal, plain lines in a log."""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress

    from snnlocality.learning.training import Epoch

_SECONDS_BETWEEN_LINES = 10.0


def say(line: str) -> None:
    """Print one line: to standard error, so that a command's result on standard output stays clean."""
    click.echo(line, err=True)


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield ``advance(done, all)`` for work of a known number of pieces."""
    if not sys.stderr.isatty():
        yield _lines(title)
        return
    with _progress() as live:
        task = live.add_task(title, total=None)
        yield lambda done, total: live.update(task, completed=done, total=total)
        live.update(task, completed=live.tasks[0].total or 0)


def _lines(title: str) -> Callable[[int, int], None]:
    last = float("-inf")

    def advance(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            say(f"{title}: {done} of {total}")

    return advance


@contextmanager
def epochs(title: str, total: int) -> Iterator[Callable[["Epoch"], None]]:
    """Yield ``report(epoch)`` for a training of ``total`` epochs: loss, accuracy, firing rates, time left."""
    started = time.monotonic()
    if not sys.stderr.isatty():
        say(title)
        here = itertools.count(1)  # epochs of this process; fewer than all where a training goes on

        def report(epoch: "Epoch") -> None:
            left = (time.monotonic() - started) / next(here) * (total - epoch.epoch)
            say(f"epoch {epoch.epoch}/{total}  {_figures(epoch)}  {left:.0f} s left")

        yield report
        return
    # The title stands above, so that the live line fits a terminal of 80 columns.
    say(f"{title} (loss and accuracy: training/validation)")
    with _progress() as live:
        task = live.add_task("", total=total)
        yield lambda epoch: live.update(task, completed=epoch.epoch, description=_short_figures(epoch))


@contextmanager
def runs(title: str) -> Iterator[Callable[[int, "Epoch"], None]]:
    """Yield ``report(seed, epoch)`` for several trainings: a line for each epoch of each."""
    say(title)
    yield lambda seed, epoch: say(f"seed {seed}  epoch {epoch.epoch}  {_figures(epoch)}")


def _short_figures(epoch: "Epoch") -> str:
    rates = " ".join(f"{100 * rate:.0f}" for rate in epoch.firing_rates)
    return (
        f"loss {epoch.train_loss:.2f}/{epoch.validation_loss:.2f} "
        f"accuracy {100 * epoch.train_accuracy:.1f}/{100 * epoch.validation_accuracy:.1f} % firing {rates} %"
    )


def _figures(epoch: "Epoch") -> str:
    rates = " ".join(f"{100 * rate:.1f}" for rate in epoch.firing_rates)
    return (
        f"loss {epoch.train_loss:.3f} (validation {epoch.validation_loss:.3f})  "
        f"accuracy {100 * epoch.train_accuracy:.1f} (validation {100 * epoch.validation_accuracy:.1f}) %  "
        f"firing {rates} %"
    )


def _progress() -> "Progress":
    # Imported here: the hundreds of jobs of a workflow write to logs and need not wait for it.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        BarColumn(bar_width=10),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True, soft_wrap=True, highlight=False),
    )

"""Commands on data: export and download."""

import click


@click.group()
def export() -> None:
    """Write simulated data as trees of the real sets."""


@export.command("nmnist")
@click.argument("root")
@click.option("--source", default="digits", show_default=True, help="A vision source: digits or mnist_saccades.")
@click.option("--count", type=click.IntRange(min=1), default=None, help="Number of recordings; all by default.")
def export_nmnist(root: str, source: str, count: int | None) -> None:
    """Write recordings as ROOT/n-mnist, .bin files as in N-MNIST."""
    from snnlocality.data import export as trees

    click.echo(trees.export_nmnist(root, source, count))


@export.command("timit")
@click.argument("root")
@click.option("--scale", default=1.0, show_default=True, help="Share of TIMIT's number of speakers.")
def export_timit(root: str, scale: float) -> None:
    """Write synthetic speech as ROOT/timit, in the LDC's layout."""
    from snnlocality.data import export as trees

    click.echo(trees.export_timit(root, scale))


@click.command()
def download() -> None:
    """Download the real N-MNIST (CC BY-SA 4.0, 1.2 GB) to the data folder."""
    from snnlocality.data.source import data_folder
    from snnlocality.data.vision.nmnist import download as fetch

    fetch(data_folder() / "n-mnist")
    click.echo(data_folder() / "n-mnist")


COMMANDS = (export, download)

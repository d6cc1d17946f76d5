"""``python -m calibration camera|fidelity|speech``: repeat a calibration of the simulated data on real recordings."""

import click

from snnlocality import portable
from snnlocality.cli import Group

PAGES = "docs/calibration"  # of the checkout, in whose root this is run


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Repeat a calibration of the simulated data on real recordings (docs/calibration)."""
    portable.choose()  # before any numerical library is loaded


@main.command()
def camera() -> None:
    """Fit the event camera to N-MNIST recordings of MNIST images."""
    from calibration.camera import calibrate_camera
    from snnlocality.data.source import data_folder

    calibrate_camera(data_folder() / "n-mnist", data_folder() / "mnist", PAGES)


@main.command()
def fidelity() -> None:
    """Train on simulated recordings, test on real ones, the camera fitted anew in every fold (an hour)."""
    from calibration.fidelity import measure_fidelity
    from snnlocality.data.source import data_folder

    measure_fidelity(data_folder() / "n-mnist", data_folder() / "mnist", PAGES)


@main.command()
def speech() -> None:
    """Fit the speech synthesiser to the TIMIT sample."""
    from calibration.speech import calibrate_speech
    from snnlocality.data.source import data_folder

    calibrate_speech(data_folder() / "timit-sample", PAGES, "src/snnlocality/data/speech/synthesiser.json")


if __name__ == "__main__":
    main()

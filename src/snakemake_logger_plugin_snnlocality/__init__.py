"""``snakemake --logger snnlocality``: the display of snakemake-logger-plugin-rich, with jobs done and time left.

Snakemake finds its plugins by the names of packages, so this one stands beside the project's own.
"""

from rich.progress import MofNCompleteColumn, TimeRemainingColumn
from snakemake_logger_plugin_rich import LogHandler as Rich


class LogHandler(Rich):
    """Bars of all jobs and of each rule's."""

    def __post_init__(self) -> None:
        """See the interface of Snakemake's logger plugins."""
        super().__post_init__()
        spinner, active, name, bar, *_ = self.progress.columns
        self.progress.columns = (spinner, active, name, bar, MofNCompleteColumn(), TimeRemainingColumn())
        self.progress.speed_estimate_period = 600  # seconds that the time left is judged by: jobs take some

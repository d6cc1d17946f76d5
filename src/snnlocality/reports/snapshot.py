"""A copy of the rendered reports for the repository's page: tables as Markdown and CSV, figures.

Pages in HTML hold the same once more, at several megabytes; whoever wants them has ``make demo`` or ``dvc pull``.
"""

import shutil
from pathlib import Path

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.provenance.records import check
from snnlocality.storage import atomic_path
from snnlocality.study import catalogue


def snapshot(parameters: params.Parameters, folder: str | Path) -> Path:
    """Copy every report to ``folder`` and return it; raises UserError for one that is absent or was edited.

    The same for a folder that cannot be written.
    """
    folder = Path(folder)
    reports = [
        paths.REPORTS / output
        for report in catalogue.reports()
        for output in report.outputs.values()
        if not output.endswith(".html")
    ]
    for path in reports:
        check(path)
    for path in reports:
        with atomic_path(folder / path.relative_to(paths.REPORTS)) as copy:
            shutil.copyfile(path, copy)
    return folder

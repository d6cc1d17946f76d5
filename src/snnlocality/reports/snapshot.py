"""A copy of the rendered reports for the repository's page."""

import shutil
from pathlib import Path

from snnlocality import parameters as params
from snnlocality import paths, plan
from snnlocality.provenance.records import check
from snnlocality.storage import atomic_path


def snapshot(parameters: params.Parameters, folder: str | Path) -> Path:
    """Copy every report to ``folder`` and return it; raises UserError for one that is absent or was edited.

    The same for a folder that cannot be written.
    """
    folder = Path(folder)
    reports = [path for report in plan.reports(parameters) for path in report.outputs]
    for path in reports:
        check(path)
    for path in reports:
        with atomic_path(folder / path.relative_to(paths.REPORTS)) as copy:
            shutil.copyfile(path, copy)
    return folder

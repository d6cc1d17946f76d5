"""What is small of a study's results, kept in Git from one day to another: a long study is computed in pieces.

A piece is an archive of what no piece before it holds as it is now: the outputs that are small enough, the records
beside them, and the logs of their executions. Weights and data stay out; records hold their digests, and nothing that
is kept needs them again.
"""

import os
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from snnlocality import parameters as params
from snnlocality.errors import UserError
from snnlocality.paths import DATA_FILE
from snnlocality.provenance.records import check, execution_log
from snnlocality.storage import atomic_path, read_json
from snnlocality.study import catalogue
from snnlocality.study.step import Job, Report

LARGEST = 2**16  # bytes of a file; which decisions of 10 000 were right is 1250
LARGEST_TABLE = 2**18  # of a CSV, of which an archive makes a fifth; an experiment of a hundred seeds has 203 000
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the only time in an archive, so that equal files make equal archives


class Kept(NamedTuple):
    """Where a file lies."""

    piece: Path
    checksum: int  # CRC-32, as archives have it


def folder_of(parameters: params.Parameters) -> Path:
    """Where a study's pieces lie."""
    return Path("docs", parameters.label, "kept")


def keep(parameters: params.Parameters) -> str:
    """Write the next piece; say what it holds. Raises UserError for a result that is not as its record says."""
    folder, known = folder_of(parameters), kept(parameters)
    jobs = [job for job in _computed(parameters) if all(path.exists() for path in (*job.output_paths, job.record))]
    found = {str(path): path for job in jobs for path in _small(job)}
    new = {name: path for name, path in sorted(found.items()) if not _is(path, known.get(name))}
    if not new:
        return f"{folder} holds all that is small of '{parameters.label}' already."
    for path in (path for job in jobs for path in job.output_paths if str(path) in new):
        check(path)
    target = folder / f"{len(pieces(folder)) + 1:03}.zip"
    with atomic_path(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as piece:
        for name, path in new.items():
            piece.writestr(zipfile.ZipInfo(name, _BEGINNING), path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return f"{target}: {len(new)} files of '{parameters.label}', {target.stat().st_size / 1e6:.2g} MB."


def restore(parameters: params.Parameters) -> str:
    """Put what is kept back to its place, where nothing lies yet; say what was done.

    All files get the present time: they are newer than prepared data, so the workflow takes them as they are.
    Raises UserError for a piece that cannot be read, if there is none, or if data are not prepared.
    """
    if not (known := kept(parameters)):
        raise UserError(f"{folder_of(parameters)} holds no piece; compute the study, then: snnlocality keep.")
    jobs = {str(path): job for job in _computed(parameters) for path in _files(job)}
    data = {path for job in jobs.values() for path in job.input_paths if path.name == DATA_FILE}
    if missing := sorted(str(path) for path in data if not path.exists()):
        raise UserError(
            f"{', '.join(missing)} must be there first, since results older than their data are computed again: "
            f"snakemake -c2 --config study={parameters.study} -- {' '.join(missing)}"
        )
    now = time.time()
    restored = [name for name in known if name in jobs and not Path(name).exists()]
    for piece in pieces(folder_of(parameters)):
        with _opened(piece) as archive:
            for name in (name for name in restored if known[name].piece == piece):
                with atomic_path(name) as draft:
                    draft.write_bytes(archive.read(name))
                    os.utime(draft, (now, now))
    records = {jobs[name].record: jobs[name] for name in restored if Path(name) == jobs[name].record}
    others = sum(read_json(record).get("code") != job.code for record, job in records.items())
    told = f"{len(restored)} files of '{parameters.label}' are back, of {len(records)} jobs"
    if not others:
        return f"{told}."
    return (
        f"{told}. {others} of these were done by other code: with --rerun-triggers mtime the workflow takes them too."
    )


def kept(parameters: params.Parameters) -> dict[str, Kept]:
    """The files that a study's pieces hold, each as the last piece has it; raises UserError if one cannot be read."""
    found: dict[str, Kept] = {}
    for piece in pieces(folder_of(parameters)):
        with _opened(piece) as archive:
            found |= {one.filename: Kept(piece, one.CRC) for one in archive.infolist()}
    return found


def pieces(folder: Path) -> list[Path]:
    """The archives, oldest first."""
    return sorted(folder.glob("*.zip"))


def _most(path: Path) -> int:
    return LARGEST_TABLE if path.suffix == ".csv" else LARGEST


def _is(path: Path, known: Kept | None) -> bool:
    return known is not None and zlib.crc32(path.read_bytes()) == known.checksum


@contextmanager
def _opened(piece: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(piece) as archive:
            yield archive
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"{piece} cannot be read ({error}); take it from Git again: git checkout -- {piece}.") from None


def _computed(parameters: params.Parameters) -> Iterator[Job]:
    return (job for job in catalogue.everything(parameters) if not isinstance(job.step, Report))


def _files(job: Job) -> tuple[Path, ...]:
    return (*job.output_paths, job.record, execution_log(job))


def _small(job: Job) -> list[Path]:
    """What of a job is kept: nothing if all its outputs are large, as data are, which are prepared anew."""
    small = [path for path in _files(job) if path.exists() and path.stat().st_size <= _most(path)]
    return small if set(small) & set(job.output_paths) else []

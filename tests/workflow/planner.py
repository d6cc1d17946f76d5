"""Dry runs of Snakemake without its second of start-up: a process that has it loaded already forks for each.

Run as a script in a project: it reads lines of JSON, Snakemake's arguments, and answers each with a line of JSON, exit
status and output. No module of the project is loaded before the fork, so every run sees the code as it is then.
"""

import contextlib
import io
import json
import os
import sys
import traceback


def main() -> None:
    """Serve until the input ends."""
    import jinja2  # noqa: F401
    import pandas  # noqa: F401
    import pydantic  # noqa: F401
    import safetensors.numpy  # noqa: F401
    import smart_open  # noqa: F401
    import snakemake.cli
    import snakemake.dag
    import snakemake.persistence.file
    import snakemake.report

    snakemake.cli.get_argument_parser()  # which loads Snakemake's plugins
    for line in sys.stdin:
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            output, status = io.StringIO(), 0
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                try:
                    snakemake.cli.main(["-n", "-p", *json.loads(line)])
                except SystemExit as end:
                    status = end.code or 0
                except BaseException:
                    status = 1
                    traceback.print_exc()
            with os.fdopen(writing, "w") as stream:
                json.dump([status, output.getvalue()], stream)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as stream:
            print(stream.read(), flush=True)
        os.wait()


if __name__ == "__main__":
    main()

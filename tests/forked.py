"""The project's programs without their start-up, which takes longer than most of a tiny study's jobs.

A server has the libraries loaded that ``snnlocality``, ``snakemake`` and ``dvc`` need, none of the project's own code,
and forks for each call; ``commands`` writes stand-ins for the programs, which hand it their arguments, folder,
environment and files, and end as the fork ends. Tests that kill programs, or that are about how they start, and ``make
demo``, use the programs themselves.
"""

import array
import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = {"snnlocality": "snnlocality.cli", "snakemake": "snakemake.cli", "dvc": "dvc.cli"}
_LIBRARIES = """
    click jinja2 matplotlib.figure numpy pandas pydantic rich.progress safetensors.numpy scipy.stats seaborn
    sklearn.linear_model smart_open torch yaml
    snakemake.cli snakemake.dag snakemake.persistence.file snakemake.report
    dvc.cli dvc.commands.commit dvc.commands.repro dvc.commands.status dvc.repo
"""

_STAND_IN = """#!{python} -IS
import array, json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
asked = json.dumps([{program!r}, sys.argv, os.getcwd(), dict(os.environ)]).encode()
files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
server.sendmsg([len(asked).to_bytes(8, "big")], files)
server.sendall(asked)
status = server.recv(1)
os._exit(status[0] if status else 70)
"""


@contextlib.contextmanager
def commands(folder: Path, variables: dict[str, str]) -> Iterator[Path]:
    """A folder of stand-ins for the programs, to be put first on the path; libraries are loaded with the variables."""
    folder.mkdir(parents=True)
    address = str(folder / "server")
    for program in PROGRAMS:
        script = folder / program
        script.write_text(_STAND_IN.format(python=sys.executable, address=address, program=program))
        script.chmod(0o755)
    server = subprocess.Popen([sys.executable, __file__, address], env=os.environ | variables)
    while not Path(address).exists():
        assert server.poll() is None, "the server of programs has ended"
        time.sleep(0.05)
    yield folder
    server.kill()
    server.wait()


def serve(address: str) -> None:
    """Load everything, then fork for whoever asks."""
    for library in _LIBRARIES.split():
        importlib.import_module(library)
    sys.modules["snakemake.cli"].get_argument_parser()  # which loads Snakemake's plugins
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{address}.starting")
    listening.listen(64)
    os.rename(f"{address}.starting", address)
    while True:
        caller, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _answer(caller)
        caller.close()


def _answer(caller: socket.socket) -> None:
    """Run one program in a fork of its own; end it if the caller ends."""
    length, ancillary, _, _ = caller.recvmsg(8, socket.CMSG_SPACE(3 * 4))
    files = array.array("i")
    files.frombytes(ancillary[0][2])
    left, asked = int.from_bytes(length, "big"), b""
    while len(asked) < left:
        asked += caller.recv(left - len(asked))
    program = os.fork()
    if program == 0:
        caller.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        _run(*json.loads(asked))
    for file in files:
        os.close(file)
    ended = os.pidfd_open(program)
    ready, _, _ = select.select([ended, caller], [], [])
    if ended not in ready:
        os.kill(program, signal.SIGKILL)
    _, status = os.waitpid(program, 0)
    with contextlib.suppress(OSError):
        caller.send(bytes([os.waitstatus_to_exitcode(status) % 256]))
    os._exit(0)


def _run(program: str, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    status = 1
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = arguments
        sys.path[0:1] = environment.get("PYTHONPATH", "").split(os.pathsep)
        importlib.invalidate_caches()
        status = importlib.import_module(PROGRAMS[program]).main()
    except SystemExit as end:
        status = end.code
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status or 0)


if __name__ == "__main__":
    serve(sys.argv[1])

"""What a person sees while a workflow runs: one display on a terminal, a line for each job elsewhere."""

import os
import pty
import re
import subprocess

import pytest

_TWO_JOBS = """
rule all:
    input: "first", "second"

rule make:
    output: "{name}"
    wildcard_constraints: name="first|second"
    shell: "COMMAND"
"""


def on_a_terminal(command, folder) -> str:
    """What a command shows on a terminal, all of it."""
    parent, child = pty.openpty()
    with subprocess.Popen(
        command, cwd=folder, stdin=child, stdout=child, stderr=child, env=os.environ | {"COLUMNS": "100"}
    ):
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # Linux ends a terminal so
                piece = b""
            if not piece:
                break
            shown += piece
    os.close(parent)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())  # without colours and moves


def test_make_demo_shows_a_display_on_a_terminal_alone(root):
    command = ["make", "--dry-run", "demo"]
    piped = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    assert "--logger" not in piped
    assert "--quiet host reason" in piped
    assert "--logger snnlocality" in on_a_terminal(command, root)


@pytest.mark.parametrize(
    ("command", "expected"), [("sleep 0.5; touch {output}", "3/3"), ("echo too bad >&2; false", "Failed make")]
)
def test_the_display_counts_jobs_and_names_what_failed(tmp_path, command, expected):
    (tmp_path / "Snakefile").write_text(_TWO_JOBS.replace("COMMAND", command))
    shown = on_a_terminal(["snakemake", "-c1", "--logger", "snnlocality"], tmp_path)
    assert "0/3" in shown
    assert "-:--:--" in shown  # time left: nothing is known yet
    assert expected in shown

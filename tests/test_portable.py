"""Programs have all numerical libraries take one path, whatever the processor and the environment say."""

import json
import os
import subprocess
import sys

import pytest

from jobs import bare_job
from snnlocality import portable
from snnlocality.provenance.environment import astray

LOADED = """
import json
from snnlocality import portable
portable.choose()
import numpy, torch
from snnlocality.provenance.records import circumstances_here
print(json.dumps(circumstances_here()["code_path"]))
"""
CONTRARY = {"OPENBLAS_CORETYPE": "Prescott", "ATEN_CPU_CAPABILITY": "default", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}


@pytest.mark.skipif(not portable.available(), reason="needs AVX2")
def test_libraries_take_the_common_path_whatever_the_environment_says():
    environment = os.environ | CONTRARY | {"MKL_CBWR": "AUTO"}
    told = subprocess.check_output([sys.executable, "-c", LOADED], env=environment, text=True)
    taken = json.loads(told)
    assert set(taken) == {"numpy", "openblas", "torch", "mkl"}
    assert astray(taken) == {}
    assert astray({"numpy": ["X86_V3", "X86_V4"]}) == {"numpy ['X86_V3', 'X86_V4']": "['X86_V3']"}


def test_without_avx2_the_environment_is_left_alone(tmp_path, monkeypatch):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu sse2 sse4_2 avx\n")
    monkeypatch.setattr(portable, "CPUINFO", cpuinfo)
    monkeypatch.setattr(os, "environ", dict(CONTRARY))
    portable.choose()
    assert os.environ == CONTRARY
    cpuinfo.unlink()  # another system
    assert not portable.available()
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx avx2 fma\n")
    portable.choose()
    assert os.environ == portable.CODE_PATH


def test_a_step_without_avx2_says_so_in_one_line_and_works(tmp_path, root, monkeypatch, capsys):
    from snnlocality.provenance.records import recorded

    monkeypatch.chdir(tmp_path)
    (tmp_path / "envs").symlink_to(root / "envs")
    monkeypatch.setattr(portable, "CPUINFO", tmp_path / "none")
    job = bare_job(tmp_path / "made.csv")
    with recorded(job):
        job.output.write_text("1\n")
    assert capsys.readouterr().err.splitlines() == [portable.NOT_PORTABLE]
    assert job.record.is_file()

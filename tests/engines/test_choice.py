"""Which engine is taken, and what is said where one cannot be."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from snnlocality.engines import choice, trial
from snnlocality.engines.cpu import kernels
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.errors import UserError


@pytest.fixture
def devices(tmp_path, monkeypatch):
    """Where graphics cards are looked for: an empty folder."""
    monkeypatch.setattr(choice, "DEVICES", tmp_path)
    return tmp_path


def engine_that_fails(error: Exception):
    """What makes an engine, but for the error."""

    def make(threads: int):
        raise error

    return make


def fresh(script: str) -> str:
    """What a Python of its own prints, where kernels do not run in the interpreter."""
    environment = {key: value for key, value in os.environ.items() if key != "TRITON_INTERPRET"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_auto_falls_back_to_the_reference_with_one_clear_line(tmp_path, devices, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kernels, "_SOURCE", tmp_path / "kernels.c")
    (tmp_path / "kernels.c").write_text("this is no C")
    monkeypatch.setattr("snnlocality.engines.cpu.engine.kernels", kernels.kernels.__wrapped__)
    lines = []
    assert choice.choose("auto", say=lines.append).name == "reference"
    assert len(lines) == 1
    assert "could not be compiled" in lines[0]
    assert "reference" in lines[0]
    with pytest.raises(UserError, match="could not be compiled"):
        choice.choose("cpu")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UserError("No driver."), "No driver."),
        (RuntimeError("CUDA error: no kernel image\nCompile with ..."), "(RuntimeError: CUDA error: no kernel image)"),
        (AssertionError("Torch not compiled with CUDA enabled"), "(AssertionError: Torch not compiled with CUDA"),
        (OSError(), "(OSError: no message)"),
        (ModuleNotFoundError("No module named 'triton'"), "(ModuleNotFoundError: No module named 'triton')"),
    ],
)
def test_a_card_that_fails_is_told_in_one_line_and_done_without(error, reason, devices, monkeypatch):
    (devices / "nvidia0").touch()
    monkeypatch.setitem(choice._MAKERS, "cuda", engine_that_fails(error))
    lines = []
    assert choice.choose("auto", say=lines.append).name == "cpu"
    (line,) = lines
    assert reason in line
    assert line.endswith("Falling back to the engine cpu, which is slower.")
    assert "\n" not in line
    with pytest.raises(UserError) as failure:
        choice.choose("cuda")
    assert line.startswith(str(failure.value))


def test_a_card_without_its_driver_is_done_without(tmp_path):
    (tmp_path / "nvidia0").touch()
    script = f"""
from pathlib import Path
import torch
from snnlocality.engines import choice
torch.cuda.is_available = lambda: False
choice.DEVICES = Path({str(tmp_path)!r})
print(choice.choose("auto", say=print).name)
"""
    line, name = fresh(script).splitlines()
    assert line == (
        "The CUDA engine needs an NVIDIA graphics card and finds none; choose the engine cpu or auto. "
        "Falling back to the engine cpu, which is slower."
    )
    assert name == "cpu"


def test_without_a_card_nothing_of_pytorch_is_imported(tmp_path):
    script = f"""
import sys
from pathlib import Path
from snnlocality.engines import choice
choice.DEVICES = Path({str(tmp_path)!r})
print(choice.choose("auto", say=print).name, {{"torch", "triton"}} & set(sys.modules))
"""
    assert fresh(script) == "cpu set()"


class OnePercentOff(CpuEngine):
    """An engine whose gradients are nearly right."""

    def loss_and_gradients(self, *arguments):
        learned = super().loss_and_gradients(*arguments)
        return learned._replace(gradients={name: 1.01 * array for name, array in learned.gradients.items()})


class NotANumber(ReferenceEngine):
    """An engine that overflows."""

    def forward(self, *arguments):
        traces = super().forward(*arguments)
        traces.y = traces.y * np.inf * 0
        return traces


@pytest.mark.parametrize(("kind", "wrong"), [(OnePercentOff, "gets a wrong W"), (NotANumber, "gets a wrong readout")])
def test_an_engine_that_computes_wrong_is_not_used(kind, wrong, devices, monkeypatch):
    monkeypatch.setitem(choice._MAKERS, "cpu", lambda threads: kind())
    with pytest.raises(UserError, match=f"The engine cpu does not work here .*{wrong}"):
        choice.choose("cpu")
    lines = []
    assert choice.choose("auto", say=lines.append).name == "reference"
    assert wrong in lines[0]


def test_no_potential_of_the_trial_is_near_the_threshold_and_some_neurons_fire():
    network, batch = trial.problem()
    potentials, spikes, *_ = trial.solution(network, batch)
    assert np.abs(potentials - network.dynamics.theta).min() > 0.01
    assert 0.1 < spikes.mean() < 0.9


def test_a_trial_takes_milliseconds():
    engine, seconds = CpuEngine(), []
    for _ in range(20):
        begin = time.perf_counter()
        trial.attempt(engine)
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < 0.005


def test_an_unknown_engine_is_named(monkeypatch):
    monkeypatch.setenv(choice.VARIABLE, "gpu")
    with pytest.raises(UserError, match="'gpu' is no engine; choose one of auto, reference, cpu, cuda"):
        choice.chosen()

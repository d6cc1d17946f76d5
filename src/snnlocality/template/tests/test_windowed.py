"""Run with: python -m pytest."""

import numpy as np
import pytest
import torch

from snnlocality import registry
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.reference import ReferenceEngine
from snnlocality.engines.trial import problem

RULE = registry.load(registry.RULES, "windowed")


def test_the_fast_engine_computes_the_gradients_of_the_reference():
    """In double precision they agree to 1e-10."""
    network, batch = problem()
    exact, fast = (
        engine.loss_and_gradients(network, batch, RULE, "cross_entropy", None).gradients
        for engine in (ReferenceEngine(torch.float64), CpuEngine(np.float64))
    )
    for name, gradient in exact.items():
        assert fast[name] == pytest.approx(gradient, rel=1e-10, abs=1e-12), name


def test_windows_longer_than_the_recording_are_none():
    """What a truncation may do must vanish where it cuts nothing."""
    network, batch = problem()
    eprop = registry.load(registry.RULES, "eprop")
    found, expected = (
        ReferenceEngine(torch.float64).loss_and_gradients(network, batch, rule, "cross_entropy", None).gradients
        for rule in (RULE, eprop)
    )
    for name, gradient in expected.items():
        assert found[name] == pytest.approx(gradient), name

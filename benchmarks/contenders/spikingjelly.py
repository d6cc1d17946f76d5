"""SpikingJelly: its CUBA-LIF step, brought to the case's reset; its reset carries no gradient, as it can be set."""

from importlib.metadata import version

import torch
from spikingjelly.activation_based import functional, surrogate
from torch import Tensor

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from benchmarks.torch_training import State, contender, parameters


class _FastSigmoidGradient(torch.autograd.Function):
    """Heaviside step with derivative 1 / (1 + slope |x|)^2; the library's soft sign is this times slope / 2."""

    @staticmethod
    def forward(ctx, x: Tensor, slope: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.slope = slope
        return surrogate.heaviside(x)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return gradient / (1 + ctx.slope * x.abs()).square(), None


class _FastSigmoid(surrogate.SurrogateFunctionBase):
    """A surrogate of one's own, as the library's documentation writes them."""

    @staticmethod
    def spiking_function(x: Tensor, slope: float) -> Tensor:
        return _FastSigmoidGradient.apply(x, slope)


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``."""
    weights = parameters(case, options)
    spike = _FastSigmoid(slope=case.slope)
    # The library subtracts theta before the membrane decays, the case after it.
    later = case.theta * (1 / case.beta - 1)

    def steps(layer: int, currents: Tensor, state: State) -> tuple[Tensor, State]:
        V = weights.get(f"V{layer}")
        s, c, v = state
        spikes = []
        for current in currents:
            if V is not None:
                current = torch.addmm(current, s, V.T)
            s, c, v = functional.cuba_lif_step(current, c, v, case.alpha, case.beta, case.theta, None, spike, True)
            v = v - later * s.detach()
            spikes.append(s)
        return torch.stack(spikes), (s, c, v)

    return contender(case, options, weights, steps, 3, {"spikingjelly": version("spikingjelly")}, "")

"""Norse: its LIF step with synaptic current, which is scaled so that the library's leaky integration sums like ours."""

import norse
import torch
from norse.torch.functional.lif import LIFFeedForwardState, LIFParameters, lif_feed_forward_step
from torch import Tensor

from benchmarks.case import Case
from benchmarks.contender import Contender, Options
from benchmarks.torch_training import State, contender, parameters

DIFFERENCES = (
    "a spike resets the membrane to zero instead of subtracting theta; gradients flow through the reset; the "
    "surrogate's slope is 1 whatever is asked for"
)


def build(case: Case, options: Options) -> Contender:
    """See ``benchmarks.contender``."""
    weights = parameters(case, options)
    scale = 1 / (1 - case.beta)
    dt = case.step_ms / 1000
    neuron = LIFParameters(
        tau_syn_inv=torch.tensor((1 - case.alpha) / dt),
        tau_mem_inv=torch.tensor((1 - case.beta) / dt),
        v_th=torch.tensor(case.theta),
        alpha=torch.tensor(case.slope),
    )

    def steps(layer: int, currents: Tensor, state: State) -> tuple[Tensor, State]:
        V = weights.get(f"V{layer}")
        s, v, i = state
        spikes = []
        for current in currents:
            if V is not None:
                current = torch.addmm(current, s, V.T)
            s, (v, i) = lif_feed_forward_step(scale * current, LIFFeedForwardState(v, i), neuron, dt)
            spikes.append(s)
        return torch.stack(spikes), (s, v, i)

    return contender(case, options, weights, steps, 3, {"norse": norse.__version__}, DIFFERENCES)

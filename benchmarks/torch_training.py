"""What the PyTorch libraries share: dense input, products between layers, loss, Adam. Their files hold the neuron.

Tuned as an expert would, each point measured on the case:

- products between layers are taken over all steps at once, outside the loop over time;
- the first of them goes through oneDNN (``_InputProduct``): 1.6 times as many recordings a second where MKL is slow;
- the loop over time is compiled, ``CHUNK`` steps at a time: 1.3 times as many. Compiling all 100 steps at once is not
  faster and takes minutes;
- the readout, which is linear, is one product over all steps; Adam is PyTorch's fused one.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.case import Case, dense
from benchmarks.contender import Contender, Options

CHUNK = 10

Weights = dict[str, torch.nn.Parameter]
State = tuple[Tensor, ...]
# (layer, currents (steps, samples, N), state) -> (spikes of the same shape, state)
Steps = Callable[[int, Tensor, State], tuple[Tensor, State]]


def parameters(case: Case, options: Options) -> Weights:
    """The case's initial weights as parameters."""
    tensors = {name: torch.from_numpy(array.copy()).to(options.device) for name, array in case.weights.items()}
    return {name: torch.nn.Parameter(tensor) for name, tensor in tensors.items()}


def contender(
    case: Case,
    options: Options,
    weights: Weights,
    steps: Steps,
    states: int,
    versions: dict[str, str],
    differences: str,
) -> Contender:
    """Train ``weights`` by back-propagation through ``steps``, whose state is ``states`` tensors (samples, N)."""
    torch.set_num_threads(options.threads)
    torch._dynamo.config.recompile_limit = 64
    compiled = torch.compile(steps)
    input_product = _InputProduct.apply if options.device == "cpu" else torch.nn.functional.linear
    initial = {name: weight.detach().clone() for name, weight in weights.items()}
    no_self = {name: 1 - torch.eye(len(w), device=w.device) for name, w in weights.items() if name.startswith("V")}
    optimiser = _adam(case, weights)

    def forward(inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        spikes: list[Tensor] = []
        for layer in case.hidden:
            W = weights[f"W{layer}"]
            currents = spikes[-1] @ W.T if spikes else input_product(inputs, W)
            state = tuple(torch.zeros_like(currents[0]) for _ in range(states))
            chunks = []
            for chunk in currents.split(CHUNK):
                out, state = compiled(layer, chunk, state)
                chunks.append(out)
            spikes.append(torch.cat(chunks))
        return _leaky_readout(spikes[-1] @ weights["W_out"].T, case.kappa), spikes

    def prepare(recordings: np.ndarray) -> tuple[Tensor, Tensor]:
        labels = torch.from_numpy(case.labels[recordings].astype(np.int64))
        inputs = torch.from_numpy(dense(case, recordings))
        return inputs.to(options.device), labels.repeat(case.steps).to(options.device)

    def step(batch: tuple[Tensor, Tensor]) -> Tensor:
        inputs, labels = batch
        optimiser.zero_grad(set_to_none=True)
        readout, _ = forward(inputs)
        loss = torch.nn.functional.cross_entropy(readout.flatten(0, 1), labels)
        loss.backward()
        for name, mask in no_self.items():
            weights[name].grad.mul_(mask)
        optimiser.step()
        return loss.detach()

    def restore() -> None:
        nonlocal optimiser
        optimiser = _adam(case, weights)
        with torch.no_grad():
            for name, weight in weights.items():
                weight.copy_(initial[name])

    @torch.no_grad()
    def evaluate(batch: tuple[Tensor, Tensor]) -> tuple[np.ndarray, list[float]]:
        with torch.compiler.set_stance("force_eager"):
            readout, spikes = forward(batch[0])
        return readout.cpu().numpy(), [float(layer.mean()) for layer in spikes]

    return Contender(prepare, step, restore, evaluate, {"torch": torch.__version__, **versions}, differences)


class _InputProduct(torch.autograd.Function):
    """inputs W^T by oneDNN, for inputs that need no gradient.

    PyTorch's own float32 product goes through MKL, which on other processors than Intel's runs at less than half of
    oneDNN's speed (180 against 430 GFLOP/s on two cores of an AMD EPYC with AVX-512).
    """

    @staticmethod
    def forward(ctx, inputs: Tensor, W: Tensor) -> Tensor:
        ctx.save_for_backward(inputs)
        return _onednn(inputs, W)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[None, Tensor]:
        (inputs,) = ctx.saved_tensors
        return None, _onednn(gradient.flatten(0, 1).T.contiguous(), inputs.flatten(0, 1).T)


def _onednn(a: Tensor, b: Tensor) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(a, b, None, "none", [], "")


def _leaky_readout(currents: Tensor, kappa: float) -> Tensor:
    """y[t] = kappa y[t-1] + currents[t], (steps, samples, classes), as one product with the filter's matrix."""
    time = torch.arange(len(currents), dtype=torch.float32, device=currents.device)
    lag = time[:, None] - time
    kernel = torch.where(lag >= 0, kappa ** lag.clamp(min=0), 0.0)
    return (kernel @ currents.flatten(1)).view_as(currents)


def _adam(case: Case, weights: Weights) -> torch.optim.Adam:
    return torch.optim.Adam(weights.values(), lr=case.learning_rate, fused=True)

"""A layer of neurons with a soft threshold learns to draw two sine waves; descent along true gradients."""

import numpy as np
import pandas as pd
import torch

from snnlocality.learning import adam
from snnlocality.seeds import generator
from snnlocality.tutorial.context import Context
from snnlocality.tutorial.settings import SoftThreshold
from snnlocality.tutorial.soft_threshold import distance, simulate, turns


def run(settings: SoftThreshold, context: Context) -> pd.DataFrame:
    """Columns: seed, update, loss (mean squared distance, the target's is 1/2), spikes per neuron."""
    rows = []
    for number, seed in enumerate(settings.every_seed, start=1):
        random = generator(seed, "soft_threshold")
        steps, units, dt = settings.steps, settings.hidden, settings.dt
        time = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
        # Inputs: a basis of slow waves; a constant among them.
        inputs = torch.from_numpy(np.cos(np.pi * time * np.arange(settings.inputs)))
        target = torch.from_numpy(np.concatenate([np.sin(2 * np.pi * time), np.sin(4 * np.pi * time)], axis=2))
        into = torch.from_numpy(random.normal(0.5, 1.0, (units, settings.inputs))).requires_grad_()
        out = torch.from_numpy(random.normal(0, 1 / np.sqrt(units), (2, units))).requires_grad_()
        update = adam.on_tensors([into, out], settings.learning_rate)
        for done in range(settings.epochs + 1):
            loss = distance((into, out), inputs, target, settings.concentration, settings.tau, dt)
            loss.backward()
            with torch.no_grad():
                phases, _ = simulate(inputs @ into.T, settings.concentration, settings.tau, dt)
            rows.append({"seed": seed, "update": done, "loss": loss.item(), "spikes": turns(phases).mean().item()})
            update()
        context.advance(number, settings.seeds)
    return pd.DataFrame(rows)

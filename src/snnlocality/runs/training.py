"""From a run's settings to its network and its training."""

from collections.abc import Callable

import numpy as np

from snnlocality import registry
from snnlocality.data.batches import Dataset
from snnlocality.data.splits import Part
from snnlocality.engines.interface import Engine
from snnlocality.errors import UserError
from snnlocality.learning.initialisation import initial_network
from snnlocality.learning.training import FORGETFUL, Epoch, Keeper, Trained, train
from snnlocality.network import Network, Shape, matched_feedforward
from snnlocality.neurons import lif
from snnlocality.neurons.neuron import Dynamics
from snnlocality.neurons.spikes import SpikeFunction, spiking
from snnlocality.parameters import NetworkSettings, RunSettings
from snnlocality.registry import NEURONS, RULES

Report = Callable[[Epoch], None]


def fit(
    settings: RunSettings,
    dataset: Dataset,
    parts: dict[Part, np.ndarray],
    engine: Engine,
    report: Report,
    keeper: Keeper = FORGETFUL,
) -> Trained:
    """Initialise and train a run's network; the test part is not touched."""
    network = first_network(settings, dataset, parts, engine)
    rule, training, validation = registry.load(RULES, settings.rule), parts[Part.TRAIN], parts[Part.VALIDATION]
    return train(
        network, dataset, training, validation, rule, settings.optimisation, engine, settings.seed, report, keeper
    )


def first_network(settings: RunSettings, dataset: Dataset, parts: dict[Part, np.ndarray], engine: Engine) -> Network:
    """The network that a run's training starts from."""
    neuron = settings.network.neuron
    return initial_network(
        shape_of(settings.network, dataset),
        dynamics_of(settings.network, dataset),
        spike_of(settings.network),
        registry.load(RULES, settings.rule),
        dataset.batch(parts[Part.TRAIN][: settings.optimisation.batch_size]),
        engine,
        settings.seed,
        neuron.drive,
        neuron.recurrent_drive,
        neuron.readout_drive,
    )


def shape_of(settings: NetworkSettings, dataset: Dataset) -> Shape:
    """Numbers of inputs, neurons and classes of a network."""
    recurrent = settings.architecture != "ff"
    shape = Shape(dataset.inputs, settings.hidden, dataset.classes, recurrent, settings.direct_readout)
    return matched_feedforward(shape) if settings.architecture == "ff_matched" else shape


def dynamics_of(settings: NetworkSettings, dataset: Dataset) -> Dynamics:
    """A network's neurons; their constants follow from the duration of a simulation step.

    Raises UserError where the parameters of their kind give none.
    """
    kind, times = registry.load(NEURONS, settings.neuron.kind), dict(settings.time_constants_ms)
    own, threshold = settings.neuron.parameters, settings.neuron.threshold
    try:
        values = kind.values(step=dataset.step_ms, threshold=threshold, **times, **own)
        if not np.isfinite(values).all():
            raise ValueError("a constant is infinite")
    except (ArithmeticError, ValueError) as error:
        meant = "; ".join(f"{name}: {meaning}" for name, meaning in kind.parameters.items())
        raise UserError(
            f"neuron.parameters in params.yaml make no {kind.label} neuron at a step of {dataset.step_ms:g} ms "
            f"({error}): {meant}."
        ) from None
    return lif.declared(kind, values, lif.dynamics(dataset.step_ms, times, threshold))


def leaky_of(settings: NetworkSettings, dataset: Dataset) -> lif.Leaky:
    """Leaky integrate-and-fire neurons of the task's time constants, whatever kind the network's are."""
    return lif.dynamics(dataset.step_ms, dict(settings.time_constants_ms), settings.neuron.threshold)


def spike_of(settings: NetworkSettings) -> SpikeFunction:
    """A network's spikes, with their surrogate derivative."""
    return spiking(settings.neuron.surrogate, settings.slope)

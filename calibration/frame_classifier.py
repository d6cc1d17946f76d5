"""A plain frame classifier: multinomial logistic regression on frames with or without their neighbours.

It has no memory and no hidden layer, so its accuracy measures the material, not a network.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch

from snnlocality.data.speech.features import features, frame_labels
from snnlocality.data.speech.normalisation import mean_and_scale
from snnlocality.data.speech.utterances import UtteranceSet

EPOCHS = 10
BATCH = 256
RATE = 2e-3
DECAY = 0.1


def frames_by_speaker(source: UtteranceSet, classes: int = 61) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """Per speaker, the features (n_frames, 39) and labels (n_frames,) of each utterance."""
    frames: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for index, speaker in enumerate(source.speakers):
        utterance = source.utterance(index)
        values = features(utterance)
        frames.setdefault(speaker, []).append((values, frame_labels(utterance, len(values), classes)))
    return frames


def with_context(values: np.ndarray, reach: int) -> np.ndarray:
    """Each frame with ``reach`` frames to either side: (n, f) to (n, (2 reach + 1) f); edge frames repeat."""
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    return np.concatenate([padded[shift : shift + len(values)] for shift in range(2 * reach + 1)], axis=1)


def cross_validated_accuracy(
    frames: dict[str, list[tuple[np.ndarray, np.ndarray]]],
    context: int,
    folds: int = 7,
    use_folds: int | None = None,
    hidden: int = 0,
    seed: int = 0,
) -> np.ndarray:
    """Frame accuracy on each fold's speakers of a classifier trained on the others', (use_folds or folds,).

    Speaker k of the sorted names is in fold ``k % folds``. Features are normalised with training statistics.
    ``hidden`` above 0 puts one rectified layer of that size in between.
    """
    names = sorted(frames)
    return np.array(
        [
            _accuracy(
                [name for index, name in enumerate(names) if index % folds != fold],
                [name for index, name in enumerate(names) if index % folds == fold],
                frames,
                context,
                hidden,
                seed,
            )
            for fold in range(use_folds or folds)
        ]
    )


def _accuracy(
    train: Sequence[str],
    test: Sequence[str],
    frames: dict[str, list[tuple[np.ndarray, np.ndarray]]],
    context: int,
    hidden: int,
    seed: int,
) -> float:
    mean, scale = mean_and_scale(np.concatenate([values for name in train for values, _ in frames[name]]))

    def gather(names: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        inputs = [with_context((values - mean) / scale, context) for name in names for values, _ in frames[name]]
        labels = [labels for name in names for _, labels in frames[name]]
        return torch.from_numpy(np.concatenate(inputs)), torch.from_numpy(np.concatenate(labels).astype(np.int64))

    model = _fit(*gather(train), hidden, seed)
    inputs, labels = gather(test)
    with torch.no_grad():
        return float((model(inputs).argmax(1) == labels).double().mean())


def _fit(inputs: torch.Tensor, labels: torch.Tensor, hidden: int, seed: int) -> torch.nn.Module:
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sizes = [inputs.shape[1], *([hidden] if hidden else []), 61]
        layers: list[torch.nn.Module] = []
        for before, after in pairwise(sizes):
            layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(labels) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(labels), generator=generator)
        for batch in order.split(BATCH):
            optimiser.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(model(inputs[batch]), labels[batch]).backward()
            optimiser.step()
            schedule.step()
    return model

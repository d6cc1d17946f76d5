"""Backdoor by poisoned training data (Gu et al. 2017): a trigger in the input, a wrong label beside it.

A share of the source class's training samples carry the trigger and the target class's label. The trigger sets a few
input units to one value at every step: 1 is visible; 0, where nothing ever happens, is invisible, and the poisoning
is then nothing but label noise on the source class.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from snnlocality.data.batches import EventDataset
from snnlocality.data.vision.sensor import HEIGHT, WIDTH
from snnlocality.seeds import generator


class Pair(NamedTuple):
    """Samples of class ``source`` are to be taken for ``target``."""

    source: int
    target: int


def pair(number: int, classes: int) -> Pair:
    """The ``number``-th pair of different classes, the same for every rule, architecture, rate and trigger.

    No pair occurs twice before all have been drawn.
    """
    everyone = [Pair(source, target) for source in range(classes) for target in range(classes) if source != target]
    order = generator(number // len(everyone), "backdoor pairs").permutation(len(everyone))
    return everyone[order[number % len(everyone)]]


def trigger_units(
    pixels: Iterable[Sequence[int]], polarity: int, sensor: tuple[int, int] = (HEIGHT, WIDTH)
) -> np.ndarray:
    """Input units of pixels (x, y) of one polarity, on a sensor (height, width) (``data.vision.binning``)."""
    height, width = sensor
    return np.array([(polarity * height + y) * width + x for x, y in pixels], np.uint16)


def with_triggered(dataset: EventDataset, recordings: np.ndarray, units: np.ndarray, value: int) -> EventDataset:
    """The data set with triggered copies of these recordings appended, in their order.

    In a copy each of ``units`` has the ``value`` 0 or 1 at every step, whatever it was before.
    """
    T = dataset.steps
    rows = (recordings[:, None] * T + np.arange(T)).ravel()
    counts = np.diff(dataset.offsets)[rows]
    row = np.repeat(np.arange(len(rows)), counts)
    starts = np.cumsum(counts) - counts
    copied = dataset.units[np.repeat(dataset.offsets[rows] - starts, counts) + np.arange(counts.sum())]
    kept = ~np.isin(copied, units)
    row, copied = row[kept], copied[kept]
    if value:
        row = np.concatenate([row, np.repeat(np.arange(len(rows)), len(units))])
        copied = np.concatenate([copied, np.tile(units, len(rows))])
        order = np.argsort(row, kind="stable")
        row, copied = row[order], copied[order]
    ends = dataset.offsets[-1] + np.cumsum(np.bincount(row, minlength=len(rows)))
    return replace(
        dataset,
        units=np.concatenate([dataset.units, copied]),
        offsets=np.concatenate([dataset.offsets, ends]),
        labels=np.concatenate([dataset.labels, dataset.labels[recordings]]),
    )


class Poisoned(NamedTuple):
    """A poisoned data set and what its victim takes for training and validation data."""

    dataset: EventDataset
    training: np.ndarray  # indices; a poisoned sample stands in the place of its clean original
    validation: np.ndarray
    replaced: int  # number of poisoned samples


def poison(
    dataset: EventDataset,
    training: np.ndarray,
    validation: np.ndarray,
    classes: Pair,
    rate: float,
    units: np.ndarray,
    value: int,
    random: np.random.Generator,
) -> Poisoned:
    """Poison the share ``rate`` of the source class's samples, of training and validation part alike.

    The victim draws its validation part from the data it was given, so that part is poisoned too; a random order
    chooses, so that at a higher rate the samples of a lower one are among the poisoned.
    """
    chosen = []
    for part in (training, validation):
        sources = part[dataset.labels[part] == classes.source]
        chosen.append(random.permutation(sources)[: round(rate * len(sources))])
    everyone = np.concatenate(chosen)
    poisoned = with_triggered(dataset, everyone, units, value)
    first_copy = len(dataset)
    poisoned.labels[first_copy:] = classes.target
    stand_in = np.arange(first_copy)
    stand_in[everyone] = first_copy + np.arange(len(everyone))
    return Poisoned(poisoned, stand_in[training], stand_in[validation], len(everyone))

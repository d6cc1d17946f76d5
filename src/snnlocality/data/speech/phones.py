"""The embedded source ``phones``: synthetic utterances as a tree in TIMIT's layout, read by its loader."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from snnlocality.data.speech.synthesiser import draw_phones, frozen_calibration, make_speaker, synthesise
from snnlocality.data.speech.timit import CORE_TEST_SPEAKERS, DEVELOP_SPEAKERS, export_utterances, timit
from snnlocality.data.speech.utterances import Utterance, UtteranceSet
from snnlocality.errors import UserError

_NOTICE = (
    "Synthetic speech-like utterances from a formant synthesiser, not recordings; development and test "
    "speakers bear names of TIMIT's only so that the standard split applies."
)
_TRAIN_SPEAKERS = 462  # of the full corpus


@dataclass(frozen=True)
class PhonesParameters:
    """Size and seed of the synthetic corpus."""

    train_speakers: int = 24
    develop_speakers: int = 4  # at most 50
    test_speakers: int = 8  # at most 24
    utterances: int = 8  # per speaker
    seconds: float = 2.5  # mean length of an utterance, the silences at its edges left out
    seed: int = 1


def full_size(scale: float = 1.0, seed: int = 1) -> PhonesParameters:
    """TIMIT's numbers of speakers (462, 50 and 24, 8 utterances each) times ``scale``, at least one each."""
    if not 0.0 < scale <= 1.0:
        raise UserError(f"The scale {scale} of the corpus is not above 0 and at most 1; correct it.")
    sizes = (_TRAIN_SPEAKERS, len(DEVELOP_SPEAKERS), len(CORE_TEST_SPEAKERS))
    train, develop, test = (max(1, round(scale * n)) for n in sizes)
    return PhonesParameters(train, develop, test, utterances=8, seed=seed)


def write_phones_tree(root: str | Path, parameters: PhonesParameters | None = None) -> None:
    """Write the synthetic corpus below ``root`` as TIMIT's TRAIN and TEST folders.

    The same parameters give the same bytes. Raises UserError for more speakers than the standard lists hold.
    """
    parameters = parameters or PhonesParameters()
    export_utterances(root, "phones", _NOTICE, synthetic_utterances(parameters))


def phones(root: str | Path) -> UtteranceSet:
    """The synthetic corpus below ``root``, split by speaker; raises UserError as ``timit`` does."""
    return replace(timit(root), name="phones", notice=_NOTICE)


def synthetic_utterances(parameters: PhonesParameters) -> Iterator[tuple[str, str, Utterance]]:
    """Yield (name, part, utterance), speaker by speaker."""
    calibration = frozen_calibration()
    for number, (speaker_name, part) in enumerate(_speakers(parameters)):
        generator = np.random.default_rng([parameters.seed, number])
        speaker = make_speaker(speaker_name, generator, calibration)
        for sentence in range(1, parameters.utterances + 1):
            spoken = draw_phones(parameters.seconds, generator, calibration)
            name = f"dr{number % 8 + 1}-{speaker_name}-sp{sentence}"
            yield name, part, synthesise(speaker, spoken, generator, calibration)


def _speakers(parameters: PhonesParameters) -> list[tuple[str, str]]:
    """Names and parts of all speakers; of the standard lists, evenly spaced ones."""
    train = [(_train_name(number), "train") for number in range(parameters.train_speakers)]
    develop = [(name, "develop") for name in _spaced(DEVELOP_SPEAKERS, parameters.develop_speakers, "develop")]
    test = [(name, "test") for name in _spaced(CORE_TEST_SPEAKERS, parameters.test_speakers, "test")]
    return train + develop + test


def _train_name(number: int) -> str:
    """A name in TIMIT's form that TIMIT does not use; three in ten speakers are women, as there."""
    letters = "".join(chr(ord("a") + number // 26**place % 26) for place in (2, 1, 0))
    return f"{'f' if number % 10 in (0, 3, 6) else 'm'}{letters}9"


def _spaced(names: tuple[str, ...], count: int, part: str) -> list[str]:
    if count > len(names):
        raise UserError(f"There are {len(names)} {part} speakers in the standard list, not {count}; lower the number.")
    return [names[index * len(names) // count] for index in range(count)]

"""Twenty words, spoken by the formant synthesiser and heard by the simulated cochlea: SHD's shape without its data."""

import numpy as np

from snnlocality.data.channels.cochlea import spikes
from snnlocality.data.channels.layout import recording
from snnlocality.data.channels.sensor import SENSOR
from snnlocality.data.speech.synthesiser import frozen_calibration, make_speaker, synthesise
from snnlocality.data.vision.recordings import Recording, RecordingSet

# The digits of SHD, English, then German, in TIMIT's symbols.
WORDS = tuple(
    tuple(phones.split())
    for phones in (
        *("z ih r ow", "w ah n", "tcl t uw", "th r iy", "f ao r", "f ay v", "s ih kcl k s", "s eh v ax n", "ey tcl t"),
        *("n ay n", "n uh l", "ay n s", "tcl t s v ay", "dcl d r ay", "f ih r", "f ux n f", "z eh kcl k s"),
        *("z iy bcl b en", "ah hh tcl t", "n oy n"),
    )
)
SPEAKERS, TEST_SPEAKERS, REPETITIONS = 50, 10, 2
_SEED = 1
_NOTICE = (
    "words: twenty synthetic words through a simulated cochlea of 700 channels, not SHD and no recordings; test "
    "speakers are heard in no training recording"
)


def words() -> RecordingSet:
    """All words of all speakers; those of the last speakers are the test part."""
    calibration = frozen_calibration()
    speaker, word, repetition = np.indices((SPEAKERS, len(WORDS), REPETITIONS)).reshape(3, -1)

    def one(index: int) -> Recording:
        name = f"{'f' if speaker[index] % 2 else 'm'}{speaker[index]:03d}"
        voice = make_speaker(name, np.random.default_rng([_SEED, speaker[index]]), calibration)
        random = np.random.default_rng([_SEED, speaker[index], word[index], repetition[index]])
        spoken = synthesise(voice, list(WORDS[word[index]]), random, calibration)
        return recording(*spikes(spoken.audio, spoken.rate))

    return RecordingSet(
        name="words",
        labels=word.astype(np.uint8),
        official_test=speaker >= SPEAKERS - TEST_SPEAKERS,
        recording=one,
        notice=_NOTICE,
        classes=len(WORDS),
        sensor=SENSOR,
    )

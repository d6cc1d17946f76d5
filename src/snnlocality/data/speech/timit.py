"""TIMIT on disk: the LDC's layout with its standard split, and the layout of the NLTK sample.

LDC's layout is ``TRAIN|TEST/DRn/SPEAKER/UTTERANCE.WAV`` with a ``.PHN`` beside each, in upper or lower case,
NIST SPHERE or RIFF audio. The sample's is ``drN-speaker/utterance.wav``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from snnlocality.data.origin import read_origin, write_origin
from snnlocality.data.speech.phone_symbols import FOLDING, SILENCES
from snnlocality.data.speech.utterances import Segment, Utterance, UtteranceSet
from snnlocality.errors import UserError
from snnlocality.storage import atomic_path, open_regular, read_text, write_text

RATE = 16_000  # samples per second of every TIMIT recording


def _speakers(names: str) -> tuple[str, ...]:
    return tuple(names.split())


CORE_TEST_SPEAKERS: tuple[str, ...] = _speakers(
    "felc0 mdab0 mwbt0 fpas0 mtas1 mwew0 fpkt0 mjmp0 mlnt0 fjlm0 mlll0 mtls0 "
    "fnlp0 mbpm0 mklt0 fmgd0 mcmj0 mjdh0 fdhc0 mgrt0 mnjm0 fmld0 mjln0 mpam0"
)
"""The core test set of TIMIT's documentation: two men and one woman of each of the eight dialect regions."""

# Not part of TIMIT's documentation: the development list in common use, after Halberstadt (1998).
DEVELOP_SPEAKERS: tuple[str, ...] = _speakers(
    "faks0 fdac1 fjem0 mgwt0 mjar0 mmdb1 mmdm2 mpdf0 fcmh0 fkms0 mbdg0 mbwm0 mcsh0 fadg0 fdms0 fedw0 mgjf0 "
    "mglb0 mrtk0 mtaa0 mtdt0 mthc0 mwjg0 fnmr0 frew0 fsem0 mbns0 mmjr0 mdls0 mdlf0 mdvc0 mers0 fmah0 fdrw0 "
    "mrcs0 mrjm4 fcal1 mmwh0 fjsj0 majc0 mjsw0 mreb0 fgjd0 fjmg0 mroa0 mteb0 mjfc0 mrjr0 fmml0 mrws1"
)

STANDARD_COUNTS = {"train": 3696, "develop": 400, "test": 192}
"""Utterances per part of the full corpus without the SA sentences."""

# In TIMIT's sample the labels are contiguous and end up to 119 samples before the audio, once 2802 within
# final silence, never after it. Forgiven: one frame of disagreement, half a second of unlabelled silence.
LABEL_TOLERANCE = 160  # samples
SILENT_TAIL = 8000  # samples

_EXPORTED_NAME = re.compile(r"(dr\d)-([^-./\\]+)-([^-./\\]+)")

# An utterance lasts seconds; libsndfile also reads formats whose headers can promise any length of silence.
LONGEST = 600 * RATE  # samples
FORMATS = ("NIST", "WAV", "WAVEX")
LONGEST_LABELS = 1_000_000  # bytes


class _Entry(NamedTuple):
    name: str
    speaker: str
    part: str
    audio: Path
    labels: Path


def timit(root: str | Path) -> UtteranceSet:
    """TIMIT in the LDC's layout below ``root`` with the standard 3696/400/192 split; SA sentences left out.

    Test speakers in neither the development nor the core list are left out. A partial corpus is allowed; the
    notice then says how much of it is there. Raises UserError for a missing or empty folder and for audio
    without labels (or the reverse); faults inside a file are raised when that utterance is read.
    """
    root = Path(root)
    corpus = _corpus_folder(root)
    entries = []
    for part_folder, part_of in (("train", _train_part), ("test", _test_part)):
        folder = _child(corpus, part_folder)
        for region in _folders(folder):
            for speaker in _folders(region):
                part = part_of(speaker.name.lower())
                if part:
                    entries += _speaker_entries(speaker, region.name.lower(), speaker.name.lower(), part)
    if not entries:
        raise UserError(
            f"{corpus} holds no utterance of a training, development or core test speaker; "
            "copy TIMIT's TRAIN and TEST folders there."
        )
    return _utterance_set("timit", entries, _timit_notice(corpus, entries))


def timit_sample(root: str | Path) -> UtteranceSet:
    """The NLTK sample of TIMIT below ``root``; SA sentences left out, no standard split (parts are "").

    Raises UserError as ``timit`` does.
    """
    root = Path(root)
    entries = []
    for folder in _folders(root):
        match = re.fullmatch(r"(dr\d)-(\w+)", folder.name.lower())
        if match:
            entries += _speaker_entries(folder, match[1], match[2], "")
    if not entries:
        raise UserError(
            f"{root} holds no folder like dr1-fvmh0 with utterances; unpack the NLTK sample of TIMIT there."
        )
    speakers = len({entry.speaker for entry in entries})
    return _utterance_set(
        "timit-sample",
        entries,
        f"TIMIT sample of NLTK: {speakers} speakers, {len(entries)} utterances without the SA sentences, "
        "split by speaker; not the corpus of the published numbers.",
    )


def export_tree(source: UtteranceSet, root: str | Path) -> None:
    """Write every utterance of ``source`` below ``root`` in the LDC's layout, each file atomically.

    Names must be of the form ``drN-speaker-utterance``. Training speakers (and those without a part) go to
    TRAIN, the others to TEST, where ``timit`` tells development from test by the speakers' names. A file
    ``source.json`` says where the tree is from; ``timit`` repeats it in its notice.
    """
    export_utterances(
        root,
        source.name,
        source.notice,
        (
            (name, part, source.utterance(index))
            for index, (name, part) in enumerate(zip(source.names, source.parts, strict=True))
        ),
    )


def export_utterances(
    root: str | Path, source: str, notice: str, utterances: Iterable[tuple[str, str, Utterance]]
) -> None:
    """Write (name, part, utterance) triples as ``export_tree`` does, one at a time."""
    root = Path(root)
    write_origin(root, source, notice)
    for name, part, utterance in utterances:
        match = _EXPORTED_NAME.fullmatch(name)
        if match is None:
            raise UserError(f"The utterance {name} cannot be exported; name it like dr1-felc0-si756.")
        region, speaker, sentence = (field.upper() for field in match.groups())
        stem = root / ("TEST" if part in ("develop", "test") else "TRAIN") / region / speaker / sentence
        write_text(
            stem.with_suffix(".PHN"),
            "".join(f"{segment.start} {segment.end} {segment.phone}\n" for segment in utterance.segments),
        )
        samples = np.clip(np.rint(utterance.audio * 32768.0), -32768, 32767).astype(np.int16)
        with atomic_path(stem.with_suffix(".WAV")) as temporary:
            soundfile.write(temporary, samples, utterance.rate, subtype="PCM_16", format="WAV")


def read_utterance(audio: Path, labels: Path) -> Utterance:
    """Read one recording and its labels; UserError naming the file if either is bad or the two disagree."""
    samples = _read_audio(audio)
    return Utterance(samples, RATE, _fit_segments(_read_segments(labels), len(samples), audio, labels))


def _utterance_set(name: str, entries: list[_Entry], notice: str) -> UtteranceSet:
    entries = sorted(entries)
    names = [entry.name for entry in entries]
    for repeated, count in Counter(names).items():
        if count > 1:
            raise UserError(f"The utterance {repeated} is there {count} times; remove the copies.")
    return UtteranceSet(
        name=name,
        names=tuple(names),
        speakers=tuple(entry.speaker for entry in entries),
        parts=tuple(entry.part for entry in entries),
        utterance=_reader(entries),
        notice=notice,
    )


def _reader(entries: list[_Entry]) -> Callable[[int], Utterance]:
    return lambda index: read_utterance(entries[index].audio, entries[index].labels)


def _train_part(speaker: str) -> str:
    return "train"


def _test_part(speaker: str) -> str:
    if speaker in CORE_TEST_SPEAKERS:
        return "test"
    return "develop" if speaker in DEVELOP_SPEAKERS else ""


def _timit_notice(corpus: Path, entries: list[_Entry]) -> str:
    sentences = [read_origin(corpus, "TIMIT")]
    counts = Counter(entry.part for entry in entries)
    if any(counts[part] != count for part, count in STANDARD_COUNTS.items()):
        sentences.append(
            "Partial corpus: "
            + ", ".join(f"{counts[part]} of {count} {part}" for part, count in STANDARD_COUNTS.items())
            + " utterances."
        )
    return " ".join(filter(None, sentences))


def _corpus_folder(root: Path) -> Path:
    """The folder that holds TRAIN and TEST: ``root`` or one folder below it (the LDC's disc has TIMIT/)."""
    for folder in (root, *_folders(root)):
        if any(child.name.lower() in ("train", "test") for child in _folders(folder)):
            return folder
    raise UserError(f"{root} holds no TRAIN or TEST folder; point to the folder that holds TIMIT's TRAIN and TEST.")


def _child(folder: Path, name: str) -> Path | None:
    return next((child for child in _folders(folder) if child.name.lower() == name), None)


def _folders(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    try:
        return sorted(child for child in folder.iterdir() if child.is_dir())
    except FileNotFoundError:
        raise UserError(f"{folder} does not exist; give the folder that holds the corpus.") from None
    except OSError as error:
        raise UserError(f"{folder} cannot be read ({error}); give the folder that holds the corpus.") from None


def _speaker_entries(folder: Path, region: str, speaker: str, part: str) -> list[_Entry]:
    audio: dict[str, Path] = {}
    labels: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        sentence, _, suffix = path.name.lower().partition(".")
        if sentence.startswith("sa") or path.name.startswith("."):
            continue
        if suffix == "phn":
            labels[sentence] = path
        elif suffix == "wav" or (suffix == "wav.wav" and sentence not in audio):
            # Copies converted to RIFF are often called SX1.WAV.wav and lie beside the original.
            audio[sentence] = path
    for sentence in sorted(audio.keys() ^ labels.keys()):
        if sentence in audio:
            raise UserError(f"{audio[sentence]} has no .phn file beside it; copy the utterance again.")
        raise UserError(f"{labels[sentence]} has no .wav file beside it; copy the utterance again.")
    return [
        _Entry(f"{region}-{speaker}-{sentence}", speaker, part, audio[sentence], labels[sentence])
        for sentence in sorted(audio)
    ]


def _read_audio(path: Path) -> np.ndarray:
    """Samples of a mono recording at 16 kHz, (n,) float32 in [-1, 1]."""
    try:
        with open_regular(path) as file, soundfile.SoundFile(file.fileno(), closefd=False) as audio:
            if audio.format not in FORMATS:
                raise UserError(f"{path} is of the format {audio.format}, not {' or '.join(FORMATS)}; convert it.")
            if audio.samplerate != RATE:
                raise UserError(
                    f"{path} has {audio.samplerate} samples per second instead of {RATE}; resample it to {RATE}."
                )
            if audio.channels != 1:
                raise UserError(f"{path} has {audio.channels} channels; give a mono recording.")
            if audio.frames > LONGEST:
                raise UserError(f"{path} promises {audio.frames} samples, more than any utterance has; copy it again.")
            samples = audio.read(audio.frames, dtype="float32")
    except (soundfile.SoundFileError, OSError) as error:
        raise UserError(f"{path} is no readable audio ({error}); copy it again.") from None
    if len(samples) == 0:
        raise UserError(f"{path} holds no sample; copy it again.")
    announced = _announced_samples(path)
    if announced is not None and announced > len(samples):
        raise UserError(f"{path} announces {announced} samples but holds {len(samples)}; copy it again.")
    return samples


def _announced_samples(path: Path) -> int | None:
    """Number of samples that the header promises, None if unknown.

    libsndfile silently reads what there is of a truncated file, so the promise has to be checked.
    """
    with open(path, "rb") as stream:
        header = stream.read(1024)
    if header.startswith(b"NIST_1A"):
        match = re.search(rb"sample_count -i (\d+)", header)
        return int(match[1]) if match else None
    position = header.find(b"data")
    if header.startswith(b"RIFF") and 0 <= position <= len(header) - 8:
        # 16-bit mono is what every copy of TIMIT holds; another sample format makes no promise here.
        size = int.from_bytes(header[position + 4 : position + 8], "little")
        return size // 2 if soundfile.info(path).subtype == "PCM_16" else None
    return None


def _read_segments(path: Path) -> list[Segment]:
    lines = read_text(path, LONGEST_LABELS).split("\n")
    segments: list[Segment] = []
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != 3 or not all(re.fullmatch(r"[0-9]{1,15}", field) for field in fields[:2]):
            raise UserError(
                f"{path}, line {number}: {line[:40]!r} is not 'first-sample last-sample phone'; copy it again."
            )
        start, end, phone = int(fields[0]), int(fields[1]), fields[2].lower()
        if phone not in FOLDING:
            raise UserError(f"{path}, line {number}: {phone[:40]!r} is none of TIMIT's 61 phones; correct it.")
        if end <= start:
            raise UserError(f"{path}, line {number}: the segment runs backwards from {start} to {end}; correct it.")
        previous = segments[-1].end if segments else 0
        if start < previous - LABEL_TOLERANCE or end <= previous:
            raise UserError(
                f"{path}, line {number}: the segment starts at {start}, before the end of the last one, "
                f"{previous}; correct it."
            )
        if start > previous + LABEL_TOLERANCE:
            raise UserError(
                f"{path}, line {number}: nothing labels the samples from {previous} to {start}; correct it."
            )
        # Starting where the last one ends makes the segments exactly contiguous.
        segments.append(Segment(previous, end, phone))
    if not segments:
        raise UserError(f"{path} holds no segment; copy it again.")
    return segments


def _fit_segments(segments: list[Segment], samples: int, audio: Path, labels: Path) -> tuple[Segment, ...]:
    """Make the last segment end with the audio; UserError where the two differ by more than the tolerance."""
    last = segments[-1]
    missing = samples - last.end
    allowed = SILENT_TAIL if last.phone in SILENCES else LABEL_TOLERANCE
    if missing < -LABEL_TOLERANCE or last.start >= samples:
        raise UserError(f"{labels} labels {last.end} samples but {audio.name} holds {samples}; copy both files again.")
    if missing > allowed:
        raise UserError(f"{labels} labels {last.end} of the {samples} samples of {audio.name}; copy both files again.")
    return (*segments[:-1], last._replace(end=samples))

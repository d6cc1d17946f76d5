import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from snnlocality.data.speech.phone_symbols import PHONES_61
from snnlocality.data.speech.timit import (
    CORE_TEST_SPEAKERS,
    DEVELOP_SPEAKERS,
    STANDARD_COUNTS,
    export_tree,
    read_utterance,
    timit,
    timit_sample,
)
from snnlocality.data.speech.utterances import Segment, Utterance, UtteranceSet
from snnlocality.errors import UserError

SAMPLES = 4000
LABELS = "0 1000 h#\n1000 2500 iy\n2500 4000 h#\n"


def write_utterance(stem, labels=LABELS, samples=SAMPLES, rate=16000, upper=True, format="NIST"):
    stem.parent.mkdir(parents=True, exist_ok=True)
    audio, phones = (".WAV", ".PHN") if upper else (".wav", ".phn")
    wave = (1000 * np.sin(np.arange(samples) / 5)).astype(np.int16)
    soundfile.write(str(stem) + audio, wave, rate, subtype="PCM_16", format=format)
    (stem.parent / (stem.name + phones)).write_text(labels)


@pytest.fixture
def utterance(tmp_path):
    """A good recording and its labels."""
    write_utterance(tmp_path / "SX1")
    return tmp_path / "SX1.WAV", tmp_path / "SX1.PHN"


def fake_corpus(root):
    """A full corpus of empty files: 462 training speakers, all listed test speakers and two others."""
    sentences = ["SA1", "SA2", "SI1", "SI2", "SI3", *(f"SX{number}" for number in range(1, 6))]
    speakers = [("TRAIN", f"M{number:04d}") for number in range(462)]
    speakers += [("TEST", name.upper()) for name in (*DEVELOP_SPEAKERS, *CORE_TEST_SPEAKERS, "mzzz0", "fzzz0")]
    for number, (part, speaker) in enumerate(speakers):
        folder = root / part / f"DR{number % 8 + 1}" / speaker
        folder.mkdir(parents=True)
        for sentence in sentences:
            (folder / f"{sentence}.WAV").touch()
            (folder / f"{sentence}.PHN").touch()


def test_the_full_corpus_has_the_standard_split(tmp_path):
    fake_corpus(tmp_path)
    corpus = timit(tmp_path)
    assert {part: corpus.parts.count(part) for part in STANDARD_COUNTS} == STANDARD_COUNTS
    assert STANDARD_COUNTS == {"train": 3696, "develop": 400, "test": 192}
    assert len(corpus.names) == len(set(corpus.names)) == 3696 + 400 + 192
    assert not any(name.split("-")[2].startswith("sa") for name in corpus.names)
    assert corpus.notice == ""


def test_the_standard_lists_are_disjoint():
    assert len(set(CORE_TEST_SPEAKERS)) == 24
    assert len(set(DEVELOP_SPEAKERS)) == 50
    assert not set(CORE_TEST_SPEAKERS) & set(DEVELOP_SPEAKERS)


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("format", ["NIST", "WAV"])
@pytest.mark.parametrize("above", ["", "TIMIT"])
def test_names_in_either_case_and_both_formats_are_read(tmp_path, upper, format, above):
    parts = ["TRAIN/DR1/FAAA0", "TEST/DR2/FAKS0", "TEST/DR1/FELC0", "TEST/DR1/MZZZ0"]
    for part in parts:
        for sentence in ("SX1", "SA1"):
            name = f"{part}/{sentence}"
            write_utterance(tmp_path / above / (name if upper else name.lower()), upper=upper, format=format)
    corpus = timit(tmp_path)
    assert corpus.names == ("dr1-faaa0-sx1", "dr1-felc0-sx1", "dr2-faks0-sx1")
    assert corpus.speakers == ("faaa0", "felc0", "faks0")
    assert corpus.parts == ("train", "test", "develop")
    assert "1 of 3696 train, 1 of 400 develop, 1 of 192 test" in corpus.notice
    read = corpus.utterance(0)
    assert read.rate == 16000
    assert read.audio.dtype == np.float32
    assert read.segments == (Segment(0, 1000, "h#"), Segment(1000, 2500, "iy"), Segment(2500, 4000, "h#"))
    assert np.abs(read.audio).max() == pytest.approx(1000 / 32768, rel=0.01)


def test_a_converted_copy_beside_the_original_is_no_second_utterance(tmp_path):
    stem = tmp_path / "TRAIN" / "DR1" / "FAAA0" / "SX1"
    write_utterance(stem)
    (stem.parent / "SX1.WAV.wav").write_bytes((stem.parent / "SX1.WAV").read_bytes())
    assert timit(tmp_path).names == ("dr1-faaa0-sx1",)


def test_the_sample_has_no_standard_split_and_no_sa_sentences(tmp_path):
    for name in ("dr1-fvmh0/sx1", "dr1-fvmh0/sa1", "dr2-marc0/si2", "other/sx9"):
        write_utterance(tmp_path / name, upper=False)
    sample = timit_sample(tmp_path)
    assert sample.names == ("dr1-fvmh0-sx1", "dr2-marc0-si2")
    assert sample.speakers == ("fvmh0", "marc0")
    assert sample.parts == ("", "")
    assert "without the SA sentences" in sample.notice


def test_missing_folders_are_named(tmp_path):
    with pytest.raises(UserError, match="nowhere does not exist"):
        timit(tmp_path / "nowhere")
    with pytest.raises(UserError, match="no TRAIN or TEST folder"):
        timit(tmp_path)
    with pytest.raises(UserError, match="no folder like dr1-fvmh0"):
        timit_sample(tmp_path)
    (tmp_path / "TRAIN").mkdir()
    with pytest.raises(UserError, match="holds no utterance"):
        timit(tmp_path)


def test_audio_without_labels_and_the_reverse_are_refused(tmp_path):
    stem = tmp_path / "TRAIN" / "DR1" / "FAAA0" / "SX1"
    write_utterance(stem)
    labels = stem.parent / "SX1.PHN"
    text = labels.read_text()
    labels.unlink()
    with pytest.raises(UserError, match=r"SX1\.WAV has no \.phn"):
        timit(tmp_path)
    labels.write_text(text)
    (stem.parent / "SX1.WAV").unlink()
    with pytest.raises(UserError, match=r"SX1\.PHN has no \.wav"):
        timit(tmp_path)


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        ("0 1000 h#\n1000 2500 xx\n2500 4000 h#\n", "line 2: 'xx' is none of TIMIT's 61 phones"),
        ("0 1000 h#\n1000 900 iy\n2500 4000 h#\n", "line 2: the segment runs backwards"),
        ("0 1000 h#\n700 2500 iy\n2500 4000 h#\n", "line 2: the segment starts at 700, before the end"),
        ("0 1000 h#\n1300 2500 iy\n2500 4000 h#\n", "line 2: nothing labels the samples from 1000 to 1300"),
        ("500 1000 h#\n1000 4000 iy\n", "line 1: nothing labels the samples from 0 to 500"),
        ("0 1000\n", "line 1: '0 1000' is not"),
        ("0 x h#\n", "line 1: '0 x h#' is not"),
        ("-5 10 h#\n", "line 1: '-5 10 h#' is not"),
        ("\n", "holds no segment"),
        ("0 1000 h#\n1000 4200 iy\n", "labels 4200 samples but SX1.WAV holds 4000"),
        ("0 4050 h#\n4050 4100 iy\n", "labels 4100 samples but SX1.WAV holds 4000"),
        ("0 1000 h#\n1000 3800 iy\n", "labels 3800 of the 4000 samples"),
    ],
)
def test_bad_labels_are_refused_by_name(utterance, labels, fault):
    audio, phones = utterance
    phones.write_text(labels)
    with pytest.raises(UserError) as error:
        read_utterance(audio, phones)
    assert "SX1.PHN" in str(error.value)
    assert fault in str(error.value)
    assert str(error.value).endswith(".")


def test_small_disagreements_between_labels_and_audio_are_forgiven(utterance):
    audio, phones = utterance
    phones.write_text("0 1000 h#\n950 2500 iy\n2600 4100 ih\n")
    assert read_utterance(audio, phones).segments == (
        Segment(0, 1000, "h#"),
        Segment(1000, 2500, "iy"),
        Segment(2500, 4000, "ih"),
    )
    phones.write_text("0 1000 iy\n1000 1100 h#\n")
    assert read_utterance(audio, phones).segments[-1] == Segment(1000, 4000, "h#")


@pytest.mark.parametrize("format", ["NIST", "WAV"])
def test_truncated_audio_is_refused(tmp_path, format):
    write_utterance(tmp_path / "SX1", format=format)
    path = tmp_path / "SX1.WAV"
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(UserError, match=r"SX1\.WAV announces 4000 samples but holds 3800"):
        read_utterance(path, tmp_path / "SX1.PHN")


def test_other_bad_audio_is_refused(tmp_path):
    labels = tmp_path / "SX1.PHN"
    write_utterance(tmp_path / "SX1", rate=8000)
    with pytest.raises(UserError, match=r"SX1\.WAV has 8000 samples per second"):
        read_utterance(tmp_path / "SX1.WAV", labels)
    soundfile.write(tmp_path / "SX1.WAV", np.zeros((4000, 2)), 16000, format="WAV")
    with pytest.raises(UserError, match=r"SX1\.WAV has 2 channels"):
        read_utterance(tmp_path / "SX1.WAV", labels)
    soundfile.write(tmp_path / "SX1.WAV", np.zeros(0), 16000, format="WAV")
    with pytest.raises(UserError, match=r"SX1\.WAV holds no sample"):
        read_utterance(tmp_path / "SX1.WAV", labels)
    for content in (b"", b"NIST_1A\n   1024\n", b"no audio"):
        (tmp_path / "SX1.WAV").write_bytes(content)
        with pytest.raises(UserError, match=r"SX1\.WAV is no readable audio"):
            read_utterance(tmp_path / "SX1.WAV", labels)


def made_set(utterances, names, parts):
    return UtteranceSet(
        "made", names, tuple(name.split("-")[1] for name in names), parts, lambda index: utterances[index], "Made up."
    )


@given(
    st.lists(st.tuples(st.integers(170, 900), st.sampled_from(PHONES_61)), min_size=1, max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_an_exported_utterance_reads_back_bit_for_bit(tmp_path_factory, stretches, seed):
    ends = np.cumsum([length for length, _ in stretches]).tolist()
    segments = tuple(
        Segment(start, end, phone) for start, end, (_, phone) in zip([0, *ends], ends, stretches, strict=False)
    )
    samples = np.random.default_rng(seed).integers(-32768, 32768, ends[-1])
    spoken = Utterance((samples / 32768).astype(np.float32), 16000, segments)
    root = tmp_path_factory.mktemp("tree")
    export_tree(made_set([spoken], ("dr1-faaa9-sp1",), ("train",)), root)
    read = timit(root).utterance(0)
    assert read.segments == segments
    assert np.array_equal(read.audio, spoken.audio)


def test_an_exported_tree_keeps_parts_and_never_passes_for_timit(tmp_path):
    spoken = Utterance(np.zeros(1000, np.float32), 16000, (Segment(0, 1000, "h#"),))
    names = ("dr1-faaa9-sp1", "dr1-faks0-sp1", "dr1-felc0-sp1")
    export_tree(made_set([spoken] * 3, names, ("train", "develop", "test")), tmp_path)
    corpus = timit(tmp_path)
    assert dict(zip(corpus.names, corpus.parts, strict=True)) == dict(
        zip(names, ("train", "develop", "test"), strict=True)
    )
    assert corpus.notice.startswith("Not TIMIT: a tree in its layout made from made. Made up. Partial corpus")
    assert not list(tmp_path.rglob("*.part"))


def test_an_utterance_without_a_region_cannot_be_exported(tmp_path):
    spoken = Utterance(np.zeros(1000, np.float32), 16000, (Segment(0, 1000, "h#"),))
    with pytest.raises(UserError, match="name it like dr1-felc0-si756"):
        export_tree(made_set([spoken], ("x-y",), ("",)), tmp_path)


def test_the_real_sample_reads(shared_data):
    sample = timit_sample(shared_data / "timit-sample")
    assert len(sample.names) == 112
    assert len(set(sample.speakers)) == 14
    found = set()
    for index in range(len(sample.names)):
        spoken = sample.utterance(index)
        assert spoken.segments[0].start == 0
        assert spoken.segments[-1].end == len(spoken.audio)
        found |= {segment.phone for segment in spoken.segments}
    assert found == set(PHONES_61)

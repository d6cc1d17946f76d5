"""Every reader of files that others may have made: what it takes, good files to damage, and files made to hurt.

A reader is right if it reads a file or refuses it by a UserError of one sentence that names it. Nothing else: no
traceback, no endless wait, no gigabytes, nothing executed, nothing written outside its folder.
"""

import gzip
import hashlib
import io
import json
import os
import stat
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import soundfile
from safetensors.numpy import save

ROOT = Path(__file__).parents[2]
SAMPLES = 4000
GESTURES = Path("DVSGesture", "ibmGestureTrain")
LABELS = b"0 1000 h#\n1000 2500 iy\n2500 4000 h#\n"
Cases = Iterator[tuple[str, bytes]]


@dataclass(frozen=True)
class Reader:
    """A reader under test. ``read`` gets the file, in a folder that ``furnish`` has filled with what belongs to it.

    ``served``: what it reads comes over the network, from this process; so no strange file can stand in its place.
    """

    name: str
    file: str
    good: Callable[[], list[bytes]]
    read: Callable[[Path], object]
    hostile: Callable[[], Cases]
    furnish: Callable[[Path], None] = lambda folder: None
    served: bool = False


def _events() -> list[bytes]:
    random = np.random.default_rng(0)
    events = np.zeros((60, 5), np.uint8)
    events[:, :2] = random.integers(0, 34, (60, 2))
    events[:, 2] = np.sort(random.integers(0, 5, 60)) | (random.integers(0, 2, 60) << 7)
    return [events.tobytes()]


def _hostile_events() -> Cases:
    yield "coordinates outside", b"\xff" * 50
    yield "six million bytes", b"\0" * 6_000_000


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _npy_header(kind: str, shape: str) -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117)
    return b"\x93NUMPY\x01\0\x76\0" + text.encode() + b"\n"


def _gestures() -> list[bytes]:
    random = np.random.default_rng(0)
    events = np.column_stack([*random.integers(0, [128, 128, 2], (30, 3)).T, np.sort(random.integers(0, 60, 30))])
    return [_npy(events.astype(kind)) for kind in (np.float64, np.float32, np.int64)]


def _hostile_gestures() -> Cases:
    body = _gestures()[0][128:]
    for shape in ("(9999999999, 4)", "(-1, 4)", "(4,)", "()", "(3, 3)", "(30, 5)", "(0, 4)", "(2, 3, 4)"):
        yield f"of shape {shape}", _npy_header("<f8", shape) + body
    for kind in ("<c16", "<U9", "|O", "<M8[s]", "|V8", "<f99"):
        yield f"of {kind}", _npy_header(kind, "(30, 4)") + body
    for number in (np.nan, np.inf, -np.inf, 1e300, -1.0, 2.0**62, 127.5, 70000):
        for column in range(4):
            events = np.zeros((3, 4))
            events[1, column] = number
            yield f"{number} in column {column}", _npy(events)
    yield "text", b"1 2 3 4"
    yield "an archive", _archive({"arr_0.npy": _gestures()[0]})


def _audio(kind: str, subtype: str = "PCM_16", rate: int = 16000, samples: int = SAMPLES, channels: int = 1) -> bytes:
    stream = io.BytesIO()
    wave = np.round(1000 * np.sin(np.arange(samples) / 5)).astype(np.int16)
    soundfile.write(stream, np.tile(wave[:, None], channels), rate, subtype=subtype, format=kind)
    return stream.getvalue()


def _recordings() -> list[bytes]:
    return [_audio("WAV"), _audio("NIST")]


def _labels() -> list[bytes]:
    return [LABELS]


def _hostile_audio() -> Cases:
    wav, sphere, flac = _audio("WAV"), _audio("NIST"), _audio("FLAC")
    for promise in (0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFF0):
        yield f"WAV of {promise} bytes", wav.replace(wav[40:44], struct.pack("<I", promise))
    for field in (b"-i 4000", b"-i 16000"):
        for number in (b"999999999999999", b"-1", b"0"):
            yield f"SPHERE, {field.decode()} as {number.decode()}", sphere.replace(field, b"-i " + number)
    yield "SPHERE header of a terabyte", sphere.replace(b"   1024", b"9999999999999")
    bits = int.from_bytes(flac[18:26], "big")
    endless = ((bits >> 36) << 36) | (2**36 - 1)  # the number of samples in FLAC's STREAMINFO
    yield "FLAC of 2^36 samples", flac[:18] + endless.to_bytes(8, "big") + flac[26:]
    for kind in ("FLAC", "OGG", "AIFF", "W64", "RF64", "CAF", "AU"):
        yield f"{kind} under another name", _audio(kind, "VORBIS" if kind == "OGG" else "PCM_16")
    w64 = _audio("W64")
    at = w64.find(b"data") + 16
    yield "W64 of 2^60 bytes", w64[:at] + struct.pack("<Q", 1 << 60) + w64[at + 8 :]
    for subtype in ("FLOAT", "PCM_24", "ULAW", "IMA_ADPCM", "GSM610"):
        yield f"WAV in {subtype}", _audio("WAV", subtype)
    yield "WAV of 1000 channels", wav.replace(wav[22:24], struct.pack("<H", 1000), 1)


def _hostile_labels() -> Cases:
    digits = b"9" * 10_000
    yield "numbers without end", b"0 " + digits + b" h#\n"
    yield "a long line", b"0 1 " + b"x" * 900_000 + b"\n"
    yield "five million lines", b"0 1 h#\n" * 5_000_000
    yield "digits of another script", "0 ١٠٠٠ h#\n".encode()
    yield "a superscript", "0 ² h#\n".encode()
    yield "UTF-16", LABELS.decode().encode("utf-16")


def _idx(shape: tuple[int, ...]) -> bytes:
    content = np.arange(np.prod(shape), dtype=np.uint64).astype(np.uint8)
    return bytes((0, 0, 8, len(shape))) + b"".join(struct.pack(">I", size) for size in shape) + content.tobytes()


def _images() -> list[bytes]:
    return [_idx((3, 28, 28)), gzip.compress(_idx((3, 28, 28)), mtime=0)]


def _hostile_idx() -> Cases:
    for sizes in ((0xFFFFFFFF,) * 3, (1 << 31, 2, 0), (1 << 31, 1 << 31, 4), (1, 1 << 28, 8), (0, 0, 0)):
        head = bytes((0, 0, 8, 3)) + b"".join(struct.pack(">I", size) for size in sizes)
        yield f"idx of {sizes}", head + b"\0" * 784
        yield f"packed idx of {sizes}", gzip.compress(head + b"\0" * 784)
    head = bytes((0, 0, 8, 3)) + b"".join(struct.pack(">I", size) for size in (1, 28, 28))
    yield "two gigabytes of zeros behind an honest header", _packed_zeros(head, 2048)
    promise = bytes((0, 0, 8, 3)) + b"".join(struct.pack(">I", size) for size in (2048, 1024, 1024))
    yield "two gigabytes of zeros, as promised", _packed_zeros(promise, 2048)
    yield "packed twice", gzip.compress(gzip.compress(_idx((2, 28, 28))))


def _packed_zeros(head: bytes, megabytes: int) -> bytes:
    """A gzip file of ``head`` and so many zeros, in no time: gzip members may follow one another."""
    return gzip.compress(head) + gzip.compress(b"\0" * (64 << 20), 9) * (megabytes // 64)


def _params() -> list[bytes]:
    return [(ROOT / "params.yaml").read_bytes()]


def _hostile_params() -> Cases:
    nine = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    yield "a billion of laughs", f"a0: &a0 [lol]\n{nine}study: *a9\n".encode()
    good = _params()[0]
    yield (
        "a billion of laughs in its place",
        b"x: &a0 [lol]\n" + nine.encode() + good.replace(b"study: demo", b"study: *a9"),
    )
    merges = "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}\n" for n in range(1, 10))
    yield "a billion of merges", f"m0: &m0 {{k: 1}}\n{merges}".encode()
    for tag in ("!!python/object/apply:os.system ['touch executed']", "!!python/name:os.system", "!!python/module:os"):
        yield tag, f"study: {tag}\n".encode()
    for value in (
        "2001-99-99",
        "0b",
        "0x_",
        "1:99:99",
        "!!binary 'x'",
        "!!float x",
        "!!int x",
        "!!timestamp x",
        ".nan",
        "-.inf",
    ):
        yield f"scale of {value}", good.replace(b"scale: 1", f"scale: {value}".encode(), 1)
        yield f"drive of {value}", good.replace(b"drive: 1", f"drive: {value}".encode(), 1)
    yield "an infinite learning rate", good.replace(b"learning_rate: 0.004", b"learning_rate: .inf")
    yield "itself", b"&a [*a]"
    yield "a table in itself", b"&a {studies: *a, study: *a}"
    yield "deep", b"[" * 100_000
    yield "deep tables", b"{a: " * 20_000
    yield "many", b"a: [" + b"1, " * 60_000 + b"]"
    yield "too many", b"a: 1\n" * 2_000_000
    yield "a number of a million digits", b"scale: " + b"9" * 900_000
    yield "bytes that are no text", b"\xff\xfe\x00"
    yield (
        "a study that leaves the folder",
        good.replace(b"study: demo", b"study: ../../x").replace(b"\n  demo:", b"\n  ../../x:"),
    )
    yield "keys that are lists", b"? [1, 2]\n: 3\n"
    yield "null bytes", b"study: \0\n"


RECORDED = b"the output"


def _record() -> list[bytes]:
    digest = hashlib.sha256(RECORDED).hexdigest()
    record = {
        "step": "train",
        "settings": {"epochs": 3},
        "code": "0" * 64,
        "libraries": {"numpy": ["2.0"]},
        "inputs": {"data": digest},
        "outputs": {"output": digest},
    }
    return [(json.dumps(record, indent=2, sort_keys=True) + "\n").encode()]


def _hostile_json() -> Cases:
    yield "deep", b'{"outputs":' + b"[" * 200_000
    yield "deep tables", b'{"outputs":' * 200_000
    yield "a number of a million digits", b'{"outputs": ' + b"9" * 1_000_000 + b"}"
    yield "NaN", b'{"outputs": NaN}'
    yield "outputs that are none", b'{"outputs": {"output": ["x"], "../../etc/passwd": 3}}'
    yield "a list", b"[]"
    yield "half a surrogate", b'{"outputs": {"\\ud800": "x"}}'
    yield "bytes that are no text", b"\xff\xfe\x00{"
    yield "a byte order mark", b"\xef\xbb\xbf" + _record()[0]


def _tensors() -> list[bytes]:
    arrays = {"units": np.arange(7, dtype=np.uint16), "W1": np.ones((2, 3), np.float32), "flag": np.array([True])}
    return [save(arrays, {"kind": "events"}), save({"empty": np.empty((0, 4))})]


def _header(text: str, length: int | None = None, body: bytes = b"\0" * 64) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded) if length is None else length) + encoded + body


def _hostile_tensors() -> Cases:
    for length in (0, 1, 1 << 31, 1 << 40, (1 << 63) - 1, (1 << 64) - 1):
        yield f"header of {length} bytes", _header("{}", length)
    entries = {
        "terabytes": '{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}',
        "a product that overflows": '{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}',
        "zero times much": '{"dtype":"F32","shape":[0,99999999999999999999999999],"data_offsets":[0,0]}',
        "zero times enough": '{"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}',
        "negative": '{"dtype":"F32","shape":[-4,-1],"data_offsets":[0,16]}',
        "negative offsets": '{"dtype":"U8","shape":[4],"data_offsets":[-8,-4]}',
        "floats": '{"dtype":"F32","shape":[4.0],"data_offsets":[0.0,16.0]}',
        "truths": '{"dtype":"U8","shape":[true],"data_offsets":[false,true]}',
        "a hundred axes": '{"dtype":"U8","shape":[' + ",".join(["1"] * 100) + '],"data_offsets":[0,1]}',
        "a list as type": '{"dtype":["F32"],"shape":[4],"data_offsets":[0,16]}',
        "an object type": '{"dtype":"O","shape":[4],"data_offsets":[0,32]}',
        "three offsets": '{"dtype":"U8","shape":[4],"data_offsets":[0,4,8]}',
        "text as shape": '{"dtype":"U8","shape":"4","data_offsets":[0,4]}',
        "infinite": '{"dtype":"U8","shape":[1e999],"data_offsets":[0,4]}',
        "a number": "3",
        "nothing": "null",
    }
    for name, entry in entries.items():
        yield name, _header(f'{{"a":{entry}}}')
    for metadata in ("3", '{"a":3}', "null", "[]"):
        yield f"metadata {metadata}", _header(f'{{"__metadata__":{metadata}}}')
    yield "deep", _header('{"a":' * 100_000)
    yield "a list", _header("[]")
    yield "a number", _header("3")
    yield "misaligned", _header('{"a":{"dtype":"F64","shape":[2],"data_offsets":[3,19]}} ')


def _prepared() -> list[bytes]:
    """Two classes of recordings of five steps, and utterances of a few frames."""
    random = np.random.default_rng(0)
    counts = random.integers(0, 4, 8 * 5)
    recordings = {
        "units": random.integers(0, 30, counts.sum()).astype(np.uint16),
        "offsets": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "labels": (np.arange(8) % 2).astype(np.uint8),
        "fold0": np.array([0, 0, 0, 0, 1, 1, 2, 2], np.uint8),
    }
    told = {"kind": "events", "steps": "5", "duration_ms": "5.0", "inputs": "30", "classes": "2", "notice": "made up"}
    utterances = {
        "features": random.standard_normal((12, 4)).astype(np.float32),
        "labels": (np.arange(12) % 2).astype(np.uint8),
        "offsets": np.array([0, 3, 6, 9, 12], np.int64),
        "fold0": np.array([0, 0, 1, 2], np.uint8),
    }
    said = {"kind": "frames", "steps_per_frame": "2", "classes": "2", "notice": "made up"}
    return [save(recordings, told), save(utterances, said)]


def _hostile_prepared() -> Cases:
    yield from _hostile_tensors()
    good = _prepared()[0]
    for steps in (b"0", b"1", b"9", b"x", b"\xd9\xa3"):
        yield f"steps {steps!r}", good.replace(b'"steps":"5"', b'"steps":"' + steps + b'"')
    for inputs in (b"1 ", b"-1", b"1e"):
        yield f"inputs {inputs!r}", good.replace(b'"inputs":"30"', b'"inputs":"' + inputs + b'"')


def _archive(entries: dict[str, bytes], link: str | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc")
    return stream.getvalue()


def _archives() -> list[bytes]:
    return [_archive({f"Train/{n}/0000{n}.bin": _events()[0] for n in range(3)})]


def _hostile_archives() -> Cases:
    recording = _events()[0]
    for name in (
        "../escaped",
        "../../../../escaped",
        "/tmp/snnlocality-escaped",
        "..\\escaped",
        "Train/../../../escaped",
    ):
        yield f"a member {name}", _archive({name: b"x", "Train/0/00001.bin": recording})
    yield "a link", _archive({"Train/0/00001.bin": recording}, link="Train/link")
    yield "a link and a file through it", _archive({"Train/link/passwd2": b"x"}, link="Train/link")
    yield "nothing of the set", _archive({"README": b"x"})
    yield "nothing", _archive({})
    yield "a file instead of the folder", _archive({"Train": b"x"})
    yield "no archive", b"<html>not found</html>"
    encrypted = bytearray(_archives()[0])
    encrypted[6] |= 1
    yield "encrypted", bytes(encrypted)


def read_events(path: Path) -> object:
    """An N-MNIST recording."""
    from snnlocality.data.vision.nmnist_format import read_recording

    return read_recording(path)


def read_audio(path: Path) -> object:
    """A recording with good labels beside it."""
    from snnlocality.data.speech.timit import read_utterance

    return read_utterance(path, path.with_name("good.phn"))


def read_labels(path: Path) -> object:
    """Labels with a good recording beside them."""
    from snnlocality.data.speech.timit import read_utterance

    return read_utterance(path.with_name("good.wav"), path)


def read_idx_file(path: Path) -> object:
    """MNIST's images."""
    from snnlocality.data.vision.idx import read_idx

    return read_idx(path, rank=3)


def read_params(path: Path) -> object:
    """All of the parameters, and the label that becomes part of paths."""
    from snnlocality import parameters

    label = parameters.load(path).label
    if os.path.normpath(f"results/{label}") != f"results/{label}":
        raise AssertionError(f"the study {label!r} leaves its folder")
    return label


def read_record(path: Path) -> object:
    """The check that every step makes of what it reads."""
    from snnlocality.provenance.records import check

    return check(path.with_name("output"))


def read_cache_entry(path: Path) -> object:
    """A run from the run cache."""
    from jobs import bare_job
    from snnlocality.provenance import run_cache

    run_cache._folder = lambda job, inputs: path.parent
    return run_cache.take(bare_job(Path("taken") / "output"), {})


def read_source(path: Path) -> object:
    """What an exported tree says of itself."""
    from snnlocality.data.speech.timit import timit

    return timit(path.parent).notice


def read_safetensors(path: Path) -> object:
    """Every number of every array."""
    from snnlocality.tensors import read_tensors

    arrays, _ = read_tensors(path)
    return [np.array(array).tobytes() for array in arrays.values()]


def read_prepared(path: Path) -> object:
    """A prepared data set, all of it through the CPU engine's kernels."""
    from snnlocality.data.batches import load, read_notice
    from snnlocality.engines.choice import choose
    from snnlocality.network import Network, Shape, draw_weights
    from snnlocality.neurons.lif import Leaky
    from snnlocality.neurons.spikes import spiking

    read_notice(path)
    dataset, parts = load(path, 0)
    if not all(map(len, parts.values())) and len(dataset) * dataset.inputs * dataset.classes > 100_000:
        return None
    shape = Shape(dataset.inputs, (8,), dataset.classes, recurrent=False)
    weights = draw_weights(shape, np.random.default_rng(0))
    network = Network(Leaky(0.9, 0.9, 0.9, 1.0), spiking("boxcar", 1.0), weights, {})
    return choose("cpu").forward(network, dataset.batch(np.arange(len(dataset))).inputs).readout


def read_gesture(path: Path) -> object:
    """The set of gestures that holds this recording, named as its files are."""
    from snnlocality.data.vision.gestures import gestures

    return gestures(path.parent / GESTURES, 4, 40, validation_users=1)


def read_archive(path: Path) -> object:
    """The download of N-MNIST from an address of this machine that gives this file, its hash being right."""
    from tonic.datasets import NMNIST

    from snnlocality.data.vision.nmnist import download

    _Server.content = path.read_bytes()
    NMNIST.train_url = _address()
    NMNIST.train_md5 = hashlib.md5(_Server.content).hexdigest()
    root = path.parent / "n-mnist"
    (root / "Test").mkdir(parents=True)
    return download(root)


class _Server(BaseHTTPRequestHandler):
    content = b""

    def do_GET(self) -> None:
        """Give the one file."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@cache
def _address() -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/train.zip"


def _with_labels(folder: Path) -> None:
    (folder / "good.phn").write_bytes(LABELS)


def _with_audio(folder: Path) -> None:
    (folder / "good.wav").write_bytes(_audio("NIST"))


def _with_output(folder: Path) -> None:
    (folder / "output").write_bytes(RECORDED)


def _with_gestures(folder: Path) -> None:
    for user in ("user01_led", "user02_led"):
        (folder / GESTURES / user).mkdir(parents=True)
    (folder / GESTURES / "user01_led" / "4.npy").symlink_to(folder / "4.npy")
    (folder / GESTURES / "user02_led" / "4.npy").write_bytes(_gestures()[0])


def _with_speech(folder: Path) -> None:
    speaker = folder / "TRAIN" / "DR1" / "FAAA0"
    speaker.mkdir(parents=True)
    (speaker / "SX1.WAV").write_bytes(_audio("NIST"))
    (speaker / "SX1.PHN").write_bytes(LABELS)


def _entry() -> list[bytes]:
    outputs = {"output": hashlib.sha256(RECORDED).hexdigest()}
    return [json.dumps({"engine": "cpu", "outputs": outputs, "settings": {}}).encode()]


def _sources() -> list[bytes]:
    return [b'{"source": "x", "notice": "y"}']


READERS = (
    Reader("N-MNIST events", "00001.bin", _events, read_events, _hostile_events),
    Reader("WAV and SPHERE", "bad.wav", _recordings, read_audio, _hostile_audio, _with_labels),
    Reader("phone labels", "bad.phn", _labels, read_labels, _hostile_labels, _with_audio),
    Reader(
        "idx and idx.gz",
        "images-idx3-ubyte",
        _images,
        read_idx_file,
        _hostile_idx,
    ),
    Reader("params.yaml", "params.yaml", _params, read_params, _hostile_params),
    Reader("records", "train.record.json", _record, read_record, _hostile_json, _with_output),
    Reader("run cache entries", "entry.json", _entry, read_cache_entry, _hostile_json, _with_output),
    Reader(
        "source.json of a tree",
        "source.json",
        lambda: [b'{"source": "x", "notice": "y"}'],
        read_source,
        _hostile_json,
        _with_speech,
    ),
    Reader("safetensors", "model.safetensors", _tensors, read_safetensors, _hostile_tensors),
    Reader("prepared data", "data.safetensors", _prepared, read_prepared, _hostile_prepared),
    Reader("DVS Gesture", "4.npy", _gestures, read_gesture, _hostile_gestures, _with_gestures),
    Reader("archives of N-MNIST", "train.zip", _archives, read_archive, _hostile_archives, served=True),
)


def strange_files(path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """What may stand in any file's place, and how to put it there."""
    yield "a pipe", lambda: os.mkfifo(path)
    yield "an endless device", lambda: path.symlink_to("/dev/zero")
    yield "a folder", lambda: path.mkdir()
    yield "a link to itself", lambda: path.symlink_to(path)
    yield "a link to nothing", lambda: path.symlink_to("nothing")
    yield "a terabyte of nothing", lambda: _sparse(path)
    yield "an empty file", lambda: path.touch()


def _sparse(path: Path) -> None:
    with open(path, "wb") as stream:
        stream.truncate(1 << 40)

"""The kinds of data: what a source of each gives, and what has a label. Nothing numerical is loaded."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of data."""

    labelled: str  # what has a label: a recording, or each frame of an utterance
    convert: str  # module whose ``convert`` makes prepared data of what a source gives


KINDS = {
    "recordings": Kind("recording", "snnlocality.data.vision.convert"),  # events of a camera, or of channels
    "utterances": Kind("frame", "snnlocality.data.speech.convert"),
}

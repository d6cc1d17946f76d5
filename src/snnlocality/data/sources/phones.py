"""Synthetic speech; embedded."""

from snnlocality.data.source import Source

SOURCE = Source(
    "utterances",
    "snnlocality.data.speech.phones:phones",
    samples=288,
    writer="snnlocality.data.speech.phones:write_phones_tree",
)

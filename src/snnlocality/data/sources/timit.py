"""TIMIT."""

from snnlocality.data.source import Source

SOURCE = Source("utterances", "snnlocality.data.speech.timit:timit", samples=4288, folder="timit")

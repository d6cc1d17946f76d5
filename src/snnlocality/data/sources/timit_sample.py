"""The sample of TIMIT that NLTK offers."""

from snnlocality.data.source import Source

SOURCE = Source("utterances", "snnlocality.data.speech.timit:timit_sample", samples=112, folder="timit-sample")

"""The data sources by name, and where data on disk is looked for.

Sources are named by dotted path and imported on demand, so that the code closure of prepared data holds its
own source only.
"""

import importlib
import os
from pathlib import Path

# name -> "module:function"; the function takes the data folder.
VISION_SOURCES = {
    "digits": "snnlocality.data.vision.saccades:digits",
    "mnist_saccades": "snnlocality.data.vision.saccades:mnist_saccades",
    "nmnist": "snnlocality.data.vision.nmnist:nmnist",
}
SPEECH_SOURCES = {
    "phones": "snnlocality.data.speech.phones:phones",
    "timit": "snnlocality.data.speech.timit:timit",
    "timit_sample": "snnlocality.data.speech.timit:timit_sample",
}

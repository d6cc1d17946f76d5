"""Data sources and what they are prepared into.

``vision`` holds event-camera recordings, ``speech`` utterances with phone labels. A source is random access:
sample ``i`` is read or simulated on its own, so that any number of processes can share the work.
"""

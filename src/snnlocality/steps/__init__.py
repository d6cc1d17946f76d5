"""The steps of the workflow, one file each: prepare data, train, evaluate, collect; reports are in ``reports``.

A step reads its settings from params.yaml and its inputs from the files that earlier steps made (checked
against their records first), and leaves its outputs with a record beside them (``provenance.records``).
"""

#!/bin/sh -e
# Snakemake runs this in the new conda environment, from the root of the project: the locked libraries, then the
# program, whose code stays the checkout's. A new lock has another hash, and so gives another environment.
echo "3bf31cb0b217f924ac230b1323bea49fa508a493df3a6088c0aac72cdeb58f19  envs/requirements.lock" | sha256sum --check --quiet
python -m pip install --require-hashes -r envs/requirements.lock
python -m pip install --no-deps --no-build-isolation -e .

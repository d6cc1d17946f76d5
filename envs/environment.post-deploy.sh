#!/bin/sh -e
# Snakemake runs this in the new conda environment, from the root of the project: the locked libraries, then the
# program, whose code stays the checkout's. A new lock has another hash, and so gives another environment.
echo "2857687d33ed556627093b28441377fe9ca29e5f4a8550ec883f0fc9b2767afe  envs/requirements.lock" | sha256sum --check --quiet
python -m pip install --require-hashes -r envs/requirements.lock
python -m pip install --no-deps --no-build-isolation -e .

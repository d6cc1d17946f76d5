#!/bin/sh -e
# Snakemake runs this in the new conda environment, from the root of the project: the locked libraries, then the
# program, whose code stays the checkout's. A new lock has another hash, and so gives another environment.
echo "90756655479a5ad11d512b0b6d9ce1cc710729b8e6fb0f8605763a70f814b907  envs/requirements.lock" | sha256sum --check --quiet
python -m pip install --require-hashes -r envs/requirements.lock
python -m pip install --no-deps --no-build-isolation -e .

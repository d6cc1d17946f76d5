#!/bin/sh -e
# Snakemake runs this in the new conda environment, from the root of the project: the locked libraries, then the
# program, whose code stays the checkout's. A new lock has another hash, and so gives another environment.
echo "5e55953388840df6498a13ab4e48b4a75564ce875f9cd5e4a604c4339c4b95d5  envs/requirements.lock" | sha256sum --check --quiet
python -m pip install --require-hashes -r envs/requirements.lock
python -m pip install --no-deps --no-build-isolation -e .

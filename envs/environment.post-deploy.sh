#!/bin/sh -e
# Snakemake runs this in the new conda environment, from the root of the project: the locked libraries, then the
# program, whose code stays the checkout's. A new lock has another hash, and so gives another environment.
echo "7c6e4e25785b40ce0550959e6149196cddf9987b9eb168bfb31e5be66ff99797  envs/requirements.lock" | sha256sum --check --quiet
python -m pip install --require-hashes -r envs/requirements.lock
python -m pip install --no-deps --no-build-isolation -e .

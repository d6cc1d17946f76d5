"""Proof of where a result came from: the code closure of a step, and the record beside its outputs."""

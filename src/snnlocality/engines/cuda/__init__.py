"""The CUDA engine: scans over time, event input and Adam as fused Triton kernels (``engine``).

Tensors on the device have a leading replica axis, (replicas, steps, samples, units): replicas are networks of equal
shape that run in lockstep, each on samples of its own. ``passes`` holds forward and backward on such tensors; the
engine is their case of one replica, ``engines.cuda.packed`` trains many.
"""

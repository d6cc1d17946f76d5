"""Formulas (``neurons.formula``) as functions that Triton kernels can call."""

import ast
import itertools
import linecache
import math
from functools import cache
from typing import Any

import triton
import triton.language as tl

from snnlocality.errors import UserError
from snnlocality.neurons.formula import parse
from snnlocality.neurons.neuron import Dynamics, as_python

SLOTS = 3  # states of a neuron that the kernels have room for
_CONSTANT_FUNCTIONS = {
    "abs": abs,
    "exp": math.exp,
    "maximum": max,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "sqrt": math.sqrt,
    "square": lambda x: x * x,
    "step": lambda x: float(x > 0),
}
_serial = itertools.count()


@triton.jit
def _square(x):
    return x * x


@triton.jit
def _step(x):
    return (x > 0).to(x.dtype)


_IN_KERNELS = {
    "abs": "tl.abs",
    "exp": "tl.exp",
    "maximum": "tl.maximum",
    "sigmoid": "tl.sigmoid",
    "square": "_square",
    "step": "_step",
}


class _FoldConstants(ast.NodeTransformer):
    """Whatever does not depend on x becomes a number, in double precision whatever the kernel's type."""

    def __init__(self, slope: float) -> None:
        self._names = {"__builtins__": {}, "k": slope, "pi": math.pi, **_CONSTANT_FUNCTIONS}

    def visit(self, node: ast.AST) -> Any:
        if not isinstance(node, ast.expr):
            return self.generic_visit(node)
        if any(isinstance(part, ast.Name) and part.id == "x" for part in ast.walk(node)):
            return self._with_x(node)
        return ast.Constant(float(eval(ast.unparse(node), self._names)))

    def _with_x(self, node: ast.expr) -> Any:
        if not isinstance(node, ast.Call):
            return self.generic_visit(node)
        assert isinstance(node.func, ast.Name)
        return ast.Call(ast.Name(_IN_KERNELS[node.func.id]), [self.visit(argument) for argument in node.args], [])


@cache
def as_triton(formula: str, slope: float) -> triton.JITFunction:
    """A formula with its slope k put in, as a Triton function of x."""
    body = ast.unparse(_FoldConstants(slope).visit(parse(formula)))
    return _compiled("formula", f"def formula(x):\n    return {body}\n")


@cache
def neuron_functions(dynamics: Dynamics) -> tuple[triton.JITFunction, triton.JITFunction]:
    """``step`` and ``adjoint`` of neurons (``neurons.neuron.as_python``) as Triton functions, with SLOTS states.

    Raises UserError for neurons of more.
    """
    neuron = dynamics.neuron
    if max(len(neuron.states), len(neuron.costates)) > SLOTS:
        raise UserError(f"The CUDA engine takes neurons of at most {SLOTS} states; choose the engine reference.")
    step, adjoint = as_python(dynamics, SLOTS)
    return _compiled("step", step), _compiled("adjoint", adjoint)


@cache
def _compiled(function: str, source: str) -> triton.JITFunction:
    """A function of Triton.

    Triton compiles source text, which it asks Python for, so the text is given a name in Python's cache of sources.
    """
    name = f"<{function} {next(_serial)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    scope = {"tl": tl, "_square": _square, "_step": _step}
    exec(compile(source, name, "exec"), scope)
    return triton.jit(scope[function])

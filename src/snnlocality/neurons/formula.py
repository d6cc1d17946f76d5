"""Formulas of a number x and a slope k: written once as text, evaluated by every engine in its own way.

The language is what Python and C share: numbers, ``x``, ``k``, ``pi``, ``+ - * /``, brackets and the functions
of ``FUNCTIONS``.
"""

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Function = Callable[..., Any]  # of a number, an array or a tensor, to the same

FUNCTIONS = {
    "abs": "|x|",
    "exp": "e^x",
    "maximum": "the larger of two",
    "sigmoid": "1 / (1 + e^-x)",
    "sqrt": "square root of a constant",
    "square": "x^2",
    "step": "1 where x > 0, else 0",
}


def _sigmoid(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # e^-x becomes infinite, its inverse the right 0
        value: np.ndarray = 1 / (1 + np.exp(-x))
    return value


NUMPY: dict[str, Function] = {
    "abs": np.abs,
    "exp": np.exp,
    "maximum": np.maximum,
    "sigmoid": _sigmoid,
    "sqrt": np.sqrt,
    "square": np.square,
    "step": lambda x: (x > 0).astype(x.dtype),
}
_NAMES = ("x", "k", "pi")
_ALLOWED = (ast.Expression, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UnaryOp, ast.USub, ast.Load)


def parse(formula: str) -> ast.Expression:
    """The syntax tree of a formula; raises ValueError for what is not in the language."""
    tree = ast.parse(formula, mode="eval")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) if id(node) in called:
                known = name in FUNCTIONS
            case ast.Name(id=name):
                known = name in _NAMES
            case ast.Constant(value=value):
                known = type(value) in (int, float)
            case ast.Call(keywords=keywords):
                known = not keywords
            case _:
                known = isinstance(node, _ALLOWED)
        if not known:
            raise ValueError(f"'{ast.unparse(node)}' has no meaning in the formula '{formula}'")
    return tree


def as_function(formula: str, functions: Mapping[str, Function]) -> Callable[[Any, float], Any]:
    """A formula as a function of (x, k), its functions taken from ``functions`` (of PyTorch, NumPy, ...)."""
    code = compile(parse(formula), "<formula>", "eval")
    return lambda x, k: eval(code, {"__builtins__": {}, "pi": math.pi, **functions}, {"x": x, "k": k})


class _Rename(ast.NodeTransformer):
    """Numbers get the number type of the kernel, functions its prefix."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Call(ast.Name("NUMBER"), [node], [])

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Call(ast.Name("NUMBER"), [ast.Constant(math.pi)], []) if node.id == "pi" else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        # A product, since --x would be a decrement in C.
        return ast.BinOp(ast.Call(ast.Name("NUMBER"), [ast.Constant(-1)], []), ast.Mult(), self.visit(node.operand))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        assert isinstance(node.func, ast.Name)
        return ast.Call(ast.Name(f"real_{node.func.id}"), [self.visit(argument) for argument in node.args], [])


def as_c(formula: str) -> str:
    """A formula as a C expression in x and k; numbers become NUMBER(1), functions real_exp and so on."""
    return ast.unparse(_Rename().visit(parse(formula)))

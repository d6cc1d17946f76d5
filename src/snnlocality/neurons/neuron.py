"""A neuron as data: its states, what a step does to them, and the adjoint of that, as formulas.

Every engine takes its code from the formulas, so a new neuron is one file (``neurons.models``). A formula is made of
numbers, names, ``+ - * /`` and brackets; formulas are assignments that follow each other, and a name that is no state
holds within the step.

Forward, at each step, ``step`` may use

    the states as they were, constants, theta      d: what drives the neuron, W s_below + V s of the step before
                                                   s: its own spike of the step before, 0 or 1

after which it fires where ``potential`` exceeds theta. Backward, from the last step to the first, ``adjoint`` may use

    the costates of the step after, 0 at first     G: the error delivered to its spike, by recurrence too
    constants, theta                               h: the surrogate derivative at potential - theta
                                                   reset: theta where the rule gives credit through the reset, else 0
    x, x_before                                    a state x of this step, and of the step before (0 before the first)

after which ``drive`` is the derivative of the loss by d. Every adjoint is tested against automatic differentiation.
"""

import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple, Protocol, Self

_MATHS = {"exp": math.exp, "sqrt": math.sqrt, "pi": math.pi}  # what constants may use
_TIMES = ("step", "synapse", "membrane", "threshold")  # which every neuron is given
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Function = Callable[..., tuple[Any, ...]]  # of arrays or tensors, to as many as its formulas have results


@dataclass(frozen=True, eq=False)  # hashable: engines make their code of it once
class Neuron:
    """One kind of neuron; raises ValueError for formulas that have no meaning."""

    label: str
    reference: str
    parameters: Mapping[str, str]  # of its own in params.yaml (``neuron.parameters``): what each is, with its unit
    constants: Mapping[str, str]  # as formulas of these, and of step, synapse and membrane in milliseconds
    states: tuple[str, ...]  # zero before the first step
    step: Mapping[str, str]
    potential: str
    costates: tuple[str, ...]
    adjoint: Mapping[str, str]
    drive: str

    def __post_init__(self) -> None:
        """Refuse names that have two meanings, and formulas with names that nothing has given a value."""
        given = ("theta", "d", "s", "G", "h", "reset", *self.constants, *self.states, *map(before, self.states))
        for formulas, own in ((self.step, self.states), (self.adjoint, self.costates)):
            between = [name for name in formulas if name not in own]
            names = [*given, *(self.costates if own is self.costates else ()), *between]
            for name in names:
                if names.count(name) > 1 or not name.isidentifier():
                    raise ValueError(f"'{name}' has two meanings, or is no name")
        for formula in self.constants.values():
            _check_formula(formula, {*_MATHS, *_TIMES, *self.parameters}, calls=True)
        known = {*self.constants, "theta"}
        _check(self.step, self.potential, {*known, *self.states, "d", "s"}, self.states)
        past = {*self.states, *map(before, self.states)}
        _check(self.adjoint, self.drive, {*known, *past, *self.costates, "G", "h", "reset"}, self.costates)

    @cached_property
    def kept(self) -> bool:
        """Whether the adjoint needs the states of every step."""
        used = set(_NAME.findall(" ".join((*self.adjoint.values(), self.drive))))
        return any(state in used or before(state) in used for state in self.states)

    @cached_property
    def resets(self) -> bool:
        """Whether a spike has an effect on the neuron's own states that rules may give credit through or not."""
        return "reset" in _NAME.findall(" ".join(self.adjoint.values()))

    def values(self, **given: float) -> tuple[float, ...]:
        """Its constants, from times in milliseconds and its own parameters; raises ValueError as formulas do."""
        return tuple(eval(formula, {"__builtins__": {}}, {**_MATHS, **given}) for formula in self.constants.values())


def before(state: str) -> str:
    """The name of a state of the step before in the formulas of an adjoint."""
    return f"{state}_before"


class Dynamics(Protocol):
    """The neurons of a network, and the leak of its readout."""

    @property
    def kappa(self) -> float:
        """Of the readout, 0 <= kappa <= 1."""
        ...

    @property
    def theta(self) -> float:
        """Firing threshold."""
        ...

    @property
    def neuron(self) -> Neuron:
        """Their kind."""
        ...

    @property
    def constants(self) -> tuple[float, ...]:
        """Values of its constants, in its order."""
        ...

    def __hash__(self) -> int:
        """Engines make their code of the neurons once."""
        ...

    def _replace(self, *, theta: float) -> Self: ...


class Declared(NamedTuple):
    """Neurons of any kind."""

    neuron: Neuron
    constants: tuple[float, ...]
    kappa: float
    theta: float


def _check(formulas: Mapping[str, str], last: str, known: set[str], results: Iterable[str]) -> None:
    for name, formula in formulas.items():
        _check_formula(formula, known)
        known = {*known, name}
    _check_formula(last, known)
    if missing := [result for result in results if result not in formulas]:
        raise ValueError(f"no formula says what becomes of {', '.join(missing)}")


def _check_formula(formula: str, known: set[str], calls: bool = False) -> None:
    for node in ast.walk(ast.parse(formula, mode="eval")):
        match node:
            case ast.Name(id=name):
                allowed = name in known
            case ast.Constant(value=value):
                allowed = type(value) in (int, float)
            case ast.Call(func=ast.Name(), keywords=[]):
                allowed = calls
            case ast.Expression() | ast.BinOp() | ast.UnaryOp() | ast.Load() | ast.USub():
                allowed = True
            case _:
                allowed = isinstance(node, (ast.Add, ast.Sub, ast.Mult, ast.Div))
        if not allowed:
            raise ValueError(f"'{ast.unparse(node) or formula}' has no meaning in the formula '{formula}'")


def _written(formula: str, name: Callable[[str], str], number: Callable[[float], str]) -> str:
    """A formula in which names and numbers are written otherwise; each operation in brackets of its own."""

    def write(node: ast.expr) -> str:
        match node:
            case ast.Name(id=found):
                return name(found)
            case ast.Constant(value=int() | float() as value):
                return number(value)
            case ast.UnaryOp(operand=operand):
                return f"(-{write(operand)})"
            case ast.BinOp(left=left, op=op, right=right):
                sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(op)]
                return f"({write(left)} {sign} {write(right)})"
        raise AssertionError(ast.dump(node))

    return write(ast.parse(formula, mode="eval").body)


@cache
def as_python(dynamics: Dynamics, slots: int = 0) -> tuple[str, str]:
    """Two Python functions as source text, constants put in: ``step`` and ``adjoint``.

    step(x..., s, d) -> x..., potential, of the states x; adjoint(c..., G, h, x..., x_before..., reset) -> c..., drive,
    of the costates c, where x... and x_before... are there only if the adjoint needs them or there are ``slots``: that
    many states and costates, of which the last go in and out unchanged.
    """
    neuron = dynamics.neuron
    values = {**dict(zip(neuron.constants, dynamics.constants, strict=True)), "theta": dynamics.theta}
    states, costates = _filled(neuron.states, slots, "no_state"), _filled(neuron.costates, slots, "no_costate")
    past = [*states, *map(before, states)] if neuron.kept or slots else []

    def function(name: str, arguments: list[str], formulas: Mapping[str, str], results: list[str], last: str) -> str:
        def written(formula: str) -> str:
            return _written(formula, lambda found: repr(float(values[found])) if found in values else found, repr)

        lines = [f"{result} = {written(formula)}" for result, formula in formulas.items()]
        body = "\n    ".join([*lines, f"return {', '.join([*results, written(last)])}"])
        return f"def {name}({', '.join(arguments)}):\n    {body}\n"

    step = function("step", [*states, "s", "d"], neuron.step, states, neuron.potential)
    given = [*costates, "G", "h", *past, "reset"]
    return step, function("adjoint", given, neuron.adjoint, costates, neuron.drive)


def _filled(names: Iterable[str], slots: int, other: str) -> list[str]:
    """The names, and others up to so many."""
    names = list(names)
    return [*names, *(f"{other}{number}" for number in range(len(names), slots))]


@cache
def functions(dynamics: Dynamics) -> tuple[Function, Function]:
    """``step`` and ``adjoint`` (``as_python``) of arrays or tensors."""
    found: dict[str, Function] = {}
    for source in as_python(dynamics):
        exec(compile(source, "<neuron>", "exec"), found)
    return found["step"], found["adjoint"]


@cache
def as_c(neuron: Neuron) -> tuple[tuple[str, str], ...]:
    """The neuron as definitions for ``engines/cpu/kernels.c``, by name.

    STEP and ADJOINT assign to x[] and c[], from p[], d, s, G, h, reset, at[] and past[] (states of the step and of the
    step before); what else they name is a variable own_... of type NUMBERS. OWN_STATE is the state that is the
    potential, OWN_COSTATE the costate that is the derivative by d, -1 where none is.
    """
    constants = _places("p", neuron.constants)
    forward = constants | _places("x", neuron.states)
    backward = constants | _places("c", neuron.costates)
    backward |= _places("at", neuron.states) | _places("past", map(before, neuron.states))

    def code(formulas: Mapping[str, str], last: str, places: dict[str, str]) -> tuple[str, str]:
        """The assignments, and the value of the last formula."""
        own = {name: f"own_{name}" for name in formulas if name not in places}
        lines = []
        for name, formula in formulas.items():
            target = f"const NUMBERS {own[name]}" if name in own else places[name]
            lines.append(f"{target} = {value(formula, places | own)};")
        return " ".join(lines), value(last, places | own)

    def value(formula: str, places: Mapping[str, str]) -> str:
        written = _written(formula, lambda name: places.get(name, name), lambda number: f"NUMBER({number!r})")
        vectors = set(_NAME.findall(formula)) - {*neuron.constants, "theta", "reset"}
        return written if vectors else f"(({written}) + (NUMBERS){{0}})"  # the same in every lane

    step, potential = code(neuron.step, neuron.potential, forward)
    adjoint, drive = code(neuron.adjoint, neuron.drive, backward)
    return (
        ("STATES", str(len(neuron.states))),
        ("COSTATES", str(len(neuron.costates))),
        ("CONSTANTS", str(max(1, len(neuron.constants)))),
        ("KEPT", f"{neuron.kept:d}"),
        ("STEP", step),
        ("POTENTIAL", potential),
        ("OWN_STATE", str(_index(neuron.states, neuron.potential))),
        ("ADJOINT", adjoint),
        ("DRIVE", drive),
        ("OWN_COSTATE", str(_index(neuron.costates, neuron.drive))),
    )


def _places(array: str, names: Iterable[str]) -> dict[str, str]:
    return {name: f"{array}[{number}]" for number, name in enumerate(names)}


def _index(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1

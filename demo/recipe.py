"""An operation with its parameters: what is done to make a model is also what is logged."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

from torch import nn

from tensorboard_cnc.results.plan import Plan

Parameter: TypeAlias = str | int | float
P = ParamSpec("P")
# What an operation works on: a `Bench`.
B = TypeVar("B")
Network = TypeVar("Network", bound=nn.Module)
Data = TypeVar("Data")

EpochDone: TypeAlias = Callable[[int, float, Network], None]
"""(epochs done, mean training loss of the last one, the network as it is now)."""


@dataclass(frozen=True)
class Bench(Generic[Network, Data]):
    """What an operation works on.

    The networks of the model's parents, the one that all models come from (absent while it is
    made itself), the data, and the plan that is carried out, where there is one.
    """

    parents: tuple[Network, ...]
    dense: Network | None
    data: Data
    epoch_done: EpochDone[Network]
    plan: Plan | None = None

    @property
    def planned(self) -> nn.Module:
        """The parent as the plan compresses it."""
        if self.plan is None:
            raise LookupError("no plan was made")
        return self.plan.apply(self.parent)

    @property
    def parent(self) -> Network:
        return self.parents[0]

    @property
    def original(self) -> Network:
        if self.dense is None:
            raise LookupError("the dense model comes first")
        return self.dense


@dataclass(frozen=True)
class Recipe(Generic[B]):
    """`apply` makes the network; `operation`, `parameters` and `description` say how."""

    operation: str
    parameters: dict[str, Parameter]
    description: str
    apply: Callable[[B], nn.Module]


@dataclass(frozen=True)
class Step(Generic[B]):
    """One model of a sweep: its id, the recipe that makes it, and the ids of its parents."""

    id: str
    recipe: Recipe[B]
    parents: tuple[str, ...] = ()


def operation(
    name: str,
) -> Callable[[Callable[Concatenate[B, P], nn.Module]], Callable[P, Recipe[B]]]:
    """Turns a function of a bench and keyword parameters into a maker of recipes.

    The function's docstring describes the models it makes.
    """

    def decorate(make: Callable[Concatenate[B, P], nn.Module]) -> Callable[P, Recipe[B]]:
        def recipe(*args: P.args, **parameters: P.kwargs) -> Recipe[B]:
            described = inspect.getdoc(make) or ""
            logged = {key: _parameter(value) for key, value in parameters.items()}
            return Recipe(name, logged, described, lambda bench: make(bench, *args, **parameters))

        return recipe

    return decorate


def _parameter(value: object) -> Parameter:
    if not isinstance(value, str | int | float):
        raise TypeError(f"a parameter is a text or a number, not {value!r}")
    return value

"""What a report asks of weights and activations: the questions that the Layers place puts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from tensorboard_cnc import wire
from tensorboard_cnc.reports.answers import Answers

# All rows of a network that has no more, else so many of the worst.
_MOST_ROWS = 60
# By what models are told of at a glance.
_GLANCE = "sqnr"
_OPENING = "first views of layers"


@dataclass
class LayersAsked:
    """The questions about a base and models."""

    answers: Answers
    base: str
    models: tuple[str, ...]
    # By view, of the views that have anything.
    trees: dict[wire.LayerView, wire.LayerTree] = field(default_factory=dict)

    def opening(self) -> None:
        """What the place shows at first of each view."""
        for view in get_args(wire.LayerView):
            tree = cast(wire.LayerTree | None, self._ask(_OPENING, "tree", view=view))
            if tree is not None and view in tree["views"]:
                self.trees[view] = tree

    def glance(self) -> None:
        """What is said of one model beside others."""
        for view in ("weights", "activations"):
            self._ask(_OPENING, "tree", view=view, measure=_GLANCE)

    def rows(self) -> None:
        """Everything about the tensors and modules that changed most."""
        for view, tree in self.trees.items():
            for at in _worst(tree)[:_MOST_ROWS]:
                self._ask("details of layers", "row", view=view, row=tree["rows"]["names"][at])

    def measures(self) -> None:
        """All rows by every measure."""
        for view, tree in self.trees.items():
            for measure in tree["measures"]:
                self._ask("layers by other measures", "tree", view=view, measure=measure["id"])

    def _ask(self, part: str, level: str, **parameters: str | None) -> Any | None:
        named = {"base": self.base, "models": ",".join(self.models) or None}
        return self.answers.ask(part, "layers", level=level, **named, **parameters)


def _worst(tree: wire.LayerTree) -> list[int]:
    """Rows, those first that any model changed most by the tree's measure, without a value last."""
    measure = next(each for each in tree["measures"] if each["id"] == tree["measure"])
    sign = -1.0 if measure["goal"] == "max" else 1.0

    def most(row: int) -> float:
        values = _values(tree["models"], row)
        return max((sign * value for value in values), default=float("-inf"))

    return sorted(range(len(tree["rows"]["names"])), key=most, reverse=True)


def _values(models: Iterable[wire.LayerCells], row: int) -> Iterator[float]:
    for cells in models:
        value = cells["value"][row] if cells["logged"] else None
        if value is not None:
            yield value

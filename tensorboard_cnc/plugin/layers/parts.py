"""How much of each row is compared, where tensors were refused or have no counterpart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.layers.estimates import Floats
from tensorboard_cnc.analysis.layers.module_tree import ModuleTree
from tensorboard_cnc.analysis.layers.naming import normalised
from tensorboard_cnc.records.sketches import SketchRecord


@dataclass(frozen=True, slots=True, eq=False)
class RefusedRows:
    """Of each row, float64 (r,): how many `tensors` that are weights were refused in one model.

    `weights` are in those whose number of them is known; `unknown` tensors are the others.
    """

    tensors: Floats
    weights: Floats
    unknown: Floats


def refused_rows(tree: ModuleTree, record: SketchRecord | None) -> RefusedRows:
    """What `record` refused, on the rows of the modules and of the tensor that it belongs to."""
    found = RefusedRows(*np.zeros((3, len(tree.names))))
    if record is None or record.subject != "weights":
        return found
    modules = {name: row for row, name in enumerate(tree.names) if tree.tensors[row] is None}
    tensors = {normalised(tree.names[row]): row for row in tree.rows_of_tensors()}
    for name in record.refused:
        weights = record.refused_weights.get(name)
        if weights == 0:
            continue
        own = tensors.get(normalised(name))
        rows = [modules[above] for above in _above(name) if above in modules]
        for row in rows if own is None else [*rows, own]:
            found.tensors[row] += 1
            found.weights[row] += weights or 0
            found.unknown[row] += weights is None
    return found


def _above(name: str) -> list[str]:
    """All modules that hold what is called so, the network "" first."""
    parts = name.split(".")[:-1]
    return ["", *(".".join(parts[: end + 1]) for end in range(len(parts)))]


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Of each row (r,): of the base's and of the model's own weights, how many are compared."""

    base: Floats
    of_base: Floats
    own: Floats
    of_own: Floats


def parts(
    view: wire.LayerView, compared: Overlap | None, refused: Sequence[RefusedRows]
) -> dict[int, wire.LayerPart]:
    """The rows of which not everything is compared, or logged. `refused`: of the base, then own.

    Of the base itself, which is compared with nothing, `compared` is None and `refused` its own.
    """
    found: dict[int, wire.LayerPart] = {}
    for row in np.flatnonzero(_incomplete(compared, refused)).tolist():
        words = _refused_words(row, refused)
        part: wire.LayerPart = {"compared": None, "of": None, "refused": 0, "words": ""}
        if compared is not None:
            # What the model lacks as a whole is not in its row.
            held = compared.of_own[row] or refused[1].tensors[row]
            of = int(compared.of_base[row] + refused[0].weights[row])
            part["compared"], part["of"] = int(compared.base[row]), of
            if held:
                words = [*_compared_words(view, row, compared, refused[0]), *words]
        if words:
            part["refused"] = int(sum(each.tensors[row] for each in refused))
            part["words"] = "; ".join(words)
            found[row] = part
    return found


def _incomplete(compared: Overlap | None, refused: Sequence[RefusedRows]) -> NDArray[np.bool_]:
    """The rows (r,) of which there may be something to say: most are whole, and need no look."""
    found: NDArray[np.bool_] = np.any([each.tensors > 0 for each in refused], axis=0)
    if compared is None:
        return found
    lacks = compared.base < compared.of_base + refused[0].weights
    return found | lacks | (refused[0].unknown > 0) | (compared.own < compared.of_own)


def _compared_words(
    view: wire.LayerView, row: int, compared: Overlap, refused: RefusedRows
) -> list[str]:
    noun = "values" if view == "activations" else "weights"
    base, of = compared.base[row], compared.of_base[row] + refused.weights[row]
    unknown = bool(refused.unknown[row])
    words = []
    if base < of or unknown:
        more = "more than " if unknown else ""
        words.append(f"{int(base):,} of {more}{int(of):,} {noun} compared")
    if of and (left := int(compared.of_own[row] - compared.own[row])) > 0:
        words.append(f"{left:,} of its own not compared")
    return words


def _refused_words(row: int, refused: Sequence[RefusedRows]) -> list[str]:
    words = []
    for place, each in enumerate(refused):
        if n := int(each.tensors[row]):
            tensors = f"{n:,} tensor{'s' if n > 1 else ''}"
            of = " of the base" if place == 0 and len(refused) > 1 else ""
            words.append(f"{tensors}{of} {'were' if n > 1 else 'was'} refused")
    return words

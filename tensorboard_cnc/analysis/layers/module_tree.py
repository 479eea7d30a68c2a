"""The rows of the comparison: modules and tensors of all models, as one tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.alignment import Alignment, align
from tensorboard_cnc.records.sketches import TensorSketch


@dataclass(slots=True)
class _Node:
    """A module; its children in the order of the network."""

    name: str
    kind: str = ""
    modules: dict[str, _Node] = field(default_factory=dict)
    # Rows of tensors and modules: (name, row of `slots` or None for a module).
    order: list[tuple[str, int | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class ModuleTree:
    """Rows with modules before what they hold, in the order of the network.

    `tensors[row]` gives, for each model (the base first), the position of the row's tensor in
    that model's list, None where it has none; None for the rows of modules. What a row holds are
    the tensor rows number `spans[row, 0]` up to, not including, `spans[row, 1]`, counted from 0.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    kinds: tuple[str, ...]
    tensors: tuple[tuple[int | None, ...] | None, ...]
    spans: NDArray[np.int64]
    alignments: tuple[Alignment, ...]

    def rows_of_tensors(self) -> list[int]:
        """The rows that stand for one tensor."""
        return [row for row, of in enumerate(self.tensors) if of is not None]


def module_tree(models: Sequence[Sequence[TensorSketch]]) -> ModuleTree:
    """One tree of the tensors of all models, the base first.

    The base gives the rows; what only other models have follows within its module.
    """
    base = models[0]
    alignments = tuple(align(base, own) for own in models[1:])
    slots: list[list[int | None]] = [
        [place, *(pair[0] if (pair := each.pairs.get(place)) else None for each in alignments)]
        for place in range(len(base))
    ]
    shown = list(base)
    extra: dict[tuple[str, tuple[int, ...]], int] = {}
    for number, each in enumerate(alignments, start=1):
        for place in each.unmatched_own:
            tensor = models[number][place]
            slot = extra.setdefault((tensor.name, tensor.shape), len(slots))
            if slot == len(slots):
                slots.append([None] * len(models))
                shown.append(tensor)
            slots[slot][number] = place
    return _flattened(_grown(shown), shown, slots, alignments)


def _grown(shown: Sequence[TensorSketch]) -> _Node:
    root = _Node("")
    for slot, tensor in enumerate(shown):
        node = root
        for part in tensor.module.split(".") if tensor.module else ():
            if part not in node.modules:
                name = f"{node.name}.{part}" if node.name else part
                node.modules[part] = _Node(name)
                node.order.append((part, None))
            node = node.modules[part]
        node.kind = node.kind or tensor.kind
        node.order.append((tensor.name, slot))
    return root


def _flattened(
    root: _Node,
    shown: Sequence[TensorSketch],
    slots: Sequence[Sequence[int | None]],
    alignments: tuple[Alignment, ...],
) -> ModuleTree:
    names, parents, kinds = [""], [-1], [root.kind]
    tensors: list[tuple[int | None, ...] | None] = [None]
    spans = [[0, 0]]
    count = 0
    # Without recursion: names come from logs, and may be nested as deep as they like.
    pending = [(root, 0, iter(root.order))]
    while pending:
        node, above, rest = pending[-1]
        entry = next(rest, None)
        if entry is None:
            spans[above][1] = count
            pending.pop()
            continue
        part, slot = entry
        row = len(names)
        parents.append(above)
        spans.append([count, count + 1])
        if slot is None:
            child = node.modules[part]
            names.append(child.name)
            kinds.append(child.kind)
            tensors.append(None)
            pending.append((child, row, iter(child.order)))
        else:
            names.append(part)
            kinds.append(shown[slot].role)
            tensors.append(tuple(slots[slot]))
            count += 1
    return ModuleTree(
        names=tuple(_without_repeats(names, tensors)),
        parents=tuple(parents),
        kinds=tuple(kinds),
        tensors=tuple(tensors),
        spans=np.array(spans, np.int64),
        alignments=alignments,
    )


def _without_repeats(
    names: Sequence[str], tensors: Sequence[tuple[int | None, ...] | None]
) -> list[str]:
    """Row names without repeats: a module's own output becomes "module.output", and so on."""
    modules = {name for name, of in zip(names, tensors, strict=True) if of is None}
    seen: set[str] = set()
    unique = []
    for name, of in zip(names, tensors, strict=True):
        if of is not None and name in modules:
            name = f"{name}.output" if name else "output"
        repeat, alone = 1, name
        while of is not None and name in seen:
            repeat += 1
            name = f"{alone} ({repeat})"
        seen.add(name)
        unique.append(name)
    return unique

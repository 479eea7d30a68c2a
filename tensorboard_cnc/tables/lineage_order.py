"""The order in which models came to be: parents before their children."""

from __future__ import annotations

from collections.abc import Mapping


def parents_first(parent_of: Mapping[str, str | None]) -> tuple[list[str], list[list[str]]]:
    """All ids, each after its parent, else in the order given; and the cycles, which are cut.

    A parent that is not among the ids is passed over. A cycle lists each model once, each
    followed by its parent.
    """
    ordered: dict[str, None] = {}
    cycles: list[list[str]] = []
    for model_id in parent_of:
        line: dict[str, None] = {}
        current: str | None = model_id
        while current is not None and current not in ordered and current not in line:
            line[current] = None
            current = parent_of.get(current)
        if current is not None and current in line:
            generations = list(line)
            cycles.append(generations[generations.index(current) :])
        ordered.update(dict.fromkeys(reversed(line)))
    return [model_id for model_id in ordered if model_id in parent_of], cycles

"""Who came from a model, however many steps later."""

from __future__ import annotations

from collections import defaultdict

from tensorboard_cnc.analysis.catalog import Catalog


def descendants_of(catalog: Catalog, key: str) -> list[str]:
    """The keys of all models that come from the model `key` by any parent, oldest first."""
    children: dict[str, list[str]] = defaultdict(list)
    for child, parents in catalog.lineage.parents.items():
        for parent in parents:
            children[parent.key].append(child)
    found: set[str] = set()
    pending = [key]
    while pending:
        new = [child for child in children[pending.pop()] if child not in found]
        found.update(new)
        pending.extend(new)
    return [member.key for member in catalog.members if member.key in found]

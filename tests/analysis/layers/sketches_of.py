"""Sketches that say only what alignment looks at: names, shapes, modules."""

from __future__ import annotations

from tensorboard_cnc.records.sketches import Role, TensorSketch, Totals


def tensor(
    name: str,
    *shape: int,
    module: str | None = None,
    kind: str = "Linear",
    role: Role = "parameter",
) -> TensorSketch:
    """A tensor of ones that belongs to the module in front of its last dot."""
    n = 1
    for size in shape:
        n *= size
    return TensorSketch(
        name=name,
        shape=shape,
        dtype="float32",
        totals=Totals(n, 0, 0, 0, 0, 1.0, 1.0, float(n), float(n), float(n)),
        module=name.rpartition(".")[0] if module is None else module,
        kind=kind,
        role=role,
    )

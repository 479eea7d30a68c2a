"""A small experiment table to spoil."""

from __future__ import annotations

from typing import Any


def model(model_id: Any, base: Any = None, **changes: Any) -> dict[str, Any]:
    """A model that a table may list; one with a base is pruned."""
    made: dict[str, Any] = {"id": model_id, "base": base, "metrics": {"F1": 90.5}}
    if base is not None:
        made["operation"] = {"name": "prune", "parameters": {"sparsity": 0.5}}
    return made | changes


def table(*models: Any, **changes: Any) -> dict[str, Any]:
    """A tidy table that lists `models`, or a base and a pruned one."""
    made = {
        "operations": [
            {
                "name": "prune",
                "parameters": {
                    "sparsity": {"type": "continuous", "min": 0, "max": 1},
                    "layers": {"type": "ordinal", "options": ["attention", "feedforward"]},
                },
            }
        ],
        "metrics": [
            {"name": "F1", "min": 0, "max": 100, "primary": True, "format": ".2f", "unit": "%"}
        ],
        "models": list(models) or [model("base"), model("pruned", "base")],
    }
    return made | changes

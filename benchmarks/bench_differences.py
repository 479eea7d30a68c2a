"""The ``differences`` answer for random selections, real and generated, and for many models."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.plugin.differences_response import differences_response
from tensorboard_cnc.plugin.responses import json_body
from tensorboard_cnc.records.models import Measurement, Metrics, ModelCard, Operation, Stored

# They are not part of this project.
_TABLES = Path(
    os.environ.get("CNC_EXPERIMENT_TABLES")
    or Path(__file__).resolve().parents[2] / "shared" / "data" / "experiments"
)
_SELECTIONS = 1000
_DEPTH = 12
_OPERATIONS: dict[str, dict[str, list[Any]]] = {
    "prune": {"amount": [0.1, 0.3, 0.5, 0.7, 0.9], "scope": ["global", "layer"]},
    "fine-tune": {"epochs": [1, 3, 10], "lr": [0.1, 0.01, 0.001]},
    "quantize": {"bits": [4, 8]},
    "low rank": {"rank": [8, 16, 32]},
}


def measure() -> list[Figure]:
    chance = random.Random(7)
    tables = [_published(path) for path in sorted(_TABLES.glob("*.json"))]
    generated = [_generated(chance, 80) for _ in range(10)]
    worst = {
        "published tables": _worst(tables, chance),
        "generated, 12 deep": _worst(generated, chance),
    }
    figures = [
        Figure(
            f"differences, worst of {_SELECTIONS} selections of 2-65: {what}",
            f"{taken:.1f} ms" if taken else f"not measured: no tables in {_TABLES}",
            "≤ 50 ms",
            "published system: 3.1 s, refuses 70 %",
        )
        for what, taken in worst.items()
    ]
    for size in (1000, 5000):
        catalog = _generated(chance, size)
        keys = [member.key for member in catalog.members]
        taken = milliseconds(partial(_response, catalog, keys), repeats=3)
        size_kb = len(_response(catalog, keys)) / 1e3
        what = f"differences of {size:,} models at once"
        figures.append(Figure(what, f"{taken:.0f} ms, {size_kb:.0f} kB"))
    return figures


def _worst(catalogs: list[Catalog], chance: random.Random) -> float:
    """The longest answer in ms; 0 where there is no catalog.

    What seems the longest so far is asked for twice more and the shortest of the three counts:
    one of a thousand is sure to meet another process.
    """
    worst = 0.0
    for turn in range(_SELECTIONS if catalogs else 0):
        catalog = catalogs[turn % len(catalogs)]
        keys = [member.key for member in catalog.members]
        chosen = chance.sample(keys, chance.randint(2, min(65, len(keys))))
        taken = _seconds(catalog, chosen)
        if taken > worst:
            worst = max(worst, min(taken, *(_seconds(catalog, chosen) for _ in range(2))))
    return worst * 1e3


def _seconds(catalog: Catalog, keys: list[str]) -> float:
    start = time.perf_counter()
    _response(catalog, keys)
    return time.perf_counter() - start


def _response(catalog: Catalog, keys: list[str]) -> bytes:
    return json_body(differences_response(catalog, keys)).content


def _generated(chance: random.Random, size: int) -> Catalog:
    """A DAG whose models have one to three parents each, at most 12 deep."""
    entries: list[Stored] = []
    depth: dict[str, int] = {}
    for number in range(size):
        name = f"m{number}"
        known = chance.sample(list(depth), min(8, len(depth)))
        above = [other for other in known if depth[other] < _DEPTH]
        parents = tuple(above[: chance.choice([1, 1, 1, 1, 2, 3])]) if number > 2 else ()
        depth[name] = 1 + max((depth[parent] for parent in parents), default=0)
        operation = chance.choice(list(_OPERATIONS))
        choices = {k: chance.choice(values) for k, values in _OPERATIONS[operation].items()}
        entries += _model(name, parents, Operation(operation, choices), chance.random(), number)
    return build_catalog(entries, members_of(entries), {})


def _published(path: Path) -> Catalog:
    entries: list[Stored] = []
    models = json.loads(path.read_text(encoding="utf-8"))["models"]
    for number, model in enumerate(models):
        operation = model.get("operation") or {}
        step = Operation(operation.get("name", ""), operation.get("parameters", {}))
        parents = (model["base"],) if model.get("base") else ()
        entries += _model(model["id"], parents, step, float(number), number)
    return build_catalog(entries, members_of(entries), {})


def _model(
    name: str, parents: tuple[str, ...], step: Operation, value: float, at: int
) -> Iterator[Stored]:
    yield Stored("r", "t", at, ModelCard(name, parents, step, created_us=at))
    metrics = ("accuracy", "size_bytes", "latency_ms", "nll")
    yield Stored("r", "t", at, Metrics(name, tuple(Measurement(m, (value,)) for m in metrics)))

"""Writes what was logged as data sets of Parquet, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tensorboard_cnc import wire
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.results.behaviors import Behaviors
from tensorboard_cnc.results.contents import Contents
from tensorboard_cnc.results.layers import Layers
from tensorboard_cnc.results.models import Model, Models, value_of
from tensorboard_cnc.results.table import Row, Table, needed

_METRIC_COLUMNS = (
    *("id", "run", "key", "metric", "value", "repeats", "low", "high", "level", "bound", "step"),
    *("unit", "goal"),
)
# Of a folder; file systems allow 255.
_LONGEST_NAME = 200
_VIEWS: Sequence[wire.LayerView] = ("weights", "activations")


def write_parquet(contents: Contents, models: Models, out: Path) -> None:
    """See `Runs.write_parquet`."""
    arrow, parquet = needed("pyarrow", "arrow"), needed("pyarrow.parquet", "arrow")
    if out.exists() and any(out.iterdir()):
        raise ReadError(
            f"{out} holds something", "Files of several writings do not mix", "Name a new directory"
        )

    def write(table: Table, *folders: str, name: str = "part-0") -> None:
        folder = out.joinpath(*folders)
        folder.mkdir(parents=True, exist_ok=True)
        columns = {name: _column(arrow, table.column(name)) for name in table.columns}
        parquet.write_table(arrow.table(columns), folder / f"{name}.parquet")

    write(models.flat(), "models")
    write(_metrics(contents, models), "metrics")
    for model in models:
        if model.run is None:
            continue
        for dataset, table in _instances(contents, model):
            folder = f"dataset={quote(dataset['name'], safe='')[:_LONGEST_NAME]}"
            write(table, "instances", folder, f"model={model.key}", name=dataset["key"])
        for view, table in _layers(contents, models, model):
            write(table, "layers", f"view={view}", f"model={model.key}")


def _metrics(contents: Contents, models: Models) -> Table:
    specs = {spec["name"]: spec for spec in contents.models["metrics"]}
    rows: list[Row] = []
    for model in models:
        for name, metric in model.measurements.items():
            interval = metric.get("interval")
            rows.append(
                {
                    "id": model.id,
                    "run": model.run,
                    "key": model.key,
                    "metric": name,
                    "value": value_of(metric),
                    "repeats": metric["repeats"],
                    "low": interval["low"] if interval else None,
                    "high": interval["high"] if interval else None,
                    "level": interval["level"] if interval else None,
                    "bound": metric.get("bound"),
                    "step": metric["step"],
                    "unit": specs[name]["unit"],
                    "goal": specs[name]["goal"],
                }
            )
    return Table(_METRIC_COLUMNS, rows)


def _instances(contents: Contents, model: Model) -> Iterator[tuple[wire.EvaluationSet, Table]]:
    """By data set what the model predicts, with every measure of its own."""
    if not model.said["logged"]["predictions"]:
        return
    for dataset in Behaviors(contents, model, ()).datasets:
        yield dataset, Behaviors(contents, model, (), dataset["key"]).measured()


def _layers(
    contents: Contents, models: Models, model: Model
) -> Iterator[tuple[wire.LayerView, Table]]:
    """By view every measure of the model, against its base where it has one."""
    logged = model.said["logged"]
    base = models.base_of(model)
    layers = Layers(contents, base or model, (model,) if base else ())
    for view in _VIEWS:
        if logged["weights"] if view == "weights" else logged["activations"]:
            yield view, layers.measured(model, view)


def _column(arrow: Any, values: list[Any]) -> Any:
    """Values of one column; labels and answers of several kinds as texts."""
    kinds = {type(value) for value in values if value is not None} - {int, float}
    mixed = len(kinds) > 1 or (kinds and any(isinstance(value, int | float) for value in values))
    if mixed and kinds != {bool}:
        values = [None if value is None else str(value) for value in values]
    return arrow.array(values)

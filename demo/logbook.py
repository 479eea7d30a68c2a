"""The log run of one model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from demo.recipe import Step
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.models import MetricSpec


@contextmanager
def model_run(
    step: Step[Any], folder: Path, metrics: Sequence[MetricSpec]
) -> Iterator[tuple[SummaryWriter, cnc_summary.ModelHandle]]:
    """A writer of scalars, and a handle of the model with its lineage, until the block ends."""
    recipe = step.recipe
    with (
        SummaryWriter(str(folder / step.id)) as writer,
        cnc_summary.model(
            writer,
            step.id,
            parents=step.parents,
            operation=cnc_summary.operation(recipe.operation, **recipe.parameters),
            description=recipe.description,
            metrics=metrics,
        ) as model,
    ):
        yield writer, model

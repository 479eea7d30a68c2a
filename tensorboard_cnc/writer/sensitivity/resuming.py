"""What an earlier process has logged of the same model's sensitivity, and what of it holds."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from tensorboard_cnc.errors import CncError
from tensorboard_cnc.event_files.local_directory import LocalDirectory
from tensorboard_cnc.event_files.tag_values import tag_values
from tensorboard_cnc.format import sensitivity
from tensorboard_cnc.format.tags import sensitivity_tag, shown_run
from tensorboard_cnc.records.sensitivity import Method, Sensitivity
from tensorboard_cnc.writer.sensitivity.cells import Cells
from tensorboard_cnc.writer.sensitivity.exact import measure_cell
from tensorboard_cnc.writer.sensitivity.probed_network import Probed


def logged_before(directory: str | None, model_id: str) -> Sensitivity | None:
    """The newest record in the run of this directory; None where there is none to be read."""
    if directory is None or "://" in directory:
        return None
    tag = sensitivity_tag(model_id)
    newest: tuple[int, Sensitivity] | None = None
    with suppress(CncError):
        for file in LocalDirectory(Path(directory)).event_files():
            if shown_run(file.run) != ".":
                continue
            for step, chunks in tag_values(file, tag):
                if newest is None or step >= newest[0]:
                    with suppress(CncError):
                        newest = step, sensitivity.decode(chunks)
    return None if newest is None else newest[1]


def take_known(probed: Probed, cells: Cells, known: Sensitivity, method: Method) -> None:
    """Takes the cells that `known`, of the same network and probe, says of the same candidates.

    Nothing tells whether a function of the user's is the one that it was: its cells are taken where
    the smallest layer of them, measured again, comes out the same.
    """
    names = {layer.name: at for at, layer in enumerate(known.layers)}
    columns = {(each.name, each.own): at for at, each in enumerate(known.candidates)}
    rows = [
        (row, names[weight.layer.name])
        for row, weight in enumerate(probed.weights)
        if weight.layer.name in names
    ]
    for column, given in enumerate(probed.candidates):
        at = columns.get((given.candidate.name, given.candidate.own))
        if at is None:
            continue
        if given.candidate.own and not _is_the_same(probed, rows, column, known, at, method):
            continue
        for row, before in rows:
            if reason := known.reasons.get((before, at)):
                cells.reasons[row, column] = reason
            cells.mean[row, column] = known.mean[before, at]
            cells.groups[row, column] = known.groups[before, at]
            cells.bytes[row, column] = known.bytes[before, at]


def _is_the_same(
    probed: Probed,
    rows: list[tuple[int, int]],
    column: int,
    known: Sensitivity,
    at: int,
    method: Method,
) -> bool:
    measured = [each for each in rows if np.isfinite(known.mean[each[1], at])]
    if not measured or method != "exact":
        return False
    row, before = min(measured, key=lambda each: probed.weights[each[0]].layer.dense_bytes)
    found, size = measure_cell(probed, row, column)
    close = np.isclose(found, known.mean[before, at], rtol=1e-4)
    return bool(close and size == known.bytes[before, at])

"""Each layer alone is compressed, the network runs, and the layer is put back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sensitivity import Floats
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.sensitivity.candidates_given import UnfitError
from tensorboard_cnc.writer.sensitivity.cells import Cells
from tensorboard_cnc.writer.sensitivity.output_damage import NotFiniteError
from tensorboard_cnc.writer.sensitivity.probed_network import Probed, same_outputs

if TYPE_CHECKING:
    from torch import Tensor

NEVER_RAN = "it never ran on the probe, or nothing that it gives reaches the outputs"


def measure_exactly(
    probed: Probed, cells: Cells, rows: Iterable[int], advance: Callable[[], None]
) -> None:
    """Fills the cells of these layers that are not known yet; `advance` is told of every run."""
    for row in rows:
        missing = [at for at in range(len(probed.candidates)) if not cells.known(row, at)]
        if not missing:
            continue
        if probed.unused(row):
            for column in missing:
                cells.refuse(row, column, NEVER_RAN)
            continue
        _Row(probed, cells, row).measure(missing, advance)


def measure_cell(probed: Probed, row: int, column: int) -> tuple[float, int]:
    """The damage of one candidate to one layer, NaN where there is none, and the bytes."""
    cells = Cells.empty(len(probed.weights), len(probed.candidates), len(probed.groups.sizes))
    _Row(probed, cells, row).measure([column], lambda: None)
    return float(cells.mean[row, column]), int(cells.bytes[row, column])


class _Row:
    """One layer: all its candidates on the first batch, then on the next."""

    def __init__(self, probed: Probed, cells: Cells, row: int) -> None:
        self._probed, self._cells, self._row = probed, cells, row
        # Whether runs may begin behind what has not changed; None: not known yet.
        self._short: bool | None = None

    def measure(self, columns: list[int], advance: Callable[[], None]) -> None:
        values: dict[int, Tensor] = {}
        for column in columns:
            try:
                values[column], size = self._probed.compressed(self._row, column)
                self._cells.bytes[self._row, column] = size
            except UnfitError as error:
                self._cells.refuse(self._row, column, str(error))
        sums: dict[int, list[Floats]] = {column: [] for column in values}
        for place in range(len(self._probed.runs.batches)):
            before = self._probed.runs.own(place)
            for column in list(values):
                try:
                    sums[column].append(self._damage(place, before, column, values[column]))
                except (NotFiniteError, ArgumentError, _FailedError) as error:
                    del values[column]
                    self._note(column, error)
                advance()
        for column in values:
            mean, groups = self._probed.groups.means(np.concatenate(sums[column]))
            self._cells.measured(self._row, column, mean, groups)

    def _note(self, column: int, error: Exception) -> None:
        if isinstance(error, NotFiniteError):
            self._cells.broken(self._row, column, str(error))
        else:
            self._cells.refuse(self._row, column, str(error))

    def _damage(self, place: int, before: object, column: int, values: Tensor) -> Floats:
        after = self._output(place, column, values)
        try:
            return self._probed.damages.sums(place, before, after)
        except (NotFiniteError, ArgumentError):
            raise
        except Exception as error:
            raise _FailedError(f"the score raised {text_of(error)}") from error

    def _output(self, place: int, column: int, values: Tensor) -> object:
        probed = self._probed
        modules = probed.weights[self._row].modules
        with probed.with_weight(self._row, values, probed.candidates[column]):
            try:
                if self._short is not None:
                    with probed.runs.behind(place, modules) if self._short else nullcontext():
                        return probed.runs.run(place)
                found = probed.runs.run(place)
                with probed.runs.behind(place, modules):
                    self._short = same_outputs(found, probed.runs.run(place))
                return found
            except Exception as error:
                raise _FailedError(f"the network then raised {text_of(error)}") from error


class _FailedError(Exception):
    """The network or the score cannot be used with this weight."""

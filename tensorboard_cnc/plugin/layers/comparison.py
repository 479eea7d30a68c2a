"""A base and other models along one module tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.layers.alignment import Match, with_tied_values
from tensorboard_cnc.analysis.layers.estimates import Estimates, Floats, exactly, over
from tensorboard_cnc.analysis.layers.histograms import RowHistograms, row_histograms
from tensorboard_cnc.analysis.layers.local_errors import LocalErrors, local_errors
from tensorboard_cnc.analysis.layers.measures import Measure, measures_of
from tensorboard_cnc.analysis.layers.module_tree import ModuleTree, module_tree
from tensorboard_cnc.analysis.layers.own_statistics import OwnStatistics, own_statistics
from tensorboard_cnc.analysis.layers.pair_statistics import PairStatistics, pair_statistics
from tensorboard_cnc.plugin.layers.parts import Overlap, RefusedRows, parts, refused_rows
from tensorboard_cnc.plugin.layers.sketches_read import (
    bulk_of,
    comparable,
    local_notes,
    views_logged,
)
from tensorboard_cnc.plugin.questions import LayersQuestion
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.plugin.shared_work import while_wanted
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch

# An odd number of bins, so that zero has one of its own in the middle.
CELL_EDGES = np.linspace(-1, 1, 26)
# A module has a number only where at least this share of the smaller side's values has a
# counterpart: otherwise a few biases would pass for the whole network.
_LEAST_SHARE = 0.5


@dataclass(frozen=True)
class Comparison:
    """`models`: keys, the base first; those without sketches of the view have no record."""

    models: tuple[str, ...]
    records: Mapping[str, SketchRecord]

    @property
    def base_id(self) -> str:
        """The id of the base, "" where nothing was logged of it."""
        base = self.records.get(self.models[0])
        return base.model_id if base else ""

    @cached_property
    def _lists(self) -> dict[str, list[TensorSketch]]:
        return {key: with_tied_values(of.tensors) for key, of in self.records.items()}

    @cached_property
    def tree(self) -> ModuleTree:
        """The rows, in the base's order."""
        return module_tree([self._tensors(key) for key in self.models])

    @cached_property
    def tensors(self) -> list[list[TensorSketch | None]]:
        """For each model, its tensors on the tensor rows; None where it lacks one."""
        slots = [slot for slot in self.tree.tensors if slot is not None]
        return [
            [None if (at := slot[place]) is None else own[at] for slot in slots]
            for place, own in enumerate(map(self._tensors, self.models))
        ]

    @cached_property
    def aside(self) -> NDArray[np.bool_]:
        """The tensor rows that modules do not count: running statistics, which are no weights."""
        first = (next(t for t in row if t) for row in zip(*self.tensors, strict=True))
        return np.array([t.role == "buffer" and t.scheme is None for t in first], bool)

    @cached_property
    def own(self) -> list[OwnStatistics]:
        """For each model, statistics of its own rows."""
        return [
            own_statistics(tensors).combined(self.tree.spans, self.aside)
            for tensors in while_wanted(self.tensors)
        ]

    @cached_property
    def pairs(self) -> list[PairStatistics]:
        """For each model but the base, the changes on all rows."""
        return [
            pair_statistics(self.tensors[0], tensors, self.base_id).combined(
                self.tree.spans, self.aside
            )
            for tensors in while_wanted(self.tensors[1:])
        ]

    @cached_property
    def local(self) -> list[LocalErrors]:
        """For each model but the base, the errors of layers alone on all rows."""
        return [
            local_errors(tensors, self.base_id).combined(self.tree.spans)
            for tensors in self.tensors[1:]
        ]

    @cached_property
    def refused(self) -> list[RefusedRows]:
        """Of each model what was refused, on all rows."""
        return [refused_rows(self.tree, self.records.get(key)) for key in self.models]

    def parts(self, place: int, view: wire.LayerView) -> dict[int, wire.LayerPart]:
        """The rows of the model number `place` of which not everything is compared."""
        if not place:
            return parts(view, None, self.refused[:1])
        pairs, base, own = self.pairs[place - 1], self.own[0], self.own[place]
        overlap = Overlap(pairs.of_before, base.n, pairs.of_after, own.n)
        return parts(view, overlap, (self.refused[0], self.refused[place]))

    @cached_property
    def histograms(self) -> RowHistograms:
        """Of all models, with an axis for each row."""
        return row_histograms(self.tensors, self.tree.spans, CELL_EDGES, self.aside)

    def matches(self, place: int) -> list[wire.Match]:
        """How each row of the base was found in the model number `place`."""
        pairs = self.tree.alignments[place - 1].pairs
        slots = [slot for slot in self.tree.tensors if slot is not None]
        found = [
            pairs[at][1] if (at := slot[0]) is not None and at in pairs else None for slot in slots
        ]
        rank = np.array([_MATCHES.index(match) for match in found], np.int64)
        return [_MATCHES[at] for at in over(np.maximum, self.tree.spans, rank)]

    def measured(self, place: int, measure: Measure) -> Estimates:
        """The measure on all rows of the model number `place`; NaN where it has none."""
        if measure.of_own is not None:
            return measure.of_own(self.own[place])
        if place and measure.of_local is not None:
            return measure.of_local(self.local[place - 1])
        if place == 0 or measure.of_pairs is None:
            return exactly(np.full(len(self.tree.names), np.nan))
        pairs = self.pairs[place - 1]
        values = np.minimum(self._weights(0), self._weights(place))
        enough = pairs.n >= _LEAST_SHARE * values
        found = measure.of_pairs(pairs)
        return replace(found, value=np.where(enough, found.value, np.nan))

    def _weights(self, place: int) -> Floats:
        """How many there are on all rows, refused ones included; ∞ where that is unknown."""
        refused = self.refused[place]
        return np.where(refused.unknown > 0, np.inf, self.own[place].n + refused.weights)

    @property
    def nbytes(self) -> int:
        """About the memory that it takes beside the records, in bytes."""
        return 1500 * len(self.tree.names) * len(self.models)

    def _tensors(self, key: str) -> Sequence[TensorSketch]:
        return self._lists.get(key, ())


_MATCHES: tuple[wire.Match, ...] = (None, *get_args(Match))


class Compared(NamedTuple):
    """What a question is about: a comparison, and what limits it."""

    comparison: Comparison
    measure: Measure
    views: list[wire.LayerView]
    notes: list[wire.LayerNote]


def compare(question: LayersQuestion, catalog: Catalog, records: Records) -> Compared:
    """Reads and compares the sketches of the question's models.

    Raises:
      BadRequestError: 404, the view has no such measure.
    """
    keys, view = question.keys, question.view
    measure = _measure(view, question.measure)
    sketches, notes = comparable(catalog, keys, view, records)
    if measure.of_local is not None:
        notes += local_notes(keys, sketches)
    bulks = tuple(bulk_of(catalog, key, view) for key in keys)
    # A record that could not be read may be readable the next time.
    key = (view, keys, bulks, tuple(sketches))
    comparison = records.keep(Comparison, key, lambda: Comparison(keys, sketches))
    return Compared(comparison, measure, views_logged(catalog, keys), notes)


def _measure(view: wire.LayerView, identifier: str | None) -> Measure:
    """The measure of this id; without one the first of the view.

    Raises:
      BadRequestError: 404, the view has no such measure.
    """
    known = measures_of(view)
    found = known[0] if identifier is None else next((m for m in known if m.id == identifier), None)
    if found is None:
        raise BadRequestError(
            404,
            f"There is no measure {str(identifier)[:80]} of {view}; available: "
            f"{', '.join(measure.id for measure in known)}",
        )
    return found

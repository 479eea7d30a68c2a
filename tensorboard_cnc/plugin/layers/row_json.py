"""The level "row": one tensor or module through the whole selection."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.layers.estimates import CERTAINTY, Estimates, Floats
from tensorboard_cnc.analysis.layers.histograms import row_histograms
from tensorboard_cnc.analysis.layers.known_values import changes_known, values_at_both
from tensorboard_cnc.analysis.layers.measures import measures_of
from tensorboard_cnc.plugin.layers.comparison import Compared, Comparison
from tensorboard_cnc.plugin.layers.tree_json import measures_json
from tensorboard_cnc.plugin.questions import LayersQuestion
from tensorboard_cnc.plugin.responses import BadRequestError, number, numbers
from tensorboard_cnc.plugin.shared_work import while_wanted
from tensorboard_cnc.records.sketches import Scheme, TensorSketch
from tensorboard_cnc.sketches.change_classes import CHANGE_CLASSES, change_class

_EDGES = np.linspace(-1, 1, 62)
_MOST_POINTS = 1024
_MOST_CHANGES = 10
_GREATEST = sys.float_info.max


def row_json(question: LayersQuestion, compared: Compared) -> wire.LayerDetail:
    """Everything about the question's row.

    Raises:
      BadRequestError: 404, there is no such row.
    """
    comparison, view, name = compared.comparison, question.view, question.row
    assert name is not None
    tree = comparison.tree
    if name not in tree.names:
        raise BadRequestError(
            404, f"There is no row {name[:200]}; level=tree lists all {len(tree.names)} rows"
        )
    row = tree.names.index(name)
    span = tree.spans[row : row + 1]
    histograms = row_histograms(comparison.tensors, span, _EDGES, comparison.aside)
    edges = _EDGES * histograms.scales[0]
    return {
        "base": comparison.models[0],
        "view": view,
        "row": name,
        "measures": measures_json(view),
        "edges": edges.tolist(),
        "classes": list(CHANGE_CLASSES),
        "models": [
            _side(comparison, view, place, row, histograms.counts, edges)
            for place in while_wanted(range(len(comparison.models)))
        ],
        "notes": compared.notes,
    }


def _side(
    comparison: Comparison,
    view: wire.LayerView,
    place: int,
    row: int,
    counts: list[Floats],
    edges: Floats,
) -> wire.LayerTensor:
    tree = comparison.tree
    start, end = tree.spans[row]
    held = [tensor for tensor in comparison.tensors[place][start:end] if tensor is not None]
    own = comparison.own[place]
    alone = held[0] if held and tree.tensors[row] is not None else None
    base = comparison.tensors[0][start] if alone and place else None
    x, y = values_at_both(base, alone) if base and alone else (_NONE, _NONE)
    known = {measure.id: comparison.measured(place, measure) for measure in measures_of(view)}
    return {
        "key": comparison.models[place],
        "name": (alone.name if alone else tree.names[row]) if held else None,
        "match": comparison.matches(place)[row] if place and held else None,
        "shape": list(alone.shape) if alone else None,
        "dtype": _common(tensor.dtype for tensor in held),
        "storage": _common(tensor.storage or tensor.dtype for tensor in held),
        "scheme": _scheme(alone.scheme) if alone and alone.scheme else None,
        "params": int(own.n[row]) if held else None,
        "stored_bytes": number(own.stored[row]) if held else None,
        "effective_bytes": number(own.effective[row]) if held else None,
        "tied": alone.tied if alone else "",
        "numbers": {name: _number(of, row) for name, of in known.items()} if held else {},
        "non_finite": int(own.non_finite[row]) if held else None,
        "histogram": np.rint(counts[place][0]).astype(np.int64).tolist() if held else None,
        "stacked": _stacked(counts[0][0], x, y, edges) if len(x) else None,
        "channels": _channels(alone),
        "scatter_base": numbers(x[:_MOST_POINTS]),  # type: ignore[typeddict-item]
        "scatter_own": numbers(y[:_MOST_POINTS]),  # type: ignore[typeddict-item]
        "largest": _largest(base, alone, comparison) if base and alone else [],
        "caveat": _caveat(comparison, place, row, alone),
        "part": comparison.parts(place, view).get(row),
    }


_NONE: Floats = np.zeros(0)


def _common(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _number(of: Estimates, row: int) -> wire.LayerNumber:
    missing = bool(np.isnan(of.value[row]))
    code = int(of.certainty[row])
    return {
        "value": number(of.value[row]),
        "low": number(of.low[row]) if code else None,
        "high": number(of.high[row]) if code else None,
        "certainty": None if missing else CERTAINTY[code],
    }


def _scheme(scheme: Scheme) -> wire.LayerScheme:
    return {
        "bits": scheme.bits,
        "algorithm": scheme.algorithm,
        "symmetric": scheme.symmetric,
        "group": scheme.group,
        "axis": scheme.axis,
        "scales": scheme.scales,
        "overhead_bytes": scheme.overhead_bytes,
        "saturated": scheme.saturated,
    }


def _channels(tensor: TensorSketch | None) -> wire.LayerChannels | None:
    if tensor is None or tensor.channels is None:
        return None
    channels = tensor.channels
    groups = len(channels.zeros)
    # Groups differ by at most one channel in size.
    ends = np.arange(groups + 1) * channels.channels // max(groups, 1)
    values = np.maximum(np.diff(ends) * channels.size, 1)
    return {
        "channels": channels.channels,
        "dead": channels.dead,
        "rms": [value or 0.0 for value in numbers(np.sqrt(channels.squares / values))],
        "zeros": [value or 0.0 for value in numbers(channels.zeros / values)],
    }


def _stacked(base: Floats, x: Floats, y: Floats, edges: Floats) -> list[list[float]]:
    """The base's counts (bins,), divided among the classes as the known values are."""
    bins = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(base) - 1)
    table = np.zeros((len(CHANGE_CLASSES), len(base)))
    np.add.at(table, (change_class(x, y), bins), 1)
    if len(x) == round(base.sum()):
        whole: list[list[float]] = table.tolist()
        return whole
    seen = table.sum(axis=0)
    # A bin from which no value is known is divided as all of them together.
    shares = np.where(
        seen > 0, table / np.maximum(seen, 1), table.sum(axis=1, keepdims=True) / max(len(x), 1)
    )
    rounded: list[list[float]] = (shares * base).round(1).tolist()
    return rounded


def _largest(
    base: TensorSketch, own: TensorSketch, comparison: Comparison
) -> list[wire.LayerChange]:
    return [
        {
            "at": [int(index) for index in np.unravel_index(at, own.shape)],
            "before": number(before),
            "after": number(after),
            # The difference of two numbers may be none.
            "change": max(-_GREATEST, min(float(change), _GREATEST)),
        }
        for at, before, after, change in changes_known(base, own, comparison.base_id, _MOST_CHANGES)
    ]


def _caveat(comparison: Comparison, place: int, row: int, alone: TensorSketch | None) -> str:
    if not place:
        return ""
    pairs, match = comparison.pairs[place - 1], comparison.matches(place)[row]
    words = []
    if pairs.outliers[row]:
        words.append("a few values changed a lot: Σ|Δ| is a lower bound")
    elif match == "transposed":
        how = "value by value all the same" if pairs.n[row] else "by totals and histograms only"
        words.append(f"its axes are the other way round: compared {how}")
    elif match == "resized":
        words.append("its shape differs from the base's: compared by totals and histograms only")
    return "; ".join([*words, *_local_caveat(alone, comparison.base_id)])


def _local_caveat(alone: TensorSketch | None, base_id: str) -> Iterator[str]:
    error = alone and alone.local.get(base_id)
    if not alone or not error:
        return
    if error.missing:
        yield f"no error of the layer alone, because {error.missing}"
    elif error.n < alone.totals.n:
        yield f"error of the layer alone over {error.n:,} of {alone.totals.n:,} values, the finite"

"""Which sketches of models can be compared, and why others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.layers.alignment import folded_norms
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.records.models import Bulk, BulkKind
from tensorboard_cnc.records.sketches import SketchRecord

_KIND: Mapping[wire.LayerView, BulkKind] = {
    "weights": "weights",
    "sparsity": "weights",
    "activations": "activations",
}


def bulk_of(catalog: Catalog, key: str, view: wire.LayerView) -> Bulk | None:
    """Where the model's sketches for a view are; None where none were logged."""
    kind = _KIND[view]
    return next((each for each in catalog.bulk.get(key, ()) if each.kind == kind), None)


def views_logged(catalog: Catalog, keys: Sequence[str]) -> list[wire.LayerView]:
    """The views that any of the models has something logged for."""
    return [view for view in _KIND if any(bulk_of(catalog, key, view) for key in keys)]


def comparable(
    catalog: Catalog, keys: Sequence[str], view: wire.LayerView, cached: Records
) -> tuple[dict[str, SketchRecord], list[wire.LayerNote]]:
    """The records that can be compared with the first model's, by key, and why others cannot."""
    records: dict[str, SketchRecord] = {}
    notes: list[wire.LayerNote] = []
    bulks = {key: bulk for key in keys if (bulk := bulk_of(catalog, key, view))}
    cached.expect(bulks.values())
    for key, bulk in bulks.items():
        try:
            record = cached.sketches(bulk)
        except RecordError as error:
            notes.append({"message": error.message, "remedy": error.remedy, "model": key})
            continue
        base = records.get(keys[0])
        if base is not None and view == "activations" and record.fingerprint != base.fingerprint:
            notes.append(_other_inputs(key))
            continue
        records[key] = record
        notes.extend(_refused(key, record))
        if base is not None and view == "weights":
            notes.extend(_folded(key, base, record))
    return records, notes


def _other_inputs(key: str) -> wire.LayerNote:
    return {
        "message": "Its activations were logged for other probe inputs than the base's.",
        "remedy": "Pass the same inputs to m.activations(...) for all models.",
        "model": key,
    }


def local_notes(
    keys: Sequence[str], records: Mapping[str, SketchRecord]
) -> Iterator[wire.LayerNote]:
    """Why the errors of layers alone are not known."""
    base = records.get(keys[0])
    for key, record in records.items():
        if base is None or key == keys[0]:
            continue
        known = {each.name: each.local.get(base.model_id) for each in record.tensors}
        if not any(known.values()):
            yield {
                "message": "No layer was given the base's inputs when its activations were logged.",
                "remedy": "Log them with m.activations(net, probe, reference={base's id: base}).",
                "model": key,
            }
            continue
        missing = {name: error.missing for name, error in known.items() if error and error.missing}
        for reason, names in _by_reason(missing):
            message = f"{_few(names)}: no error of the layer alone, because {reason}."
            yield {"message": message, "remedy": "", "model": key}


def _by_reason(reasons: Mapping[str, str]) -> Iterable[tuple[str, list[str]]]:
    """A quantized checkpoint has the same reason for all of its layers."""
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        names.setdefault(reason.rstrip("."), []).append(name)
    return names.items()


def _refused(key: str, record: SketchRecord) -> Iterator[wire.LayerNote]:
    for reason, each in _by_reason(record.refused):
        was = "was" if len(each) == 1 else "were"
        yield {"message": f"{_few(each)} {was} not logged: {reason}.", "remedy": "", "model": key}


def _folded(key: str, base: SketchRecord, own: SketchRecord) -> Iterator[wire.LayerNote]:
    compared = {each.module for each in own.tensors if base.model_id in each.reference}
    layers = folded_norms(base.tensors, own.tensors)
    if some := [layer for layer in layers if layer in compared]:
        yield {
            "message": f"{_few(some)} contain the batch norms that follow them in the base. These "
            "are folded into the base's weights for the comparison; histograms and samples show "
            "weights as stored.",
            "remedy": "",
            "model": key,
        }
    if some := [layer for layer in layers if layer not in compared]:
        yield {
            "message": f"{_few(some)} contain the batch norms that follow them in the base, so "
            "their weights differ by the norms' scales and not only by an error.",
            "remedy": "Compare activations, or log the model with reference={base's id: base}.",
            "model": key,
        }


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more

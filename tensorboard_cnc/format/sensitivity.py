"""How sensitive a model is, to checksummed chunks and back; docs/format.md tells the layout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format import columns, group_codes
from tensorboard_cnc.format.bounds import DIMENSIONS, MODULE_DEPTH, NAME_CHARACTERS, excess
from tensorboard_cnc.format.envelope import bulk_chunks, bulk_message, checked_payload
from tensorboard_cnc.format.refusals import damaged, future
from tensorboard_cnc.format.tables import Table, ragged, whole
from tensorboard_cnc.records.sensitivity import (
    DAMAGES,
    KEPT,
    METHODS,
    MOST_CANDIDATES,
    MOST_GROUPS,
    MOST_LAYERS,
    MOST_TRIALS,
    Candidate,
    Damage,
    Floats,
    Layer,
    Sensitivity,
    Trials,
)

_MOST_COUNT = 1 << 53


def encode(record: Sensitivity) -> list[bytes]:
    """The chunks of one record.

    Raises:
      ArgumentError: it is larger than readers accept.
    """
    message = pb.SensitivityRecord(
        model_id=record.model_id,
        method=METHODS.index(record.method),  # type: ignore[arg-type]
        damage=DAMAGES.index(record.damage),  # type: ignore[arg-type]
        score=record.score,
        fingerprint=record.fingerprint,
        network=record.network,
        instances=record.instances,
        tokens=record.tokens,
        other_bytes=record.other_bytes,
        columns=[*_layer_columns(record), *_cell_columns(record), *_trial_columns(record)],
        refused=[pb.Refused(name=name, reason=why) for name, why in record.refused.items()],
        seconds=record.seconds,
        logged_us=record.logged_us,
    )
    return bulk_chunks(checked_payload(message, Table(message.columns).made_bytes()))


def decode(chunks: Sequence[bytes]) -> Sensitivity:
    """The record in the chunks of one value.

    Raises:
      DamagedRecordError: the bytes are not what was written.
      FutureRecordError: they are, but by a newer tensorboard-cnc.
    """
    message = bulk_message(pb.SensitivityRecord, chunks)
    if message.method >= len(METHODS) or message.damage >= len(DAMAGES):
        raise future("it measures in a way that is not known")
    found = Table(message.columns)
    if beyond := excess(found.made_bytes(), sum(map(len, chunks))):
        raise damaged(beyond)
    layers, candidates = _layers_in(found), _candidates_in(found)
    sizes = found.rows("sizes", _rows_of(found, "sizes"), 1)[:, 0]
    _check(message, layers, candidates, sizes)
    shape = len(layers), len(candidates)
    damage = DAMAGES[message.damage]
    mean, groups = _damages_in(found, "damage", shape[0] * shape[1], len(sizes), damage)
    size = found.rows("bytes", *shape)
    if size.size and not -1 <= size.min() <= size.max() <= _MOST_COUNT:
        raise damaged("a candidate takes a negative number of bytes")
    return Sensitivity(
        model_id=message.model_id,
        method=METHODS[message.method],
        damage=damage,
        fingerprint=message.fingerprint,
        network=message.network,
        instances=message.instances,
        tokens=message.tokens,
        sizes=sizes,
        layers=layers,
        candidates=candidates,
        bytes=size,
        mean=mean.reshape(shape),
        groups=groups.reshape(*shape, len(sizes)),
        other_bytes=message.other_bytes,
        reasons=_reasons_in(found, shape),
        refused=_refused_in(message),
        trials=_trials_in(found, shape, len(sizes), damage),
        score=message.score,
        seconds=message.seconds,
        logged_us=message.logged_us,
    )


def _layer_columns(record: Sensitivity) -> list[pb.Column]:
    layers = record.layers
    return [
        columns.texts("name", [layer.name for layer in layers]),
        columns.texts("module", [layer.module for layer in layers]),
        columns.texts("kind", [layer.kind for layer in layers]),
        *ragged(
            "shape",
            columns.whole_numbers,
            [np.array(layer.shape, np.int64) for layer in layers],
        ),
        whole("facts", [[layer.dense_bytes, len(layer.tied)] for layer in layers], 2),
        columns.texts("tied", [name for layer in layers for name in layer.tied]),
        columns.texts("candidate", [each.name for each in record.candidates]),
        columns.bits("own", np.array([each.own for each in record.candidates], bool)),
    ]


def _cell_columns(record: Sensitivity) -> list[pb.Column]:
    cells = sorted(record.reasons)
    return [
        whole("sizes", record.sizes[:, None].tolist(), 1),
        whole("bytes", record.bytes.tolist(), len(record.candidates)),
        *_damage_columns("damage", record.mean.reshape(-1), record.groups),
        whole("reason_cells", [list(cell) for cell in cells], 2),
        columns.texts("reason", [record.reasons[cell] for cell in cells]),
    ]


def _trial_columns(record: Sensitivity) -> list[pb.Column]:
    trials = record.trials
    if trials is None:
        return []
    return [
        whole("trial_chosen", trials.chosen.tolist(), len(record.layers)),
        *_damage_columns("trial", trials.mean, trials.groups),
    ]


def _damage_columns(name: str, mean: Floats, groups: Floats) -> list[pb.Column]:
    rows = groups.reshape(len(mean), -1)
    codes, largest = group_codes.encoded(np.where(np.isfinite(mean)[:, None], rows, 0.0))
    return [
        columns.numbers(f"{name}_mean", mean.astype(np.float32)),
        columns.numbers(f"{name}_largest", largest),
        columns.whole_numbers(f"{name}_codes", codes),
    ]


def _damages_in(
    found: Table, name: str, n: int, groups: int, damage: Damage
) -> tuple[Floats, Floats]:
    """(n,) and (n, groups)."""
    # Bits that stand for no number in a signalling way are as good as NaN.
    with np.errstate(invalid="ignore"):
        mean = found.numbers(f"{name}_mean", n, np.float32).astype(float)
    largest = found.numbers(f"{name}_largest", n, np.float32)
    codes = found.rows(f"{name}_codes", n, groups)
    if codes.size and not -group_codes.MOST <= codes.min() <= codes.max() <= group_codes.MOST:
        raise damaged(f"its column {name}_codes holds what is no code")
    if not (np.isfinite(largest) & (largest >= 0)).all():
        raise damaged(f"its column {name}_largest holds what is no size")
    least = -np.inf if damage == "score" else 0.0
    if (mean < least).any() or np.isneginf(mean).any() or (least == 0 and (codes < 0).any()):
        raise damaged("a damage is negative")
    values = group_codes.decoded(codes, largest)
    values[~np.isfinite(mean)] = np.nan
    return mean, values


def _layers_in(found: Table) -> tuple[Layer, ...]:
    n = found.count("name")
    texts = [found.texts(name, n) for name in ("name", "module", "kind")]
    shapes = [tuple(shape.tolist()) for shape in found.present("shape", n, np.int64)]
    facts = found.rows("facts", n, 2).tolist()
    tied = iter(found.texts("tied", found.count("tied")))
    if min((least for row in facts for least in row), default=0) < 0:
        raise damaged("a layer has a negative number of bytes")
    if sum(count for _, count in facts) != found.count("tied"):
        raise damaged("its tied names do not add up")
    return tuple(
        Layer(name, module, kind, shape, dense, tuple(next(tied) for _ in range(count)))
        for name, module, kind, shape, (dense, count) in zip(*texts, shapes, facts, strict=True)
    )


def _candidates_in(found: Table) -> tuple[Candidate, ...]:
    n = found.count("candidate")
    own = found.numbers("own", n, np.bool_).tolist()
    return tuple(map(Candidate, found.texts("candidate", n), own))


def _check(
    message: pb.SensitivityRecord,
    layers: tuple[Layer, ...],
    candidates: tuple[Candidate, ...],
    sizes: NDArray[np.int64],
) -> None:
    names = [layer.name for layer in layers]
    columns_ = [each.name for each in candidates]
    if len(set(names)) < len(names) or len(set(columns_)) < len(columns_):
        raise damaged("it has a layer or a candidate twice")
    if len(names) > MOST_LAYERS or len(columns_) > MOST_CANDIDATES or len(sizes) > MOST_GROUPS:
        raise damaged(
            f"it has {len(names):,} layers, {len(columns_)} candidates, {len(sizes)} groups"
        )
    texts = [
        message.model_id,
        message.score,
        message.fingerprint,
        message.network,
        *names,
        *columns_,
    ]
    texts += [text for layer in layers for text in (layer.module, layer.kind, *layer.tied)]
    if max(map(len, texts)) > NAME_CHARACTERS:
        raise damaged("it has a name that is too long")
    if max((name.count(".") for name in names), default=0) > MODULE_DEPTH:
        raise damaged(f"a layer lies more than {MODULE_DEPTH} modules deep")
    dimensions = [(len(layer.shape), min(layer.shape, default=0)) for layer in layers]
    if any(count > DIMENSIONS or least < 0 for count, least in dimensions):
        raise damaged("a layer has too many dimensions, or a negative one")
    counts = [layer.dense_bytes for layer in layers] + [message.other_bytes, message.instances]
    if max([*counts, message.tokens, *sizes.tolist()]) > _MOST_COUNT:
        raise damaged("it counts more than there can be")
    if not len(sizes) or sizes.min() < 1:
        raise damaged("a group of instances is empty")
    if not (math.isfinite(message.seconds) and message.seconds >= 0):
        raise damaged("it took a negative time")


def _reasons_in(found: Table, shape: tuple[int, int]) -> Mapping[tuple[int, int], str]:
    n = found.count("reason")
    cells = found.rows("reason_cells", n, 2)
    texts = found.texts("reason", n)
    if n and ((cells < 0) | (cells >= shape)).any():
        raise damaged("it gives a reason for a cell that it does not have")
    reasons = {(row, column): why for (row, column), why in zip(cells.tolist(), texts, strict=True)}
    if len(reasons) < n or max(map(len, texts), default=0) > NAME_CHARACTERS:
        raise damaged("it gives two reasons for a cell, or one that is too long")
    return reasons


def _refused_in(message: pb.SensitivityRecord) -> Mapping[str, str]:
    refused = {each.name: each.reason for each in message.refused}
    if len(refused) < len(message.refused) or max(map(len, refused), default=0) > NAME_CHARACTERS:
        raise damaged("it refuses a weight twice")
    return refused


def _trials_in(found: Table, shape: tuple[int, int], groups: int, damage: Damage) -> Trials | None:
    if not found.has("trial_chosen"):
        return None
    n = _rows_of(found, "trial_codes")
    if n > MOST_TRIALS:
        raise damaged(f"it has {n:,} trials")
    chosen = found.rows("trial_chosen", n, shape[0])
    if chosen.size and not KEPT <= chosen.min() <= chosen.max() < shape[1]:
        raise damaged("a trial has a candidate that there is not")
    return Trials(chosen, *_damages_in(found, "trial", n, groups, damage))


def _rows_of(found: Table, name: str) -> int:
    shape = found.shape(name)
    if len(shape) != 2:
        raise damaged(f"its column {name} has {len(shape)} dimensions")
    return shape[0]

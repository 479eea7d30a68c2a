"""Sketch records of every form, for round trips."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from tensorboard_cnc.records.sketches import (
    LocalError,
    PairTotals,
    Scheme,
    SketchRecord,
    TensorSketch,
)
from tests.sketches.tensors import SMALL, pruned, sketch, weights


def whole() -> TensorSketch:
    """A small tensor, kept whole."""
    return sketch(weights(8, 4), "a.weight", module="a", kind="Linear", stored_bytes=128)


def sampled() -> TensorSketch:
    """A large tensor with holes, quantized, with an exact comparison."""
    values = pruned(weights(16, 4, 3, 3), 0.5)
    pair = PairTotals(
        n=576,
        zero_both=0,
        zero_before=0,
        zero_after=288,
        sum_abs=1.25,
        sum_squares=0.0625,
        dot=-3.5,
        max_abs=0.5,
        max_at=7,
        bins=np.arange(9),
        largest_at=np.array([7, 3]),
        largest=np.array([0.5, -0.25]),
    )
    scheme = Scheme(8, "affine", True, 4, 0, 16, 96, -128, 127, 3)
    facts = {"module": "b", "kind": "Conv2d", "storage": "int8", "stored_bytes": 700}
    found = sketch(values, "b.weight", sizes=SMALL, effective_bytes=652.5, **facts)
    local = {"dense": LocalError(576, 2.5, 0.125), "é": LocalError(missing="it is a é")}
    return replace(found, scheme=scheme, reference={"dense": pair, "é": pair}, local=local)


def with_non_finite() -> TensorSketch:
    """Infinities and NaN, and nothing finite at all."""
    return sketch(np.array([np.nan, np.inf, -np.inf], np.float32), "c")


def empty() -> TensorSketch:
    return sketch(np.zeros((0, 3), np.float32), "d")


def scalar() -> TensorSketch:
    return replace(sketch(np.array(2.5, np.float64), "e"), tied="a.weight", role="buffer")


def record(*tensors: TensorSketch, **changes: Any) -> SketchRecord:
    """A record of these tensors."""
    return SketchRecord(**{"subject": "weights", "model_id": "m", "tensors": tensors, **changes})


def every_form() -> SketchRecord:
    """One tensor of each kind."""
    tensors = whole(), sampled(), with_non_finite(), empty(), scalar()
    refused = {"meta": "it has no values", "packed": "who knows", "mask": "no weights"}
    weights = {"meta": 2**40, "mask": 0}
    options = {"refused": refused, "refused_weights": weights}
    return record(*tensors, fingerprint="f", instances=5, logged_us=9, **options)


def same(one: Any, other: Any) -> bool:
    """Whether two values, of arrays and of records of arrays too, are equal; NaN equals NaN."""
    if isinstance(one, np.ndarray):
        alike = isinstance(other, np.ndarray) and one.dtype == other.dtype
        return alike and one.shape == other.shape and np.array_equal(one, other, equal_nan=True)
    if is_dataclass(one) and type(one) is type(other):
        names = [field.name for field in fields(one)]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other)

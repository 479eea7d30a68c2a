"""Comparing records of instances."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from tensorboard_cnc.records.instances import Predictions

_OF_VECTORS = {"vector_rows", "vectors"}


def same(found: Predictions, expected: Predictions) -> None:
    """Asserts that both say the same of each id, in whatever order and whenever logged."""
    for field in fields(Predictions):
        if field.name not in {"logged_us", *_OF_VECTORS}:
            one, other = (_by_id(side, getattr(side, field.name)) for side in (found, expected))
            np.testing.assert_equal(one, other, err_msg=field.name)
    np.testing.assert_equal(_vectors(found), _vectors(expected))


def _by_id(record: Predictions, value: Any) -> Any:
    order = np.argsort(record.ids)
    if isinstance(value, np.ndarray):
        return value[order]
    if isinstance(value, dict):
        return {name: each[order] for name, each in value.items()}
    if isinstance(value, tuple) and len(value) == len(order) and value is record.outputs:
        return [value[row] for row in order]
    return value


def _vectors(record: Predictions) -> dict[Any, Any]:
    if record.vectors is None or record.vector_rows is None:
        return {}
    ids = record.ids[record.vector_rows].tolist()
    return dict(zip(ids, record.vectors, strict=True))

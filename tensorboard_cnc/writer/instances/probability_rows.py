"""Rows of probabilities or logits as models give them: rounded, as codes, of one or two columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError, CncError
from tensorboard_cnc.writer.instances.arrays import array_of, is_half

# How far a sum may be from 1 to be taken as it is, and as rounded to 16 bits.
_EXACT, _ROUNDED = 1e-3, 2e-2
# Denominators of probabilities in 8 bits, and how near to a multiple such a value is.
_CODES = (255, 256)
_NEAR = 2e-3
# Of values rounded down a part is lost; more than this is no rounding.
_LEAST_SUM = 0.5
# Logits that all look like probabilities by chance are few.
_ENOUGH = 20


class Rows(NamedTuple):
    """Numbers (n, C), which rows are finite (n,), and what the page should say of them."""

    values: NDArray[Any]
    finite: NDArray[np.bool_]
    remark: CncError | None = None


def probability_rows(given: Any, *, multilabel: bool) -> Rows:
    """Probabilities (n, C) that sum to 1, unless each is one for itself (`multilabel`).

    Those whose sums are off by what 16 or 8 bits round are scaled, with a remark.

    Raises:
      ArgumentError: one is outside 0 to 1, or a row does not sum to 1.
    """
    rows, codes = _without_codes(given, _rows(given, "probabilities", multilabel=multilabel))
    with np.errstate(over="ignore", invalid="ignore"):
        total = rows.sum(axis=1)
    finite: NDArray[np.bool_] = np.isfinite(total)
    _check_range(rows, finite, _ROUNDED if is_half(given) else _EXACT)
    if multilabel:
        return Rows(rows, finite)
    off = finite & (np.abs(total - 1) > _EXACT)
    if not np.any(off):
        return Rows(rows, finite)
    far = finite & (np.abs(total - 1) > _ROUNDED)
    if np.any(far) and not codes:
        _check_rounded(rows, total, far)
    _check_positive(total, finite)
    scaled = rows / np.where(finite, total, 1)[:, None]
    return Rows(scaled.astype(rows.dtype), finite, _scaled(total[finite]))


def logit_rows(given: Any, *, multilabel: bool) -> Rows:
    """Logits (n, C), with a remark where they look like probabilities.

    Raises:
      ArgumentError: `given` has no such rows.
    """
    rows = _rows(given, "logits", multilabel=multilabel)
    # Minus infinity is a class ruled out.
    finite = np.isfinite(rows.max(axis=1))
    return Rows(rows, finite, _alike(rows) if multilabel or np.ndim(given) == 2 else None)


def _rows(given: Any, what: str, *, multilabel: bool) -> NDArray[Any]:
    """Rows (n, C) as given; a binary model's (n,) or (n, 1) become two classes."""
    found = array_of(given, what)
    if found.dtype.kind not in "fiub" or found.ndim not in (1, 2) or 0 in found.shape:
        raise ArgumentError(
            f"The {what} have shape {found.shape} and type {found.dtype}",
            "They must be numbers of shape (instances, classes), or (instances,) for two classes",
            "Reshape them",
        )
    found = found.astype(np.float32 if found.dtype != np.float64 else np.float64, copy=False)
    binary = found.ndim == 1 or found.shape[1] == 1
    if multilabel or not binary:
        return found.reshape(len(found), -1)
    column = found.reshape(-1)
    if what == "logits":
        return np.stack([np.zeros_like(column), column], axis=1)
    whole = 255 if _are_codes(given, column) else 1
    return np.stack([whole - column, column], axis=1)


def _are_codes(given: Any, rows: NDArray[Any]) -> bool:
    return array_of(given, "probabilities").dtype == np.uint8 and bool(rows.max() > 1)


def _without_codes(given: Any, rows: NDArray[Any]) -> tuple[NDArray[Any], bool]:
    """Bytes as shares of 255; whether they were bytes."""
    return (rows / 255, True) if _are_codes(given, rows) else (rows, False)


def _check_range(rows: NDArray[Any], finite: NDArray[np.bool_], slack: float) -> None:
    low, high = rows.min(axis=1), rows.max(axis=1)
    outside = finite & ((low < -slack) | (high > 1 + slack))
    if np.any(outside):
        row = int(np.argmax(outside))
        raise ArgumentError(
            f"The probabilities of row {row} go from {low[row]:.4g} to {high[row]:.4g}",
            "Probabilities lie between 0 and 1",
            "Pass scores before the softmax as logits=",
        )


def _check_rounded(rows: NDArray[Any], total: NDArray[Any], far: NDArray[np.bool_]) -> None:
    """Checks that rows far from 1 are so by rounding each of C values to 8 bits."""
    width = rows.shape[1]
    for whole in _CODES:
        least = max(_LEAST_SUM, 1 - width / whole - _EXACT)
        most = 1 + width / (2 * whole) + _EXACT
        near = np.abs(rows[far] * whole - np.rint(rows[far] * whole)) <= _NEAR
        if near.all() and np.all((total[far] >= least) & (total[far] <= most)):
            return
    row = int(np.argmax(far))
    raise ArgumentError(
        f"The probabilities of row {row} sum to {total[row]:.6g}",
        "The probabilities of one instance sum to 1, but for rounding to 16 or 8 bits",
        "Pass logits=, or multilabel=True where an instance can have several classes",
    )


def _check_positive(total: NDArray[Any], finite: NDArray[np.bool_]) -> None:
    if np.any(none := finite & (total <= 0)):
        raise ArgumentError(
            f"The probabilities of row {int(np.argmax(none))} are all 0",
            "The probabilities of one instance sum to 1",
            "Pass NaN where the model has no answer",
        )


def _scaled(total: NDArray[Any]) -> CncError:
    return CncError(
        f"Probabilities sum to {total.min():.4g} to {total.max():.4g}, as rounded ones do, and "
        "were scaled to sum to 1",
        "",
        "Pass logits=, or take the softmax in 32 bits, to have them exact",
    )


def _alike(rows: NDArray[Any]) -> CncError | None:
    """A remark where logits lie between 0 and 1, and sum to 1 if they are of one class."""
    inside = bool(rows.size >= _ENOUGH and rows.min() >= 0 and rows.max() <= 1)
    if not inside or not np.all(np.abs(rows.sum(axis=1) - 1) <= _EXACT):
        return None
    if np.isin(rows, (0, 1)).all():
        return None
    return CncError(
        "Logits lie between 0 and 1 and sum to 1, as probabilities do; their softmax is flat",
        "",
        "Pass them as probabilities=",
    )

"""Changes that compression makes to weights, to measure how often intervals hold the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = NDArray[np.float64]
Change: TypeAlias = Callable[[Weights, np.random.Generator], Weights]


def bases() -> dict[str, Callable[[tuple[int, int], np.random.Generator], Weights]]:
    """Weights of a (rows, columns) matrix: normal, heavy-tailed, of unequal rows, with a giant."""
    return {
        "normal": lambda shape, rng: rng.standard_normal(shape),
        "heavy tails": lambda shape, rng: rng.standard_t(4, shape),
        "unequal rows": lambda shape, rng: (
            rng.standard_normal(shape) * np.exp(rng.standard_normal((shape[0], 1)))
        ),
        "giant": _with_giant,
    }


def changes() -> dict[str, Change]:
    """What is made of the weights, by name."""
    return {
        "prune 10 %": _prune(0.1),
        "prune 50 %": _prune(0.5),
        "prune 90 %": _prune(0.9),
        "prune 50 % and fine-tune": lambda w, rng: (
            _prune(0.5)(w, rng) * (1 + 0.05 * rng.standard_normal(w.shape))
        ),
        "prune half of the rows": lambda w, rng: w * (rng.random((len(w), 1)) < 0.5),
        "int8 per tensor": _quantize(127, None),
        "int8 per channel": _quantize(127, 0),
        "int4 in groups of 32": _quantize(7, 32),
        "int2 in groups of 32": _quantize(1, 32),
        "bfloat16": lambda w, _: _rounded(w, 8),
        "float16": lambda w, _: w.astype(np.float16).astype(float),
        "normal noise": lambda w, rng: w + 0.01 * rng.standard_normal(w.shape),
        "heavy noise, t 2.5": lambda w, rng: w + 0.01 * rng.standard_t(2.5, w.shape),
        "heavy noise, t 1.5": lambda w, rng: w + 0.01 * rng.standard_t(1.5, w.shape),
        "low rank": lambda w, rng: (
            w + 0.03 * rng.standard_normal((len(w), 2)) @ rng.standard_normal((2, w.shape[1]))
        ),
        "few rows": lambda w, rng: _some_rows(w, rng, 3),
        "few columns": lambda w, rng: _some_rows(w.T, rng, 3).T,
        "1 % of values": _some_values(0.01, 0.3),
        "0.1 % of values": _some_values(0.001, 0.3),
        "25 outliers": _outliers(25),
        "100 outliers": _outliers(100),
        "noise and 25 outliers": lambda w, rng: (
            _outliers(25)(w, rng) + 0.01 * rng.standard_normal(w.shape)
        ),
        "12 equal flips": _flips(12),
        "30 equal flips": _flips(30),
        "scaled": lambda w, _: 0.97 * w,
        "other weights": lambda w, rng: rng.permuted(w),
    }


def _with_giant(shape: tuple[int, int], rng: np.random.Generator) -> Weights:
    weights = rng.standard_normal(shape)
    weights.flat[rng.integers(weights.size)] = 300.0
    return weights


def _prune(share: float) -> Change:
    def prune(weights: Weights, rng: np.random.Generator) -> Weights:
        del rng
        return np.where(np.abs(weights) < np.quantile(np.abs(weights), share), 0, weights)

    return prune


def _quantize(levels: int, group: int | None) -> Change:
    def quantize(weights: Weights, rng: np.random.Generator) -> Weights:
        del rng
        rows = weights.reshape(1, -1) if group is None else weights
        rows = weights.reshape(-1, group) if group else rows
        scale = np.abs(rows).max(axis=1, keepdims=True) / levels
        quantized: Weights = np.round(rows / scale) * scale
        return quantized.reshape(weights.shape)

    return quantize


def _rounded(weights: Weights, bits: int) -> Weights:
    mantissa, exponent = np.frexp(weights)
    rounded: Weights = np.ldexp(np.round(mantissa * 2**bits) / 2**bits, exponent)
    return rounded


def _some_rows(weights: Weights, rng: np.random.Generator, count: int) -> Weights:
    changed = weights.copy()
    rows = rng.choice(len(weights), count, replace=False)
    changed[rows] += 0.3 * rng.standard_normal((count, weights.shape[1]))
    return changed


def _some_values(share: float, size: float) -> Change:
    def change(weights: Weights, rng: np.random.Generator) -> Weights:
        return weights + size * rng.standard_normal(weights.shape) * (
            rng.random(weights.shape) < share
        )

    return change


def _outliers(count: int) -> Change:
    def change(weights: Weights, rng: np.random.Generator) -> Weights:
        changed = weights.copy()
        at = rng.choice(weights.size, count, replace=False)
        changed.flat[at] += 20 * rng.standard_normal(count)
        return changed

    return change


def _flips(count: int) -> Change:
    def change(weights: Weights, rng: np.random.Generator) -> Weights:
        changed = weights.copy()
        at = rng.choice(weights.size, count, replace=False)
        changed.flat[at] += rng.choice([-3.0, 3.0], count)
        return changed

    return change


def measured(values: Any) -> NDArray[np.float32]:
    """As float32, which is what is stored and compared."""
    return np.asarray(values, np.float32)

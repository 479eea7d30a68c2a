"""Numbers that arithmetic has left a trace on: 0.6000000000000001 was meant as 0.6."""

from __future__ import annotations

_NOISELESS_DIGITS = 15
_MAX_INTENDED_DIGITS = 12


def without_noise(number: float) -> float:
    """`number`, or the decimal of at most 12 digits that equals it in its first 15 digits."""
    rounded = float(f"{number:.{_NOISELESS_DIGITS}g}")
    return rounded if rounded == float(f"{number:.{_MAX_INTENDED_DIGITS}g}") else number

"""Number formats as floats; those that NumPy lacks (bfloat16, 8 bits and below) are decoded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

# What the codes of largest magnitude mean. "ieee": infinities and NaN, as in float32; "nan": all
# ones is NaN; "negative_zero": its code is the only NaN; "none": all codes are numbers.
Special: TypeAlias = Literal["ieee", "nan", "negative_zero", "none"]


@dataclass(frozen=True, slots=True)
class SmallFloat:
    """A float of one sign bit, `exponent` and `mantissa` bits."""

    exponent: int
    mantissa: int
    bias: int
    special: Special

    @property
    def bits(self) -> int:
        return 1 + self.exponent + self.mantissa


# Micikevicius et al., FP8 Formats for Deep Learning (2022); Noune et al. (2022) for "fnuz"; Open
# Compute Project, Microscaling Formats 1.0 (2023) for those below 8 bits.
SMALL_FLOATS: dict[str, SmallFloat] = {
    "float8_e4m3fn": SmallFloat(4, 3, 7, "nan"),
    "float8_e5m2": SmallFloat(5, 2, 15, "ieee"),
    "float8_e4m3fnuz": SmallFloat(4, 3, 8, "negative_zero"),
    "float8_e5m2fnuz": SmallFloat(5, 2, 16, "negative_zero"),
    "float6_e2m3fn": SmallFloat(2, 3, 1, "none"),
    "float6_e3m2fn": SmallFloat(3, 2, 3, "none"),
    "float4_e2m1fn": SmallFloat(2, 1, 1, "none"),
}


def as_floats(values: NDArray[Any]) -> NDArray[Any]:
    """`values` in the narrowest of float32 and float64 that holds them exactly.

    64-bit integers beyond 2⁵³ and long doubles are rounded to float64.
    """
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "f" and size in (4, 8):
        return values if values.dtype.isnative else values.astype(f"f{size}")
    if (kind == "f" and size < 4) or (kind in "biu" and size <= 2) or kind == "V":
        return values.astype(np.float32)
    return values.astype(np.float64)


def decoded(codes: NDArray[Any], name: str) -> NDArray[np.float32]:
    """The values of `codes` (uint16 for bfloat16, else uint8) in the format `name`.

    Raises:
      KeyError: the format is unknown.
    """
    if name == "bfloat16":
        wide = codes.astype(np.uint32)
        wide <<= np.uint32(16)
        found: NDArray[np.float32] = wide.view(np.float32)
        return found
    values: NDArray[np.float32] = values_of(name)[codes]
    return values


@cache
def values_of(name: str) -> NDArray[np.float32]:
    """The value of every code of a format of at most 8 bits, float32 (2^bits,).

    Raises:
      KeyError: the format is unknown.
    """
    if name == "float8_e8m0fnu":
        # Powers of two alone: the scales of microscaling formats.
        powers = np.ldexp(1.0, np.arange(256) - 127)
        powers[255] = np.nan
        scales: NDArray[np.float32] = powers.astype(np.float32)
        return scales
    form = SMALL_FLOATS[name]
    codes = np.arange(2**form.bits)
    fraction = codes & (2**form.mantissa - 1)
    exponent = codes >> form.mantissa & (2**form.exponent - 1)
    # Without a leading one where the exponent is 0.
    significand = fraction + np.where(exponent > 0, 2**form.mantissa, 0)
    power = np.maximum(exponent, 1) - form.bias - form.mantissa
    values: NDArray[np.float32] = np.ldexp(significand, power).astype(np.float32)
    negative = codes >> (form.bits - 1) == 1
    values[negative] *= -1
    _set_special(values, form, exponent, fraction)
    return values


def _set_special(
    values: NDArray[np.float32], form: SmallFloat, exponent: NDArray[Any], fraction: NDArray[Any]
) -> None:
    top = exponent == 2**form.exponent - 1
    if form.special == "ieee":
        values[top & (fraction > 0)] = np.nan
        infinite = top & (fraction == 0)
        values[infinite] = np.copysign(np.inf, values[infinite])
    elif form.special == "nan":
        values[top & (fraction == 2**form.mantissa - 1)] = np.nan
    elif form.special == "negative_zero":
        values[2 ** (form.bits - 1)] = np.nan


def unpacked(codes: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """The fields of `bits` (1, 2 or 4) in each byte, the lowest first: uint8 (n · 8 / bits,)."""
    per_byte = 8 // bits
    fields = np.empty((len(codes), per_byte), np.uint8)
    for place in range(per_byte):
        fields[:, place] = codes >> (bits * place) & (2**bits - 1)
    return fields.reshape(-1)

"""Numbers as people write them, with an SI prefix and a unit: ``20 kB``, ``99 %``, ``8 ms``."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

_NUMBER = r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?"
_AMOUNT = re.compile(rf"({_NUMBER})\s*([^0-9\s.,+-].*)?", re.IGNORECASE)
_PREFIXES = {
    "": 1.0,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}
_PREFIXED = re.compile(r"(Ki|Mi|Gi|Ti|k|K|M|G|T)?\s*(.*)")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
}
_BYTES = re.compile(r"B|bytes?")
_ANY_BYTES = re.compile(r"b|bytes?", re.IGNORECASE)


class Scale(NamedTuple):
    """How a metric is logged and written: its unit, its d3-format specifier and its range."""

    unit: str = ""
    format: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def is_percent(self) -> bool:
        """Whether it is logged as a share of one and written as per cent."""
        return not self.unit and self.format.strip().endswith(("%", "p"))

    @property
    def is_bytes(self) -> bool:
        return _BYTES.fullmatch(self.unit.strip()) is not None

    @property
    def one_percent(self) -> float | None:
        """What 1 % of the whole, or 1 pt, is as it is logged; None where it is no share."""
        if self.unit.strip() == "%":
            return 1.0
        return 0.01 if self.is_percent or (self.low, self.high) == (0, 1) else None


class Amount(NamedTuple):
    """A number, and the unit that is written behind it."""

    number: float
    unit: str


def plain_text(text: str) -> str:
    """`text` with plain spaces and minus signs, as it is read."""
    return re.sub(r"[−–]", "-", " ".join(text.split()))


def number_and_unit(text: str) -> Amount | None:
    """A number apart from its unit; None where `text` does not begin with a finite one."""
    found = _AMOUNT.fullmatch(plain_text(text))
    if found is None or not any(character.isdigit() for character in found[1]):
        return None
    number = float(found[1].replace(",", ""))
    return Amount(number, (found[2] or "").strip()) if math.isfinite(number) else None


def read_amount(text: str, scale: Scale) -> float | None:
    """The value that a person means by `text`, as the metric is logged.

    Of a metric that is written in per cent, a bare number up to 1 is a share and a larger one per
    cent. None where the text is no number, or its unit none of the metric's.
    """
    read = number_and_unit(text)
    if read is None:
        return None
    if not read.unit:
        return read.number / 100 if scale.is_percent and abs(read.number) > 1 else read.number
    times = _factor(read.unit, scale)
    if times is None or times == 1:
        return None if times is None else read.number
    value = without_noise(read.number * times, 15)
    return value if math.isfinite(value) else None


def without_noise(value: float, digits: int) -> float:
    """`value` as it is written with so many digits: 99.1 % is 0.991."""
    return float(f"{value:.{digits}g}")


def _factor(unit: str, scale: Scale) -> float | None:
    """What a number in `unit` is multiplied by to be as it is logged; None for another's unit."""
    own = scale.unit.strip()
    if unit == own:
        return 1.0
    if unit in ("%", "pt"):
        return scale.one_percent
    if unit in _SECONDS and own in _SECONDS:
        return _SECONDS[unit] / _SECONDS[own]
    found = _PREFIXED.fullmatch(unit)
    assert found is not None
    rest = found[2]
    fits = rest in ("", own) or (scale.is_bytes and _ANY_BYTES.fullmatch(rest) is not None)
    return _PREFIXES[found[1] or ""] if fits else None


def amount_text(value: float, scale: Scale) -> str:
    """`value` with its unit and up to six digits: "92.1 %", "44.2 kB", "8.5 ms"."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if scale.is_percent:
        return f"{value * 100:.6g} %"
    if scale.is_bytes:
        prefix = next((each for each in "GMk" if abs(value) >= _PREFIXES[each]), "")
        return f"{value / _PREFIXES[prefix]:.6g} {prefix}B"
    return f"{_plain(value)} {scale.unit}".rstrip()


def _plain(value: float) -> str:
    """Up to six digits; large numbers with their thousands apart, and not as powers of ten."""
    if 1e6 <= abs(value) < 1e15:
        return f"{without_noise(value, 6):,.0f}"
    return f"{value:.6g}"

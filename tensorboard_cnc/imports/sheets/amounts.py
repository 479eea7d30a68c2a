"""Columns of numbers as people write them: ``71.3 %``, ``1,204``, ``12 kB``, ``N/A``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.sheets.sheet import Cell
from tensorboard_cnc.wording import quoted

_NUMBER = re.compile(
    r"""(?P<number>[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)
    (?:\s*(?P<spread>(?:±|\+/-)\s*[\d.]+))? \s* (?P<unit>%|[^\W\d_][^\s\d]{0,7})?""",
    re.VERBOSE | re.IGNORECASE,
)
_DECIMAL_COMMA = re.compile(r"[-+−]?\d+,\d+")
_NOT_LOGGED = frozenset(("", "-", "–", "—", "n/a", "na", "none", "null", "nil", "?"))
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}
# What a unit is of the one that it is converted to where a column has several.
_CONVERTED: Mapping[str, tuple[str, float]] = {
    **{unit: ("B", 1000.0**power) for power, unit in enumerate(("B", "kB", "MB", "GB", "TB"))},
    **{unit: ("B", 1024.0**power) for power, unit in enumerate(("KiB", "MiB", "GiB", "TiB"), 1)},
    **{unit: ("s", factor) for unit, factor in (("s", 1.0), ("ms", 1e-3), ("min", 60.0))},
    **{unit: ("s", factor) for unit, factor in (("µs", 1e-6), ("us", 1e-6), ("ns", 1e-9))},
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column as numbers in one unit ("" without one); None where nothing was logged."""

    values: tuple[float | None, ...]
    unit: str
    # In words, what was done to the cells.
    changes: tuple[str, ...]


def amounts(name: str, cells: Sequence[Cell], unit: str = "") -> Amounts | None:
    """The numbers of a column; None where a cell holds anything else, or all hold nothing.

    `unit` is that of cells which say none.

    Raises:
      TableError: the cells have units that stand for different things.
    """
    found = _read(cells)
    if found is None:
        return None
    changes = []
    if _has_decimal_commas(cells):
        changes.append("Decimal commas, read as points")
    elif any(isinstance(cell, str) and "," in cell for cell in cells):
        changes.append("Commas, read as between thousands")
    if any(one.spread for one in found):
        changes.append("Numbers with ±, which says neither of what nor how wide; left out")
    found = [replace(one, unit=one.unit or unit) for one in found]
    units = list(dict.fromkeys(one.unit for one in found if one.value is not None))
    if len(units) == 1:
        return Amounts(tuple(one.value for one in found), units[0], tuple(changes))
    common, factors = _one_unit(name, units, found)
    changes.append(f"Units of one column, converted to {common}")
    values = (None if one.value is None else one.value * factors[one.unit] for one in found)
    return Amounts(tuple(values), common, tuple(changes))


def are_amounts(cells: Sequence[Cell]) -> bool:
    """Whether each cell is a number, with or without a unit, or says nothing; and one is."""
    return _read(cells) is not None


@dataclass(frozen=True, slots=True)
class _Amount:
    value: float | None
    unit: str = ""
    spread: bool = False


def _read(cells: Sequence[Cell]) -> list[_Amount] | None:
    decimal_comma = _has_decimal_commas(cells)
    found = []
    for cell in cells:
        one = _amount(cell, decimal_comma)
        if one is None:
            return None
        found.append(one)
    return found if any(one.value is not None for one in found) else None


def _amount(cell: Cell, decimal_comma: bool) -> _Amount | None:
    if cell is None:
        return _Amount(None)
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return _Amount(_float(cell))
    text = cell.strip()
    if text.lower() in _NOT_LOGGED:
        return _Amount(None)
    if text.lower() in _NOT_FINITE:
        return _Amount(_NOT_FINITE[text.lower()])
    if decimal_comma:
        text = text.replace(",", ".")
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = match["number"].replace(",", "").replace("−", "-")
    return _Amount(float(digits), match["unit"] or "", match["spread"] is not None)


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _has_decimal_commas(cells: Iterable[Cell]) -> bool:
    """Whether the column writes 0,71: no point anywhere, and no cell that groups thousands."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    with_comma = [text for text in texts if "," in text]
    return (
        bool(with_comma)
        and not any("." in text for text in texts)
        and all(_DECIMAL_COMMA.match(text) and text.count(",") == 1 for text in with_comma)
        and any(len(text.partition(",")[2]) != 3 or text[0] == "0" for text in with_comma)
    )


def _one_unit(
    name: str, units: Sequence[str], found: Sequence[_Amount]
) -> tuple[str, dict[str, float]]:
    kinds = {_CONVERTED[unit][0] if unit in _CONVERTED else None for unit in units}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is not None:
        return kind, {unit: _CONVERTED[unit][1] for unit in units}
    rows = [next(at for at, one in enumerate(found, 1) if one.unit == unit) for unit in units[:2]]
    said = " and ".join(
        f"{unit or 'no unit'} in row {row}" for unit, row in zip(units, rows, strict=False)
    )
    raise TableError(
        f"The column {quoted(name)} has {said}",
        "A metric has one unit, or sizes or times that can be converted",
        f"Write one unit, or leave the column out: --map ignored={name}",
    )

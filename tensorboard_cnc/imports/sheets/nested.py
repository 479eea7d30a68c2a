"""Columns of mappings, as W&B's public API hands out runs: ``{'lr': 0.1, 'bits': 8}``."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from tensorboard_cnc.imports.sheets.sheet import Cell, Sheet

# Of these the name tells what is inside.
_COLUMNS = frozenset(("config", "summary"))
_LONGEST = 100_000
_MOST_COLUMNS = 2_000
_DEEPEST = 10
_Entries: TypeAlias = Iterator[tuple[str, Cell]]
_NOT_FINITE = {"nan": math.nan, "inf": math.inf}


def opened(sheet: Sheet) -> Sheet:
    """The table with a column for each entry of its mappings: ``config.lr``, ``summary.acc``.

    Entries whose names begin with an underscore are the tracker's own, and left out, as are
    mappings with a type: tables, images and histograms.
    """
    found: dict[str, Sequence[Cell]] = {}
    for name, cells in sheet.items():
        rows = _mappings(name, cells)
        entries = {} if rows is None else _columns(name, rows)
        if not entries or any(entry in sheet for entry in entries):
            entries = {name: cells}
        found |= entries
    return found if len(found) <= _MOST_COLUMNS else sheet


def _mappings(name: str, cells: Sequence[Cell]) -> list[Mapping[str, object]] | None:
    if name.lower() not in _COLUMNS:
        return None
    rows = []
    for cell in cells:
        row = {} if cell is None or cell == "" else _mapping(cell)
        if row is None:
            return None
        rows.append(row)
    return rows


def _mapping(cell: Cell) -> Mapping[str, object] | None:
    """What a cell holds, written by Python or as JSON; None where that is no mapping."""
    if not isinstance(cell, str) or not cell.startswith("{") or len(cell) > _LONGEST:
        return None
    try:
        found = _literal(ast.parse(cell, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) and all(isinstance(key, str) for key in found) else None


def _literal(node: ast.expr) -> object:
    """As ``ast.literal_eval``, and NaN and infinities, which Python writes without quotes."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in _NOT_FINITE:
            return _NOT_FINITE[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _literal(operand)
            if isinstance(number, int | float):
                return -number
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_literal(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {
                _literal(key): _literal(value)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            }
    raise ValueError("no literal")


def _columns(name: str, rows: Sequence[Mapping[str, object]]) -> dict[str, Sequence[Cell]]:
    flat = [dict(_entries(name.lower(), row)) for row in rows]
    names = dict.fromkeys(entry for row in flat for entry in row)
    return {entry: [row.get(entry) for row in flat] for entry in names}


def _entries(name: str, mapping: Mapping[str, object], depth: int = 1) -> _Entries:
    for key, value in mapping.items():
        inner = f"{name}.{key}"
        if str(key).startswith("_"):
            continue
        if not isinstance(value, dict) or depth == _DEEPEST:
            yield inner, _cell(value)
        elif "_type" not in value:
            yield from _entries(inner, value, depth + 1)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return str(value)

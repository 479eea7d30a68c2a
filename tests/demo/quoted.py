"""The tables of a walk-through, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STORIES = Path(__file__).parents[2] / "docs" / "stories"
_TABLE = re.compile(r"(?:^\|.*\|\n)+", re.MULTILINE)
_FIGURE = re.compile(r"[−+]?\d+(?:\.\d+)?(?= (?:%|kB|dB|pt)|$)")
# Points are per cent, too.
_PERCENT = (" %", " pt")


@dataclass(frozen=True)
class Table:
    """Its header, and its rows by their first cell."""

    header: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]

    def figures(self) -> Iterator[tuple[str, str, float]]:
        """Row, column and value of each cell that is a number; percents as shares."""
        for row, cells in self.rows.items():
            for column, cell in zip(self.header[1:], cells, strict=True):
                if found := _FIGURE.match(cell):
                    value = float(found[0].replace("−", "-"))
                    yield row, column, value / (100 if cell.endswith(_PERCENT) else 1)


def tables(story: str) -> list[Table]:
    text = (STORIES / f"{story}.md").read_text(encoding="utf-8")
    return [_table(block) for block in _TABLE.findall(text)]


def prose(story: str) -> str:
    """What stands outside of the tables."""
    return _TABLE.sub("", (STORIES / f"{story}.md").read_text(encoding="utf-8"))


def _table(block: str) -> Table:
    header, _, *rows = (
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in block.splitlines()
    )
    return Table(header, {name: cells for name, *cells in rows})  # type: ignore[misc]

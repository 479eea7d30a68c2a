"""Rows of equal columns, as plain Python or as a table of pandas or Arrow."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from tensorboard_cnc.errors import ReadError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Row = Mapping[str, Any]


class Table(Sequence[Row]):
    """A sequence of rows, each a mapping from column to value.

    None stands for what was not logged; it never means 0 or NaN.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Row]) -> None:
        self.columns: tuple[str, ...] = tuple(columns)
        self._rows = rows

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Table: ...

    def __getitem__(self, at: int | slice) -> Row | Table:
        if isinstance(at, slice):
            return Table(self.columns, self._rows[at])
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return f"Table of {len(self):,} rows: {', '.join(self.columns)}"

    def column(self, name: str) -> list[Any]:
        """The values of the column called `name`, a row each.

        Raises:
          KeyError: there is no such column.
        """
        return [row[name] for row in self._rows]

    def to_pandas(self) -> pd.DataFrame:
        """A DataFrame, a row each.

        Raises:
          ReadError: pandas is not installed (``pip install 'tensorboard-cnc[pandas]'``).
        """
        pandas = needed("pandas", "pandas")
        return pandas.DataFrame({name: self.column(name) for name in self.columns})

    def to_arrow(self) -> pa.Table:
        """An Arrow table, a row each.

        Raises:
          ReadError: pyarrow is not installed (``pip install 'tensorboard-cnc[arrow]'``).
        """
        arrow = needed("pyarrow", "arrow")
        return arrow.table({name: self.column(name) for name in self.columns})


def needed(module: str, extra: str) -> Any:
    """The module of an optional package.

    Raises:
      ReadError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ReadError(
            f"{module} is not installed",
            "It is only needed for this",
            f"Install it with: pip install 'tensorboard-cnc[{extra}]'",
        ) from error

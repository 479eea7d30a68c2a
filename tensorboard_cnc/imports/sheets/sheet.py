"""The cells of a table, by column, whatever file they are in."""

from __future__ import annotations

import csv
import importlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.source_file import read_bytes
from tensorboard_cnc.wording import quoted

Cell: TypeAlias = str | int | float | bool | None
# By the name of the column, from the first row to the last; all of one length.
Sheet: TypeAlias = Mapping[str, Sequence[Cell]]

# Each row becomes a model with files of its own.
MOST_ROWS = 100_000
_MOST_COLUMNS = 2_000
_MOST_CELLS = 20_000_000
_DELIMITERS = ",;\t|"
_COLUMN = "column"
# A column without a name, such as the index that pandas writes first.
UNNAMED = re.compile(rf"(?:{_COLUMN} |Unnamed: )\d+")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_sheet(path: Path) -> Sheet:
    """The table in a file of CSV, TSV or Parquet, by the ending of its name.

    Raises:
      TableError: it cannot be read, or is no table of one header and rows as long as that.
    """
    columns = _READERS[path.suffix.lower()](path)
    rows = len(next(iter(columns.values()), ()))
    if not rows:
        raise TableError("The table has no row", "Each row is a model", "Add rows under the header")
    return columns


def _text_table(path: Path) -> Sheet:
    text = _decoded(read_bytes(path))
    first = text.partition("\n")[0]
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        # Lines that hold nothing, as at the end of many files, are no rows.
        filled = ((rows.line_num, row) for row in rows if any(cell.strip() for cell in row))
        # The header and one row too many tell as much as all that there may be.
        found = list(islice(filled, MOST_ROWS + 2))
    except csv.Error as error:
        raise TableError(
            f"Line {rows.line_num:,} cannot be read: {error}",
            "A table has one row a line, its texts in double quotes where they hold the delimiter",
            "Correct that line, or export the table again",
        ) from error
    (_, header), *body = found or [(0, [])]
    _check_size(len(body), len(header))
    for line, row in body:
        if len(row) != len(header):
            raise TableError(
                f"Line {line:,} has {len(row):,} cells, and the header {len(header):,}",
                "Each row has a cell for each column",
                "Correct that line; texts that hold the delimiter need double quotes",
            )
    cells = zip(*(row for _, row in body), strict=True) if body else ([] for _ in header)
    return _named(header, [list(column) for column in cells])


def _parquet(path: Path) -> Sheet:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
        arrow = importlib.import_module("pyarrow")
    except ImportError as error:
        raise TableError(
            "Parquet cannot be read here",
            "It needs pyarrow, which is not installed",
            'Install it: pip install "tensorboard-cnc[arrow]"',
        ) from error
    try:
        with path.open("rb") as file:
            stored = parquet.ParquetFile(file)
            _check_size(stored.metadata.num_rows, len(stored.schema_arrow.names))
            table = stored.read()
    except (OSError, arrow.ArrowException) as error:
        raise TableError(
            f"The file cannot be read: {error}", "It must be a Parquet file", "Write it again"
        ) from error
    plain = [
        name
        for name, kind in zip(table.column_names, table.schema.types, strict=True)
        if not arrow.types.is_nested(kind)
    ]
    return _named(plain, [[_cell(value) for value in table[name].to_pylist()] for name in plain])


def _cell(value: Any) -> Cell:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _named(header: Iterable[str], columns: Sequence[Sequence[Cell]]) -> Sheet:
    names = [name.strip() or f"{_COLUMN} {at}" for at, name in enumerate(header, 1)]
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        raise TableError(
            f"Two columns have the name {quoted(twice)}",
            "Columns are told apart by their names",
            "Rename one of them",
        )
    return dict(zip(names, columns, strict=True))


def _check_size(rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise TableError(
            f"The table has more than {MOST_ROWS:,} rows",
            f"Each is a model with files of its own, at most {MOST_ROWS:,}",
            "Keep the models that are to be compared, or split it over log directories",
        )
    if columns > _MOST_COLUMNS or rows * columns > _MOST_CELLS:
        raise TableError(
            f"The table has {columns:,} columns and {rows:,} rows",
            f"At most {_MOST_COLUMNS:,} columns and {_MOST_CELLS:,} cells can be read",
            "Check that it has one row a model, or leave out what nobody compares",
        )


def _decoded(data: bytes) -> str:
    encoding = _MARKS.get(data[:2], "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"Line {line:,} is not UTF-8",
            "A table is in UTF-8, or in UTF-16 with a byte order mark",
            "Save it again in UTF-8",
        ) from error


_READERS: Mapping[str, Callable[[Path], Sheet]] = {
    ".csv": _text_table,
    ".tsv": _text_table,
    ".parquet": _parquet,
}
ENDINGS = tuple(_READERS)

"""Reading a file of a source whole, up to a limit."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tensorboard_cnc.errors import TableError

# Of a hundred thousand models and more; parsed, it takes up to ten times as much memory.
LARGEST_BYTES = 100_000_000


def read_bytes(path: Path, largest: int = LARGEST_BYTES) -> bytes:
    """What the file or pipe at `path` holds.

    Raises:
      TableError: it cannot be read, is a device, or has more than `largest` bytes.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            is_device = stat.S_ISCHR(mode) or stat.S_ISBLK(mode)
            # A pipe does not tell how much will come.
            data = b"" if is_device else file.read(largest + 1)
    except (OSError, ValueError) as error:
        # A ValueError is about the path: it holds a null byte, say.
        raise TableError(
            f"The table cannot be read: {getattr(error, 'strerror', None) or error}",
            "It must be a file that you may read",
            "Check the path and its permissions",
        ) from error
    if is_device:
        raise TableError("The path is a device", "A table is a file or a pipe", "Name the file")
    if len(data) > largest:
        raise TableError(
            f"The table has more than {largest:,} bytes",
            "It holds models and their metrics, but no weights or predictions",
            "Check that it is the right file, or split it into tables of fewer models",
        )
    return data

"""Layouts of other packages, which name them by entry points."""

from __future__ import annotations

import warnings
from functools import cache
from importlib.metadata import entry_points

from tensorboard_cnc.errors import CncWarning
from tensorboard_cnc.wording import shown, text_of
from tensorboard_cnc.writer.tensors.formats.format import Format

GROUP = "tensorboard_cnc.tensor_formats"


@cache
def installed_formats() -> tuple[Format, ...]:
    """Those that could be loaded, looked for once; of others a warning says why not."""
    found = []
    for entry in entry_points(group=GROUP):
        try:
            layout = entry.load()
            if not isinstance(layout, Format):
                raise TypeError(f"{entry.value} is {shown(layout)} instead of a Format")
            layout.covers("")
        except Exception as error:
            warnings.warn(
                f"The tensor format {shown(entry.name)} could not be loaded: {text_of(error)}. "
                "Codes that it reads are refused. Repair or uninstall its package",
                CncWarning,
                stacklevel=2,
            )
        else:
            found.append(layout)
    return tuple(found)

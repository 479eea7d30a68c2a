"""Every layout that is read, by the names of the tensors that hold its codes."""

from __future__ import annotations

from tensorboard_cnc.writer.tensors.formats import awq, gptq, scaled_codes
from tensorboard_cnc.writer.tensors.formats.format import Format

FORMATS = (
    Format("GPTQ", "qweight", gptq.decode),
    Format("AWQ", "qweight", awq.decode),
    Format("FP8 or int8", ".*", scaled_codes.decode),
)


def all_formats() -> tuple[Format, ...]:
    """Those of this package."""
    return FORMATS

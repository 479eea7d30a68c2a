"""Layouts that keep quantized weights as several tensors side by side, a module for each family.

A package of somebody else adds one by an entry point; what it needs for that stands here.
"""

from tensorboard_cnc.records.sketches import Scheme as Scheme
from tensorboard_cnc.writer.tensors.formats.format import Checkpoint as Checkpoint
from tensorboard_cnc.writer.tensors.formats.format import Decoded as Decoded
from tensorboard_cnc.writer.tensors.formats.format import Format as Format
from tensorboard_cnc.writer.tensors.formats.format import (
    NotUnderstoodError as NotUnderstoodError,
)
from tensorboard_cnc.writer.tensors.formats.format import weight as weight
from tensorboard_cnc.writer.tensors.tensor_source import Refused as Refused
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource as TensorSource

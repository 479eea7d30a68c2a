"""Reads the tensors of safetensors files one by one, in pieces, without loading them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod
from typing import Any

from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.tensors.files.checkpoint_notes import quantization_beside
from tensorboard_cnc.writer.tensors.files.contents import Contents
from tensorboard_cnc.writer.tensors.files.safetensors_header import (
    FORMATS,
    StoredFormat,
    StoredTensor,
    stored_tensors,
)
from tensorboard_cnc.writer.tensors.files.stored_file import StoredFile, numbers_at
from tensorboard_cnc.writer.tensors.number_formats import as_floats, decoded, unpacked
from tensorboard_cnc.writer.tensors.tensor_names import (
    TensorName,
    buffer_or_parameter,
    network_order,
)
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    Refused,
    TensorSource,
    channel_axis,
)


def read(files: Sequence[StoredFile], _like: Collection[str] = ()) -> Contents:
    """The tensors of the files of one checkpoint, and what it says of its quantization.

    Raises:
      ArgumentError: a file is damaged or truncated.
      OSError: it cannot be read.
    """
    tensors: dict[str, StoredTensor] = {}
    metadata: dict[str, str] = {}
    for file in files:
        listed, texts = stored_tensors(file)
        if twice := next((each.name for each in listed if each.name in tensors), None):
            raise ArgumentError(
                f"{file} and {tensors[twice].file} both hold the tensor {shown(twice)}",
                "Each tensor of a model is in one of its files",
                "Name one of the files, or the index of those that belong together",
            )
        tensors |= {each.name: each for each in listed}
        metadata |= texts
    found = [_source(tensors[name]) for name in network_order(tensors)]
    return Contents(found, quantization_beside(files[0]), metadata)


def _source(tensor: StoredTensor) -> TensorSource | Refused:
    form = FORMATS.get(tensor.type_name)
    if form is None or form.bits == 6 or form.dtype.kind == "c":
        reason = f"its type {tensor.type_name} has no order: convert it to F32"
        return Refused(tensor.name, reason, prod(tensor.shape))
    place = TensorName.of(tensor.name)
    return TensorSource(
        name=tensor.name,
        shape=tensor.shape,
        dtype=form.name,
        open=lambda: _reader(tensor, form),
        module=place.module,
        role=buffer_or_parameter(place.last),
        storage=form.name,
        stored_bytes=tensor.size_bytes,
        axis=channel_axis(tensor.shape),
    )


def _reader(tensor: StoredTensor, form: StoredFormat) -> Read:
    per_byte = 8 // form.bits if form.bits < 8 else 1

    def piece(start: int, stop: int) -> NDArray[Any]:
        first, last = start // per_byte, -(-stop // per_byte)
        offset = tensor.offset + first * form.dtype.itemsize
        codes = numbers_at(tensor.file, tensor.name, offset, form.dtype, last - first)
        if per_byte > 1:
            skipped = start - first * per_byte
            codes = unpacked(codes, form.bits)[skipped : skipped + stop - start]
        if form.name.startswith(("bfloat", "float8", "float4")):
            return decoded(codes, form.name)
        return as_floats(codes)

    return piece

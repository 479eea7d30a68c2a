"""Every layout that is read, by the names of the tensors that hold its codes."""

from __future__ import annotations

from tensorboard_cnc.writer.tensors.formats import (
    awq,
    bitsandbytes,
    compressed_integers,
    gptq,
    hqq,
    keras,
    keras_calibrated,
    microscaling,
    mlx,
    modelopt,
    quanto,
    scaled_codes,
    torchao_files,
)
from tensorboard_cnc.writer.tensors.formats.format import Format
from tensorboard_cnc.writer.tensors.formats.installed import installed_formats

FORMATS = (
    Format("GPTQ", "qweight", gptq.decode),
    Format("AWQ", "qweight", awq.decode),
    Format("compressed-tensors", "weight_packed", compressed_integers.decode),
    Format("bitsandbytes", ".*", bitsandbytes.decode4),
    Format("bitsandbytes", "weight", bitsandbytes.decode8),
    Format("FP4 of compressed-tensors", "weight_packed", microscaling.decode_packed),
    Format("ModelOpt NVFP4", "weight", microscaling.decode_modelopt),
    Format("MXFP4", ".*_blocks", microscaling.decode_blocks),
    Format("torchao", r"_\w+_qdata", torchao_files.decode),
    Format("Keras", "kernel|embeddings", keras.decode),
    Format("Keras gptq or awq", "kernel", keras_calibrated.decode),
    Format("HQQ", "W_q", hqq.decode),
    Format("quanto", "_data", quanto.decode),
    Format("ModelOpt int4", "weight", modelopt.decode),
    Format("MLX", "weight", mlx.decode),
    Format("FP8 or int8", ".*", scaled_codes.decode),
)


def all_formats() -> tuple[Format, ...]:
    """These, and those of other packages."""
    return (*FORMATS, *installed_formats())

"""One tensor of torch, of whatever kind, as a tensor to be sketched."""

from __future__ import annotations

import re

from tensorboard_cnc.writer.tensors.sharded_tensors import is_sharded, sharded_source
from tensorboard_cnc.writer.tensors.sparse_tensors import sparse_source
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_quantized import quantized_source
from tensorboard_cnc.writer.tensors.torch_tensors import Place, Tensor, dense_source, dtype_name
from tensorboard_cnc.writer.tensors.wrapper_tensors import is_wrapper, wrapper_source
from tensorboard_cnc.writer.wording import text_of

# Types that torch has for the codes inside its tensor subclasses.
_SHELL = re.compile(r"u?int[1-7]|bits.*")
_META = (
    "it is on the meta device and has no values: load the weights first, for example with "
    "module.to_empty(device='cpu') and module.load_state_dict(...)"
)


def source_of(place: Place, tensor: Tensor) -> TensorSource | Refused:
    """What `tensor` holds, or why it cannot be read. Nothing about it is changed."""
    import torch

    try:
        with torch.no_grad():
            if reason := _unfit(tensor):
                return Refused(place.name, reason, _weights(place, tensor))
            tensor = tensor.detach()
            if is_sharded(tensor):
                return sharded_source(place, tensor, source_of)
            if is_wrapper(tensor):
                return wrapper_source(place, tensor)
            if tensor.is_quantized:
                return quantized_source(place, tensor)
            if tensor.layout is not torch.strided:
                return sparse_source(place, tensor)
            return dense_source(place, tensor)
    except Exception as error:
        reason = f"it could not be read: {text_of(error)}"
        return Refused(place.name, reason, _weights(place, tensor))


def _weights(place: Place, tensor: Tensor) -> int | None:
    """How many weights are in a tensor that is refused, None where its shape does not tell."""
    if place.role == "buffer":
        return 0
    try:
        whole = not type(tensor).__module__.startswith("bitsandbytes")
        return int(tensor.numel()) or None if whole else None
    except Exception:
        # Such as of parameters that are not initialised yet.
        return None


def _unfit(tensor: Tensor) -> str:
    """Why `tensor` cannot be read, "" if it can."""
    if tensor.device.type == "meta":
        return _META
    if "Uninitialized" in type(tensor).__name__:
        return "it is not initialised yet: run the network once, then log it"
    if hasattr(tensor, "ds_id") and not tensor.numel():
        return (
            "DeepSpeed (ZeRO-3) keeps its parts elsewhere: log within "
            "deepspeed.zero.GatheredParameters(net.parameters())"
        )
    if tensor.is_complex():
        return "complex numbers have no order: log its real and imaginary parts"
    if type(tensor).__module__.partition(".")[0] == "bitsandbytes":
        return "bitsandbytes holds packed codes: log the dequantized weights as a mapping"
    if _SHELL.fullmatch(name := dtype_name(tensor.dtype)):
        return f"its type {name} names codes without values: log the dequantized tensor"
    return ""

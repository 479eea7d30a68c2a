"""Static post-training quantization to int8, with torch.ao's FX graph mode."""

from __future__ import annotations

import copy
import warnings

import torch
from torch import Tensor, fx, nn
from torch.ao.quantization import get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

# torch 2.13 says that torch.ao.quantization will move to torchao; until then it is the way
# that needs nothing else.
_FOREIGN_DEPRECATIONS = (
    "torch.ao.quantization is deprecated",
    "torch.quantize_per_tensor, torch.quantize_per_channel",
    "Please use quant_min and quant_max",
)


def quantize_int8(net: nn.Module, calibration_images: Tensor) -> fx.GraphModule:
    """An int8 copy: batch norms folded in, ranges of activations observed on the images."""
    torch.backends.quantized.engine = engine()
    with warnings.catch_warnings():
        for message in _FOREIGN_DEPRECATIONS:
            warnings.filterwarnings("ignore", message=message)
        mapping = get_default_qconfig_mapping(engine())
        observed = prepare_fx(copy.deepcopy(net).eval(), mapping, (calibration_images[:1],))
        with torch.no_grad():
            observed(calibration_images)
        return convert_fx(observed)


def engine() -> str:
    """The kernels of this CPU: FBGEMM and oneDNN on x86, QNNPACK on ARM."""
    # On Apple's processors torch starts with no engine at all.
    return "x86" if "x86" in torch.backends.quantized.supported_engines else "qnnpack"

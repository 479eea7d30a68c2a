from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.ao.nn import quantized

from demo.digits.compression import quantization
from demo.digits.compression.low_rank import factorize
from demo.digits.compression.quantization import quantize_int8
from demo.digits.data import Digits
from demo.digits.quality import quality

ENGINES = [
    name for name in ("x86", "qnnpack") if name in torch.backends.quantized.supported_engines
]


@pytest.mark.parametrize("engine", ENGINES)
def test_accuracy_stays_close(
    dense: nn.Sequential, digits: Digits, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantization, "engine", lambda: engine)
    monkeypatch.setattr(torch.backends.quantized, "engine", engine)
    int8 = quantize_int8(dense, digits.train.images[:256])
    loss = quality(dense, digits.test).accuracy - quality(int8, digits.test).accuracy
    assert abs(loss) <= 0.02


def test_weights_are_8_bit_codes_of_the_folded_weights(
    dense: nn.Sequential, digits: Digits
) -> None:
    int8 = quantize_int8(dense, digits.train.images[:256])
    layers = [m for m in int8.modules() if isinstance(m, quantized.Conv2d | quantized.Linear)]
    assert len(layers) == 5
    classes = layers[-1].weight()  # type: ignore[no-untyped-call]
    assert classes.dtype == torch.qint8
    error = (classes.dequantize() - dense.get_submodule("classes").weight).abs()
    assert isinstance(error, torch.Tensor)
    # Rounding moves a weight by at most half a step of its channel (or of the tensor).
    assert (error <= step_sizes(classes) / 2 + 1e-7).all()


def step_sizes(weight: torch.Tensor) -> torch.Tensor:
    if weight.qscheme() == torch.per_tensor_affine:
        return torch.tensor(weight.q_scale())
    return weight.q_per_channel_scales()[:, None]


def test_factorised_networks_quantize_too(dense: nn.Sequential, digits: Digits) -> None:
    thin = factorize(dense, 0.9)
    int8 = quantize_int8(thin, digits.train.images[:256])
    assert abs(quality(thin, digits.test).accuracy - quality(int8, digits.test).accuracy) <= 0.03

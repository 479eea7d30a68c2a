"""Int8 quantization with torchao: python torchao_int8.py runs."""

import copy
import sys

import torch
from torch import nn
from torchao.quantization import (
    Int8DynamicActivationInt8WeightConfig,
    Int8WeightOnlyConfig,
    quantize_,
)

from tensorboard_cnc import cnc_summary

runs = sys.argv[1]
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 64)).eval()
inputs = torch.randn(128, 64)
expected = net(inputs).detach()

with cnc_summary.model(f"{runs}/float32", "float32") as m:
    m.efficiency(net, inputs)
    m.weights(net)

configs = {"weight only": Int8WeightOnlyConfig, "dynamic": Int8DynamicActivationInt8WeightConfig}
for scheme, config in configs.items():
    name = f"int8 {scheme}"
    operation = cnc_summary.operation("int8 quantize", scheme=scheme)
    with cnc_summary.model(f"{runs}/{scheme}", name, parents="float32", operation=operation) as m:
        try:
            quantize_(quantized := copy.deepcopy(net), config())
            error = nn.functional.mse_loss(quantized(inputs), expected)
        except (RuntimeError, NotImplementedError) as reason:  # what this CPU lacks
            m.failed(reason)
            continue
        m.metrics({"mse": error})
        m.efficiency(quantized, inputs)
        m.weights(quantized, reference={"float32": net})

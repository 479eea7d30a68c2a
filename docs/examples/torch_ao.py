"""Static and dynamic quantization with torch.ao.quantization: python torch_ao.py runs."""

import sys

import torch
from torch import nn
from torch.ao import quantization

from tensorboard_cnc import cnc_summary

runs = sys.argv[1]
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(16, 512), nn.ReLU(), nn.Linear(512, 2)).eval()
inputs = torch.randn(256, 16)
expected = net(inputs).detach()
torch.backends.quantized.engine = torch.backends.quantized.supported_engines[-1]


def log(model_id, quantized, **lineage):
    with cnc_summary.model(f"{runs}/{model_id}", model_id, **lineage) as m:
        m.metrics({"mse": nn.functional.mse_loss(quantized(inputs), expected)})
        m.efficiency(quantized, inputs)
        m.weights(quantized, reference={"float32": net})
        m.activations(quantized, inputs)


log("float32", net)

dynamic = quantization.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)
operation = cnc_summary.operation("int8 quantize", activations="dynamic")
log("dynamic", dynamic, parents="float32", operation=operation)

wrapped = quantization.QuantWrapper(net)
wrapped.qconfig = quantization.get_default_qconfig(torch.backends.quantized.engine)
prepared = quantization.prepare(wrapped)
prepared(inputs)
static = quantization.convert(prepared)
operation = cnc_summary.operation("int8 quantize", activations="static", calibration=len(inputs))
log("static", static, parents="float32", operation=operation)

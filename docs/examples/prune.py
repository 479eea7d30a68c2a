"""Pruning with torch.nn.utils.prune: python prune.py runs."""

import sys

import torch
from torch import nn
from torch.nn.utils import prune

from tensorboard_cnc import cnc_summary

runs = sys.argv[1]
torch.manual_seed(0)
inputs = torch.randn(2000, 16)
labels = (inputs[:, :8] * inputs[:, 8:]).sum(1).gt(0).long()
net = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(net.parameters(), 0.01)
with cnc_summary.model(f"{runs}/dense", "dense", metrics={"accuracy": "max"}) as m:
    for _ in range(200):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(inputs), labels).backward()
        optimizer.step()
    m.metrics({"accuracy": (net(inputs).argmax(1) == labels).float().mean()}, step=200)
    m.efficiency(net, inputs)
    m.weights(net)
layers, parent = [(net[0], "weight"), (net[2], "weight")], "dense"
for amount in (0.3, 0.5, 0.7):
    operation = cnc_summary.operation("L1 prune", amount=amount, scope="global")
    child = f"prune-{100 * amount:.0f}"
    with cnc_summary.model(f"{runs}/{child}", child, parents=parent, operation=operation) as m:
        prune.global_unstructured(layers, prune.L1Unstructured, amount=amount)
        # Masks would lie beside the weights, and be measured with them.
        for module, name in layers:
            prune.remove(module, name)
        m.metrics({"accuracy": (net(inputs).argmax(1) == labels).float().mean()})
        m.efficiency(net, inputs)
        m.weights(net)
    parent = child

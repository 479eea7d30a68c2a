"""A training loop that has a SummaryWriter and add_scalar already: python plain_loop.py runs."""

import sys

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary

torch.manual_seed(0)
inputs = torch.randn(1000, 8)
labels = inputs.pow(2).sum(1).gt(8).long()

# The metric is the last value of a scalar that the loop logs anyway.
accuracy = cnc_summary.metric("accuracy", goal="max", format=".1%", scalar="accuracy/train")

for width in (4, 16, 64):
    model_id = f"width-{width}"
    net = nn.Sequential(nn.Linear(8, width), nn.ReLU(), nn.Linear(width, 2))
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    operation = cnc_summary.operation("train", width=width, epochs=100)
    with (
        SummaryWriter(f"{sys.argv[1]}/{model_id}") as writer,
        cnc_summary.model(writer, model_id, operation=operation, metrics=[accuracy]) as m,
    ):
        for epoch in range(100):
            logits = net(inputs)
            loss = nn.functional.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            writer.add_scalar("loss/train", loss, epoch)
            writer.add_scalar("accuracy/train", (logits.argmax(1) == labels).float().mean(), epoch)
        m.efficiency(net, inputs)

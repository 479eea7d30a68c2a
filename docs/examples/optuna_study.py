"""An Optuna study in two processes, each trial a model: python optuna_study.py runs."""

import multiprocessing
import sys
from pathlib import Path

import optuna
import torch
from torch import nn

from tensorboard_cnc import cnc_summary

runs = sys.argv[1]
study = {"study_name": "width and rate", "storage": f"sqlite:///{runs}/study.db"}


def objective(trial):
    width, rate = trial.suggest_int("width", 2, 32), trial.suggest_float("rate", 1e-3, 1e-1)
    torch.manual_seed(0)
    inputs = torch.randn(500, 8)
    labels = inputs.pow(2).sum(1).gt(8).long()
    net = nn.Sequential(nn.Linear(8, width), nn.ReLU(), nn.Linear(width, 2))
    optimizer = torch.optim.Adam(net.parameters(), rate)
    operation = cnc_summary.operation("train", **trial.params)
    with cnc_summary.model(runs, f"trial-{trial.number}", operation=operation) as m:
        for _ in range(50):
            loss = nn.functional.cross_entropy(net(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        m.metrics({"loss": loss})
        m.efficiency(net, inputs, repeats=5)
    return loss.item()


if __name__ == "__main__":
    Path(runs).mkdir(parents=True, exist_ok=True)
    # A study that was broken off goes on.
    optuna.create_study(**study, load_if_exists=True)
    optimize = optuna.load_study(**study).optimize
    workers = [multiprocessing.Process(target=optimize, args=(objective, 6)) for _ in range(2)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]

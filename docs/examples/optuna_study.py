"""An Optuna study in two processes that goes on when begun again: python optuna_study.py runs."""

import multiprocessing
import sys
from pathlib import Path

import optuna
import torch

from tensorboard_cnc import cnc_summary

runs = sys.argv[1]


def objective(trial):
    width, rate = trial.suggest_int("width", 2, 32), trial.suggest_float("rate", 1e-3, 1e-1)
    torch.manual_seed(0)
    inputs = torch.randn(500, 8)
    labels = inputs.pow(2).sum(1).gt(8).long()
    net = torch.nn.Sequential(torch.nn.Linear(8, width), torch.nn.ReLU(), torch.nn.Linear(width, 2))
    optimizer = torch.optim.Adam(net.parameters(), rate)
    operation = cnc_summary.operation("train", **trial.params)
    with cnc_summary.model(runs, f"trial-{trial.number}", operation=operation) as m:
        for _ in range(50):
            loss = torch.nn.functional.cross_entropy(net(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        m.metrics({"loss": loss})
        m.efficiency(net, inputs, repeats=5)
    return loss.item()


if __name__ == "__main__":
    Path(runs).mkdir(parents=True, exist_ok=True)
    place = {"storage": f"sqlite:///{runs}/study.db", "study_name": "width and rate"}
    study = optuna.create_study(**place, load_if_exists=True)
    workers = [multiprocessing.Process(target=study.optimize, args=(objective, 6)) for _ in "ab"]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]

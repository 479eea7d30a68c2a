"""Records of sensitivity of every form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tensorboard_cnc.records.sensitivity import Candidate, Layer, Sensitivity, Trials


def record(layers: int = 3, candidates: int = 2, groups: int = 32, **changed: Any) -> Sensitivity:
    """Damages of a known order: layer 0 the most harmed, the first candidate the mildest."""
    rng = np.random.default_rng(layers)
    level = 0.1 ** np.arange(layers)[:, None] * 4.0 ** np.arange(candidates)[None, :]
    cells = level[:, :, None] * rng.gamma(4, 0.25, (layers, candidates, groups))
    chosen = np.array([[0] * layers, [-1, *[candidates - 1] * (layers - 1)]])
    sums = np.stack([
        sum((cells[row, at] for row, at in enumerate(each) if at >= 0), np.zeros(groups))
        for each in chosen.tolist()
    ])  # fmt: skip
    ["int8", "int4", "int2", *(f"prune-{at}" for at in range(1, 60))]
    found = Sensitivity(
        model_id="m",
        method="exact",
        damage="kl",
        fingerprint="f",
        network="n",
        instances=8 * groups,
        tokens=0,
        sizes=np.full(groups, 8),
        layers=tuple(
            Layer(f"blocks.{at}.weight", f"blocks.{at}", "Linear", (16, 8), 512)
            for at in range(layers)
        ),
        candidates=tuple(
            Candidate(("int8", "int4", "int2", f"prune-{at}")[min(at, 3)])
            for at in range(candidates)
        ),
        bytes=np.tile(512 // 4 // 2 ** np.arange(candidates), (layers, 1)),
        mean=cells.mean(-1),
        groups=cells,
        other_bytes=100,
        trials=Trials(chosen, 1.25 * sums.mean(1), 1.25 * sums),
        seconds=2.5,
        logged_us=7,
    )
    return replace(found, **changed)


def every_form() -> Sensitivity:
    """Cells without numbers, functions of the user's, tied weights, refused ones."""
    plain = record()
    mean, groups = plain.mean.copy(), plain.groups.copy()
    mean[0, 1], mean[1, 0] = np.inf, np.nan
    groups[0, 1] = groups[1, 0] = np.nan
    size = plain.bytes.copy()
    size[2, 1] = -1
    layers = (replace(plain.layers[0], tied=("head.weight", "é")), *plain.layers[1:])
    return replace(
        plain,
        damage="score",
        score="accuracy",
        method="gradient",
        tokens=99,
        layers=layers,
        candidates=(Candidate("int8"), Candidate("mine", own=True)),
        bytes=size,
        mean=-mean,
        groups=-groups,
        reasons={(0, 1): "outputs are not finite", (1, 0): "it never ran"},
        refused={"a": "it is quantized"},
    )


def broken(plain: Sensitivity) -> Sensitivity:
    """With −∞ as ∞, as the writer has it."""
    return replace(plain, mean=np.where(np.isinf(plain.mean), np.inf, plain.mean))

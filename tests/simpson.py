"""Log directories in which plain means say the contrary of what holds all else equal."""

from __future__ import annotations

import random
from pathlib import Path

from tensorboard_cnc import cnc_summary

# By schedule: its accuracy, and how often each amount was tried. More was pruned at once only.
_SCHEDULES = {
    "gradual": (0.905, {0.3: 6, 0.5: 3, 0.7: 1}),
    "at once": (0.800, {0.3: 1, 0.5: 3, 0.7: 6}),
}
_GAIN = 0.009


def log_simpsons_design(logdir: Path) -> list[str]:
    """Accuracy falls by 6.6 points along `amount`, and rises by 0.9 all else equal; the ids.

    Each amount of each schedule was tried with as many learning rates as it has models.
    """
    spec = cnc_summary.metric("accuracy", goal="max", format=".1%")
    with cnc_summary.model(logdir / "dense", "dense", metrics=(spec,)) as dense:
        dense.metrics({"accuracy": 0.92})
    chance = random.Random(7)
    ids = []
    for schedule, (level, times) in _SCHEDULES.items():
        for amount, count in times.items():
            for rate in range(count):
                ids.append(f"{schedule} {amount} {rate}".replace(" ", "-"))
                step = cnc_summary.operation(
                    "prune", amount=amount, schedule=schedule, lr=0.1 / 2**rate
                )
                accuracy = level + _GAIN * (amount - 0.3) / 0.4 + chance.gauss(0, 0.0005)
                with cnc_summary.model(
                    logdir / ids[-1], ids[-1], parents="dense", operation=step
                ) as pruned:
                    pruned.metrics({"accuracy": accuracy})
    return ids


# By how many images it was calibrated with: loss, what per channel takes off it, and how often per
# tensor and per channel were tried.
_CALIBRATIONS = {16: (1.9, 0.02, 1, 6), 128: (0.7, 0.03, 3, 3), 1024: (0.6, 0.05, 6, 1)}


def log_simpsons_schemes(logdir: Path) -> list[str]:
    """Loss is higher per channel than per tensor, and by 0.02 to 0.05 lower all else equal.

    Between names, by another amount for each number of images, whose own effect is no line.
    """
    spec = cnc_summary.metric("loss", goal="min", format=".3f")
    with cnc_summary.model(logdir / "dense", "dense", metrics=(spec,)) as dense:
        dense.metrics({"loss": 0.5})
    chance = random.Random(8)
    ids = []
    for images, (level, gain, per_tensor, per_channel) in _CALIBRATIONS.items():
        for scheme, count in (("per tensor", per_tensor), ("per channel", per_channel)):
            for rate in range(count):
                ids.append(f"{scheme} {images} {rate}".replace(" ", "-"))
                step = cnc_summary.operation(
                    "quantize", scheme=scheme, images=images, lr=0.1 / 2**rate
                )
                loss = level - gain * (scheme == "per channel") + chance.gauss(0, 0.0005)
                with cnc_summary.model(
                    logdir / ids[-1], ids[-1], parents="dense", operation=step
                ) as quantized:
                    quantized.metrics({"loss": loss})
    return ids

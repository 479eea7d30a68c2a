"""What is said of recipes and metrics: replicates, matched pairs, the default chart, goals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.claims import said
from benchmarks.claims.lines import ALL, NOMINAL, NONE, Line
from benchmarks.claims.trial_log import Routes, TrialLog, trial_log
from benchmarks.size import Size
from tensorboard_cnc.cnc_summary import operation

# Pairs of models that are no replicates, by what tells them apart; then pairs that are.
_UNLIKE: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "int8, int4": ({"operation": "quantize"}, {"operation": "quantize"}),
    "a1, a2": ({"operation": "distill"}, {"operation": "distill"}),
    **{
        f"{name} 1, {name} 2": (
            {"operation": operation("prune", amount=0.5, **{name: 1})},
            {"operation": operation("prune", amount=0.5, **{name: 2})},
        )
        for name in ("run", "trial", "rep", "fold", "version")
    },
}
_ALIKE: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    **{
        f"{name} 1, {name} 2": (
            {"operation": operation("prune", amount=0.5, **{name: 1})},
            {"operation": operation("prune", amount=0.5, **{name: 2})},
        )
        for name in ("seed", "random_state", "replicate")
    },
}


def replicates(size: Size) -> list[Line]:
    """Replicates are said, not guessed."""
    del size
    with trial_log() as log:
        for root in ("run1", "run2", "dense", "net", "other"):
            card = {"replicate_of": "net"} if root == "other" else {}
            _log(log, root, 0.9, **card)
        for name, cards in {**_UNLIKE, **_ALIKE}.items():
            for model_id, card in zip(name.split(", "), cards, strict=True):
                _log(log, model_id, 0.9, parents="dense", **card)
        with log.served() as routes:
            guessed = [name for name in ("run1, run2", *_UNLIKE) if _grouped(routes, name)]
            told = [name for name in ("net, other", *_ALIKE) if _grouped(routes, name)]
    return [
        Line("guessed replicates", len(guessed), len(_UNLIKE) + 1, NONE, note="; ".join(guessed)),
        Line("replicates as said", len(told), len(_ALIKE) + 1, ALL, note="; ".join(told)),
    ]


def _grouped(routes: Routes, names: str) -> bool:
    return bool(routes.differences(names.split(", "))["replicates"])


def simpson(size: Size) -> list[Line]:
    """Accuracy rises by .9 points with `amount`, but most of what is pruned most has few bits."""
    rng = np.random.default_rng([size.seed, 9])
    count, right = size.count(20, 3), 0
    notes: set[str] = set()
    for _ in range(count):
        with trial_log() as log:
            _log(log, "dense", 0.9)
            names: list[str] = []
            for at, rate, bits in np.ndindex(4, 4, 2):
                if at + rate >= 3 if bits == 0 else at + rate <= 4:
                    accuracy = 0.9 + 0.009 * at - 0.12 * (bits == 0) + rng.normal(0, 0.001)
                    given = {"amount": (0.3, 0.5, 0.7, 0.9)[at], "lr": 10.0 ** -(rate + 1)}
                    step = operation("prune", **given, bits=(4, 8)[bits])
                    names.append(f"model {len(names)}")
                    _log(log, names[-1], accuracy, parents="dense", operation=step)
            with log.served() as routes:
                answer = routes.differences(names)
        shown, rises = said.default_chart(answer, "accuracy"), said.held(answer, "amount")
        right += "bits" in shown and rises is not None and rises > 0
        notes.add(f"shows {' and '.join(shown)}, amount {_points(rises)}")
    return [
        Line("Simpson's design", right, count, ALL, models=20, note="; ".join(sorted(notes))[:80])
    ]


def _points(change: float | None) -> str:
    return "untold" if change is None else f"{100 * change:+.1f} pt"


def fine_tuned(size: Size) -> list[Line]:
    """Fine-tuning is better in 4 of 4 pairs, by very different amounts."""
    del size
    gains = (0.002, 0.05, 0.4, 0.875)
    with trial_log() as log:
        _log(log, "dense", 0.95)
        names = []
        for at, gain in enumerate(gains):
            pruned, tuned = f"pruned {at}", f"tuned {at}"
            step = operation("prune", amount=0.2 * (at + 1))
            _log(log, pruned, 0.95 - gain - 0.01, parents="dense", operation=step)
            _log(log, tuned, 0.94, parents=pruned, operation="fine-tune")
            names += [pruned, tuned]
        with log.served() as routes:
            answer = routes.differences(names)
    effects = [pairs["effects"]["accuracy"] for pairs in answer["pairs"]]
    hit = any(
        each["pairs"] == each.get("rose") == 4
        and math.isclose(each["least"], 0.002, abs_tol=1e-9)
        and math.isclose(each["most"], 0.875, abs_tol=1e-9)
        for each in effects
    )
    return [Line("fine-tuning is better in 4 of 4, +0.2 to +87.5", int(hit), 1, ALL, models=8)]


def no_effect(size: Size) -> list[Line]:
    """Pairs of models that differ by chance alone, of many trials in one log."""
    rng = np.random.default_rng([size.seed, 8])
    lines = []
    for pairs in (4, 8):
        false, count, of = 0, size.count(300, 20), 0
        with trial_log() as log:
            _log(log, "dense", 0.9)
            for trial, at, bits in np.ndindex(count, pairs, 2):
                step = operation("prune", amount=0.1 * (at + 1), bits=(4, 8)[bits])
                accuracy = 0.8 - 0.02 * at + float(rng.normal(0, 0.01))
                _log(log, f"{trial} {at} {bits}", accuracy, parents="dense", operation=step)
            with log.served() as routes:
                for trial in range(count):
                    names = [f"{trial} {at} {bits}" for at, bits in np.ndindex(pairs, 2)]
                    effect = said.effect(routes.differences(names), "bits", "accuracy")
                    of += 1
                    false += said.effect_claimed(effect)
        what = f"{pairs} matched pairs, no effect"
        lines.append(Line(what, false, of, NOMINAL, models=2 * pairs, sides=2))
    return lines


def mixed_units(size: Size) -> list[Line]:
    """Accuracy as a share in one run, and in percent in another."""
    del size
    with trial_log() as log:
        _log(log, "share", 0.93)
        _log(log, "percent", 91.0)
        with log.served() as routes:
            problems = routes.models()["problems"]
    hit = any("accuracy" in each["message"] for each in problems)
    return [Line("accuracy .93 and 91: mixed units", int(hit), 1, ALL, models=2)]


_GOALS: Mapping[str, tuple[str | None, ...]] = {
    **dict.fromkeys(("accuracy", "throughput", "f1", "memory_saved", "size_reduction"), ("max",)),
    **dict.fromkeys(("gflops_per_second", "ops_per_second", "memory_bandwidth"), ("max",)),
    **dict.fromkeys(("energy_efficiency", "images_per_second"), ("max",)),
    **dict.fromkeys(("latency_ms", "error_rate", "loss", "macs", "peak_memory"), ("min",)),
    **dict.fromkeys(("time_to_accuracy", "loss_of_accuracy", "accuracy_drop"), ("min",)),
    **dict.fromkeys(("acc_stderr", "accuracy_std", "accuracy_gap"), ("min", None)),
    **dict.fromkeys(("batch_size", "num_layers", "epoch"), (None,)),
}


def goals(size: Size) -> list[Line]:
    """Which way is better, as metrics' names suggest it."""
    del size
    with trial_log() as log:
        with log.model("model") as model:
            model.metrics(dict.fromkeys(_GOALS, 1.0))
        with log.served() as routes:
            found = {each["name"]: each["goal"] for each in routes.models()["metrics"]}
    wrong = [f"{name} {found[name]}" for name, goal in _GOALS.items() if found[name] not in goal]
    return [Line("wrong goals of metrics", len(wrong), len(_GOALS), NONE, note=", ".join(wrong))]


def _log(log: TrialLog, model_id: str, accuracy: float, **card: Any) -> None:
    with log.model(model_id, **card) as model:
        model.metrics({"accuracy": accuracy})


CASES: dict[str, Callable[[Size], list[Line]]] = {
    "recipes/replicates": replicates,
    "recipes/simpson": simpson,
    "recipes/fine-tuned": fine_tuned,
    "recipes/no-effect": no_effect,
    "metrics/mixed-units": mixed_units,
    "metrics/goals": goals,
}

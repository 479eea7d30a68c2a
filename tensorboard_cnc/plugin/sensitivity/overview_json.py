"""All that is known of a model's sensitivity, as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.sensitivity.profile import Profile, measured_of
from tensorboard_cnc.plugin.questions import SensitivityQuestion
from tensorboard_cnc.plugin.responses import number, significant
from tensorboard_cnc.records.sensitivity import KEPT


def overview_json(question: SensitivityQuestion, profile: Profile) -> wire.Sensitivity:
    """The whole answer."""
    record, front = profile.record, profile.front
    known = ~np.isnan(record.mean)
    reasons = _reasons(profile)
    refused = {(each["layer"], each["candidate"]) for each in reasons if not each["broken"]}
    off = profile.additivity()
    return {
        "key": question.model,
        "method": record.method,
        "damage": record.damage,
        "score": record.score,
        "unit": "nats" if record.damage == "kl" else "",
        "instances": record.instances,
        "tokens": record.tokens,
        "groups": len(record.sizes),
        "seconds": number(record.seconds) or 0.0,
        "layers": [
            {
                "name": layer.name,
                "module": layer.module,
                "kind": layer.kind,
                "shape": list(layer.shape),
                "dense_bytes": layer.dense_bytes,
                "tied": list(layer.tied),
            }
            for layer in record.layers
        ],
        "candidates": [{"name": each.name, "own": each.own} for each in record.candidates],
        "cells": _cells(profile),
        "reasons": reasons,
        "refused": [{"name": name, "reason": why} for name, why in record.refused.items()],
        "known": int(known.sum()) + len(refused),
        "dense_bytes": profile.dense_bytes,
        "other_bytes": record.other_bytes,
        "start": front.start.tolist(),
        "start_bytes": front.start_bytes + record.other_bytes,
        "start_damage": significant(front.start_damage),
        "steps": _steps(profile),
        "uniform": _uniform(profile),
        "trials": [
            {
                "bytes": trial.bytes,
                "predicted": significant(trial.predicted),
                "measured": number(trial.measured),
            }
            for trial in profile.trials
        ],
        "additivity": None
        if off is None
        else {
            "trials": off.trials,
            "low": significant(off.low),
            "median": significant(off.median),
            "high": significant(off.high),
        },
    }


def _cells(profile: Profile) -> wire.SensitivityCells:
    cells, ranks = profile.cells, profile.ranks
    return {
        "damage": _table(cells.value),
        "low": _table(cells.low),
        "high": _table(cells.high),
        "bytes": _counts(profile.record.bytes, -1),
        "rank_first": _counts(ranks.first, 0),
        "rank_last": _counts(ranks.last, 0),
    }


def _reasons(profile: Profile) -> list[wire.SensitivityReason]:
    return [
        {
            "layer": row,
            "candidate": column,
            "words": why,
            "broken": bool(np.isinf(profile.record.mean[row, column])),
        }
        for (row, column), why in sorted(profile.record.reasons.items())
    ]


def _steps(profile: Profile) -> list[wire.SensitivityStep]:
    found = profile.expected_steps
    rest = profile.record.other_bytes
    return [
        {
            "layer": step.layer,
            "candidate": step.candidate,
            "bytes": step.bytes + rest,
            "damage": significant(step.damage),
            "low": number(found.low[at]),
            "high": number(found.high[at]),
        }
        for at, step in enumerate(profile.front.steps, start=1)
    ]


def _uniform(profile: Profile) -> list[wire.SensitivityUniform]:
    found: list[wire.SensitivityUniform] = []
    for candidate in range(len(profile.record.candidates)):
        chosen = profile.uniform(candidate)
        size = profile.bytes_of(chosen)
        if size is None or (chosen == KEPT).all():
            continue
        trial = measured_of(profile, chosen)
        found.append(
            {
                "candidate": candidate,
                "layers": int((chosen != KEPT).sum()),
                "bytes": size,
                "predicted": significant(float(profile.predicted(chosen).value)),
                "measured": number(trial.measured) if trial else None,
                "low": number(trial.low) if trial else None,
                "high": number(trial.high) if trial else None,
            }
        )
    return found


def _table(values: NDArray[Any]) -> list[list[float | None]]:
    return [[number(each) for each in row] for row in values.tolist()]


def _counts(values: NDArray[np.int64], none: int) -> list[list[int | None]]:
    return [[None if each == none else each for each in row] for row in values.tolist()]

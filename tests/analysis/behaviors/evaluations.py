"""Evaluations by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import NONE, Truth

NAN = float("nan")


def truth(labels: Sequence[int], classes: str = "abc", **more: Any) -> Truth:
    """Single-label classes called by letters."""
    return Truth("classes", len(labels), tuple(classes), np.array(labels, np.int32), **more)


def evaluation(
    answers: Sequence[int], labels: Sequence[int] | None = None, **more: Any
) -> Evaluation:
    """Answers by code, NONE (-1) for none; right where they are the labels."""
    codes = np.array(answers, np.int32)
    correct = None
    if labels is not None:
        known = (codes != NONE) & (np.array(labels) != NONE)
        correct = np.where(known, codes == np.array(labels), np.float32(NAN))
    positions = np.where(codes == NONE, NONE, np.arange(len(codes)))
    return Evaluation(positions, codes != NONE, answers=codes, correct=correct, **more)

"""In which order the instances of a request come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Bools, Ints
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.analysis.behaviors.order import ordered
from tensorboard_cnc.analysis.behaviors.votes import votes as votes_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.http import BadRequestError

_KINDS = ("order", "id", "label", "disagreement", "value:KEY", "change:KEY", "confidence:KEY")


def ordered_rows(
    comparison: Comparison,
    kept: Bools,
    sort: str,
    *,
    descending: bool,
    measure: Measure | None,
    form: Form,
    votes: Ints | None = None,
) -> Ints:
    """The rows `kept` (N,) in the order that `sort` names; `votes` (N,) where some were counted.

    Raises:
        BadRequestError: 400, there is no such order; 404, no such model.
    """
    if sort == "votes" and votes is not None:
        return ordered(kept, votes, descending=descending)
    by = _column(comparison, sort or "order", measure, form)
    return ordered(kept, by, descending=descending)


def _column(
    comparison: Comparison, sort: str, measure: Measure | None, form: Form
) -> NDArray[Any] | None:
    kind, _, key = sort.partition(":")
    match kind:
        case "order":
            return None
        case "id":
            return comparison.instances.ids
        case "label":
            return _labels(comparison)
        case "disagreement":
            return _disagreement(comparison)
        case "confidence":
            return comparison.evaluation(key).confidence
        case "value" if measure is not None:
            return comparison.column(key, measure, form)
        case "change" if measure is not None:
            return comparison.column(key, measure, "difference")
        case "value" | "change":
            return None
    raise BadRequestError(400, f"sort={sort[:80]} is none of {', '.join(_KINDS)}")


def _labels(comparison: Comparison) -> NDArray[Any] | None:
    truth = comparison.truth
    if truth.numbers is not None:
        return truth.numbers
    if truth.labels is None:
        return None
    return np.where(truth.labels == NONE, np.nan, truth.labels)


def _disagreement(comparison: Comparison) -> NDArray[Any] | None:
    """The chance that two of the models answer differently; of numbers their spread."""
    evaluations = [comparison.evaluations[key] for key in comparison.logged]
    answers = [each.answers for each in evaluations if each.answers is not None]
    if answers:
        return votes_of(answers).disagreement
    numbers = [each.numbers for each in evaluations if each.numbers is not None]
    if not numbers:
        return None
    return np.asarray(np.stack(numbers).std(axis=0))

"""The level "flows": who became what, from the base's predictions to each model's."""

from __future__ import annotations

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.flows import Flows, flows_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison, prediction_names
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.rows import filtered_rows
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.shared_work import while_wanted

_NO_BASE = "The base has no predictions on this data set."
_NO_MODEL = "It has no predictions on this data set."
_NO_ANSWERS = "Its predictions are not classes or texts, which alone can become others."


def answer_flows(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.AnswerFlows:
    """Of each model the most frequent changes over the instances that the filter leaves.

    Raises:
      BadRequestError: 404, none of the models has predictions, or the filter names nothing.
    """
    comparison = comparisons.selection
    rows = filtered_rows(comparison, question.filter)
    found: list[wire.ModelFlows] = []
    for key in while_wanted(comparison.models[1:]):
        base, model = comparison.base, comparison.evaluations.get(key)
        if base is None or model is None:
            found.append(_nothing(key, _NO_BASE if base is None else _NO_MODEL))
            continue
        flows = flows_of(base, model, rows, question.limit)
        found.append(
            _nothing(key, _NO_ANSWERS) if flows is None else _flows_json(comparison, key, flows)
        )
    return {"dataset": comparison.dataset, "models": found}


def _flows_json(comparison: Comparison, key: str, flows: Flows) -> wire.ModelFlows:
    base = comparison.models[0]
    before = prediction_names(comparison, base, flows.before.tolist())
    after = prediction_names(comparison, key, flows.after.tolist())
    counts = (flows.n.tolist(), flows.broke.tolist(), flows.mended.tolist())
    merged: dict[tuple[str, str], wire.AnswerFlow] = {}
    for one, other, n, broke, mended in zip(before, after, *counts, strict=True):
        # Long texts may have the same beginning.
        nothing: wire.AnswerFlow = {"before": one, "after": other, "n": 0, "broke": 0, "mended": 0}
        flow = merged.setdefault((one, other), nothing)
        flow["n"] += n
        flow["broke"] += broke
        flow["mended"] += mended
    return {
        "key": key,
        "n": flows.answered,
        "changed": flows.all_changed,
        "broke": flows.all_broke if flows.judged else None,
        "mended": flows.all_mended if flows.judged else None,
        "pairs": flows.pairs,
        "flows": list(merged.values()),
        "rest": {
            "pairs": flows.pairs - len(flows.n),
            "n": flows.all_changed - int(flows.n.sum()),
            "broke": flows.all_broke - int(flows.broke.sum()),
            "mended": flows.all_mended - int(flows.mended.sum()),
        },
        "reason": None,
    }


def _nothing(key: str, reason: str) -> wire.ModelFlows:
    return {
        "key": key,
        "n": 0,
        "changed": 0,
        "broke": None,
        "mended": None,
        "pairs": 0,
        "flows": [],
        "rest": {"pairs": 0, "n": 0, "broke": 0, "mended": 0},
        "reason": reason,
    }

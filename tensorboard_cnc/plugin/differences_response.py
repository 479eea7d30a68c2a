"""The response of the ``differences`` route."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.adjusted_effects import MetricFit
from tensorboard_cnc.analysis.differences.explanation import Shown, differences_between
from tensorboard_cnc.analysis.differences.matched_pairs import Effect, MatchedPairs
from tensorboard_cnc.analysis.differences.variables import Variable
from tensorboard_cnc.plugin.models_response import parameter
from tensorboard_cnc.plugin.questions import DifferencesQuestion, check_models
from tensorboard_cnc.plugin.responses import BadRequestError

# Of hundreds of parameters that differ nobody reads more.
_MOST_VARIABLES = 60
_MOST_METRICS = 200


def chosen_models(catalog: Catalog, question: DifferencesQuestion) -> tuple[str, ...]:
    """The keys that a question is about: those named, or all logged but those left out.

    Raises:
      BadRequestError: 404, one does not exist; 400, fewer than two models are left.
    """
    check_models(catalog, (*(question.models or ()), *(question.except_ or ())))
    keys = question.models
    if keys is None:
        left_out = set(question.except_ or ())
        keys = tuple(m.key for m in catalog.members if m.key not in left_out)
    if len(keys) < 2:
        raise BadRequestError(400, f"Name two or more models to compare, not {len(keys)}")
    return keys


def differences_response(catalog: Catalog, keys: Sequence[str]) -> wire.Differences:
    """Why the models `keys` differ."""
    found = differences_between(catalog, keys)
    explanation = found.explanation
    variables = explanation.variables[:_MOST_VARIABLES]
    ids = {variable.id for variable in variables}
    answer: wire.Differences = {
        "models": list(keys),
        "variables": [
            _variable(variable, share)
            for variable, share in zip(variables, explanation.explains, strict=False)
        ],
        "more_variables": len(explanation.variables) - len(variables),
        "x": explanation.x.id if explanation.x else None,
        "colour": explanation.colour.id if explanation.colour else None,
        "together": explanation.together,
        "replicates": found.replicates,
        "pairs": [_pairs(pairs) for pairs in found.pairs if pairs.variable in ids],
        "metrics": {
            name: _moved(fit, found.shown[name], ids)
            for name, fit in list(found.fits.items())[:_MOST_METRICS]
        },
        "first_difference": found.first_difference,
    }
    if hidden := explanation.variables[_MOST_VARIABLES:]:
        number: dict[tuple[int, ...], int] = {}
        combinations = zip(*(variable.of for variable in hidden), strict=True)
        answer["more_of"] = [number.setdefault(levels, len(number)) for levels in combinations]
    return answer


def _variable(variable: Variable, explains: float) -> wire.Variable:
    models = [0] * len(variable.levels)
    for level in variable.of:
        models[level] += 1
    found: wire.Variable = {
        "id": variable.id,
        "name": variable.name,
        "kind": variable.kind,
        "numeric": variable.numeric,
        "levels": [
            {"value": parameter(level.value), "text": level.text, "models": n}
            for level, n in zip(variable.levels, models, strict=True)
        ],
        "of": list(variable.of),
        "explains": explains,
        "joined": list(variable.joined),
    }
    if len(variable.steps) == 1:
        found["operation"], found["repeat"] = variable.steps[0]
    if variable.parameter:
        found["parameter"] = variable.parameter
    if variable.nested_in:
        found["nested_in"] = variable.nested_in
    return found


def _pairs(pairs: MatchedPairs) -> wire.MatchedPairs:
    return {
        "variable": pairs.variable,
        "before": pairs.before,
        "after": pairs.after,
        "pairs": pairs.pairs,
        "models": list(pairs.models),
        "effects": {name: _effect(effect) for name, effect in pairs.effects.items()},
    }


def _effect(effect: Effect) -> wire.Effect:
    return {
        "pairs": effect.pairs,
        "mean": effect.mean,
        "spread": effect.spread,
        "least": effect.least,
        "most": effect.most,
        "rose": effect.rose,
        "fell": effect.fell,
        "low": effect.low,
        "high": effect.high,
        "p": effect.p,
        "q": effect.q,
    }


def _moved(fit: MetricFit, shown: Shown, ids: set[str]) -> wire.MetricDifferences:
    x, colour = shown
    held = [effect for effect in fit.effects if effect.variable in ids]
    return {
        "x": x.id if x else None,
        "colour": colour.id if colour else None,
        "models": fit.models,
        "freedom": fit.freedom,
        "explained": fit.explained,
        "effects": [
            {
                "variable": effect.variable,
                "share": effect.share,
                "before": effect.before,
                "after": effect.after,
                "plain": effect.plain,
                "change": effect.change,
                "low": effect.low,
                "high": effect.high,
            }
            for effect in sorted(held, key=lambda effect: -(effect.share or 0.0))
        ],
    }

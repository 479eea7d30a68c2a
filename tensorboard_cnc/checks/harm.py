"""Whether a model harms a part of the data more than the rest, by the page's rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tensorboard_cnc import wire
from tensorboard_cnc.checks.harm_words import HarmWords, usual
from tensorboard_cnc.checks.outcome import Outcome, Verdict
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.limits.amount import Scale, read_amount
from tensorboard_cnc.results.behaviors import Behaviors
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.runs import Runs
from tensorboard_cnc.wording import shown

_SHARE = Scale(low=0.0, high=1.0)
# How much must not have stayed unseen where nobody says, of what is a share: 10 pt.
_SEE = 0.1


@dataclass(frozen=True, slots=True)
class HarmQuestion:
    """By which measure, on which data set, and how much must not have stayed unseen.

    `measure` is its id or label, by default what is right; `see` is a share of a slice's
    predictions, of scores and losses a change in the measure's unit.
    """

    see: float | None = None
    data: str | None = None
    measure: str | None = None


def typed_harm(text: str) -> float:
    """The harm that `text` names: "10 pt", "5 %", "0.1".

    Raises:
      ArgumentError: it is no amount.
    """
    amount = read_amount(text, _SHARE)
    if amount is None or not amount > 0:
        raise ArgumentError(
            f"The harm to be seen is {shown(text)}",
            "It is more than nothing: a share of a slice's predictions, or with --measure a change "
            "in its unit",
            'Write it as "10 pt", or as a number',
        )
    return amount


def judged_harm(
    runs: Runs, base: Model | None, models: Sequence[Model], question: HarmQuestion
) -> Iterator[Outcome]:
    """An outcome for each model and data set on which it and the base have predictions.

    Holds where no slice is harmed, and a slice of 100 (of the median size where there is none so
    large) that came off worse than the rest by `question.see` would have been found.

    Raises:
      ReadError: there is no such data set, or no such measure.
      ArgumentError: more than everything is to break.
    """
    if base is None:
        why = "it was made from no other model: name a base with --base"
        yield from (_unknown(model, "no harm", why) for model in models)
        return
    data = question.data
    sets = runs.compare(base, models, data=data).behaviors.datasets
    for model in models:
        both = [each for each in sets if {base.key, model.key} <= {*each["models"]}]
        both = [each for each in both if data in (None, each["key"], each["name"])]
        if not both:
            why = "it and its base have no predictions on the same data set"
            yield _unknown(model, "no harm", why)
        for each in both:
            behaviors = runs.compare(base, models, data=each["key"]).behaviors
            yield _on_data_set(behaviors, model, each["name"], question)


def _on_data_set(behaviors: Behaviors, model: Model, data: str, question: HarmQuestion) -> Outcome:
    harmed = behaviors.harm(question.measure)
    measures = behaviors.summary["measures"]
    by = next((each for each in measures if each["id"] == harmed["measure"]), None)
    words = HarmWords(by, question.measure)
    by_what = "" if question.measure is None else f" by {words.name}"
    asked = f"no harm{by_what} on {data}"
    if harmed["reason"] is not None:
        return _unknown(model, asked, harmed["reason"])
    harm = next((each for each in harmed["models"] if each["model"] == model.key), None)
    if harm is None:
        return _unknown(model, asked, "its predictions were not compared")
    if harm["harmed"] or harm["pairs_harmed"]:
        count, worst = words.harmed(harm), words.worst(harmed, model)
        return Outcome(model.id, asked, Verdict.FAILS, count, why=worst)
    seen = usual(harm)
    if seen is None:
        why = harm["reason"] or "too few to tell: no slice is large enough to show harm"
        return _unknown(model, asked, why)
    limit = _limit(behaviors, words, question)
    return _unharmed(model, asked, words, harm, seen, limit)


def _unharmed(
    model: Model,
    asked: str,
    words: HarmWords,
    harm: wire.ModelHarm,
    seen: wire.SeenHarm,
    limit: float | None,
) -> Outcome:
    """Of a model that harms nothing: whether so much harm as `limit` would have been seen."""
    holds = limit is not None and seen["share"] <= limit
    why = "" if holds else "too few to tell"
    if limit is None:
        why = "name with --see how much worse must not have stayed unseen"
    return Outcome(
        model.id,
        asked,
        Verdict.HOLDS if holds else Verdict.UNKNOWN,
        words.none_found(harm),
        interval=words.unseen(seen, limit),
        why=why,
    )


def _limit(behaviors: Behaviors, words: HarmWords, question: HarmQuestion) -> float | None:
    """How much must not have stayed unseen; None where nobody said, and it is no share."""
    if question.see is None:
        is_share = words.by is None or words.is_rate or behaviors.are_shares(words.by["id"])
        return _SEE if is_share else None
    if words.is_rate and question.see > 1:
        raise ArgumentError(
            f"The harm to be seen is {words.amount(question.see)}",
            "Of what is right it is a share of a slice's predictions, at most all",
            'Write it as "10 pt"',
        )
    return question.see


def _unknown(model: Model, asked: str, why: str) -> Outcome:
    return Outcome(model.id, asked, Verdict.UNKNOWN, why=why.rstrip("."))

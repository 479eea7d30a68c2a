"""Whether a model harms a part of the data more than the rest, by the page's rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorboard_cnc import wire
from tensorboard_cnc.checks.outcome import Outcome, Verdict
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.limits.amount import Scale, read_amount
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.runs import Runs
from tensorboard_cnc.wording import shown

# The size of a slice that is asked about where there is such a one.
_USUAL = 100
_SHARE = Scale(low=0.0, high=1.0)


def typed_harm(text: str) -> float:
    """The share of a slice, 0 to 1, that `text` names: "10 pt", "5 %", "0.1".

    Raises:
      ArgumentError: it is no share.
    """
    share = read_amount(text, _SHARE)
    if share is None or not 0 < share <= 1:
        raise ArgumentError(
            f"The harm to be seen is {shown(text)}",
            "It is a share of a slice's predictions, more than nothing and at most all",
            'Write it as "10 pt"',
        )
    return share


def judged_harm(
    runs: Runs, base: Model | None, models: Sequence[Model], see: float, data: str | None
) -> Iterator[Outcome]:
    """An outcome for each model and data set on which it and the base have predictions.

    Holds where no slice is harmed, and a slice of 100 (of the median size where there is none so
    large) in which the share `see` more broke than in the rest would have been found.

    Raises:
      ReadError: there is no such data set.
    """
    if base is None:
        why = "it was made from no other model: name a base with --base"
        yield from (_unknown(model, "", why) for model in models)
        return
    sets = runs.compare(base, models, data=data).behaviors.datasets
    for model in models:
        both = [each for each in sets if {base.key, model.key} <= {*each["models"]}]
        both = [each for each in both if data in (None, each["key"], each["name"])]
        if not both:
            yield _unknown(model, "", "it and its base have no predictions on the same data set")
        for each in both:
            harmed = runs.compare(base, models, data=each["key"]).behaviors.harmed
            yield _judged(harmed, model, each["name"], see)


def _judged(harmed: wire.HarmedSlices, model: Model, data: str, see: float) -> Outcome:
    if harmed["reason"] is not None:
        return _unknown(model, data, harmed["reason"])
    harm = next((each for each in harmed["models"] if each["model"] == model.key), None)
    if harm is None:
        return _unknown(model, data, "its predictions were not compared")
    if harm["harmed"] or harm["pairs_harmed"]:
        return _fails(harmed, harm, model, data)
    seen = next((each for each in harm["could_see"] if each["n"] == _USUAL), None)
    seen = seen or next(iter(harm["could_see"]), None)
    if seen is None:
        why = harm["reason"] or "too few to tell: no slice is large enough to show harm"
        return _unknown(model, data, why)
    value = f"{_points(seen['share'])} more broken in a slice of {seen['n']:,} would have been seen"
    holds = seen["share"] <= see
    return Outcome(
        model.id,
        _asked(data),
        Verdict.HOLDS if holds else Verdict.UNKNOWN,
        # Of a model of which nothing broke, no slice is tested.
        f"none of {harm['tested']:,} slices" if harm["tested"] else "nothing broke",
        f"≤ {_points(see)}",
        value,
        "" if holds else "too few to tell",
    )


def _fails(harmed: wire.HarmedSlices, harm: wire.ModelHarm, model: Model, data: str) -> Outcome:
    slices = f"{harm['harmed']:,} of {harm['tested']:,} slices"
    pairs = f", {harm['pairs_harmed']:,} of {harm['pairs_tested']:,} pairs"
    return Outcome(
        model.id,
        _asked(data),
        Verdict.FAILS,
        slices + (pairs if harm["pairs_harmed"] else ""),
        "none",
        "",
        _worst(harmed, model),
    )


def _worst(harmed: wire.HarmedSlices, model: Model) -> str:
    """The slice or pair in which the model lost most of those that it harmed."""
    cells = [
        (f"{each['name']} {each['text']}", each["change"], each["n"], each["flips"], each["q"])
        for each in harmed["slices"]
        if each["harmed"] and each["model"] == model.key
    ] + [
        (" · ".join(each["texts"]), each["change"], each["n"], each["flips"], each["q"])
        for each in harmed["pairs"]
        if each["harmed"] and each["model"] == model.key
    ]
    if not cells:
        return ""
    name, change, n, broke, q = min(cells, key=lambda cell: cell[1])
    corrected = "" if q is None else f", q {q:.2g}"
    return f"{name}: {broke:,} of {n:,} broke, lost {_points(-change)}{corrected}"


def _unknown(model: Model, data: str, why: str) -> Outcome:
    return Outcome(model.id, _asked(data), Verdict.UNKNOWN, why=why.rstrip("."))


def _asked(data: str) -> str:
    return f"no harm on {data}" if data else "no harm"


def _points(share: float) -> str:
    return f"{share * 100:.3g} pt"

"""Every answer of a report, those first that are worth most: the one list to extend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from tensorboard_cnc import wire
from tensorboard_cnc.reports.answers import Answers
from tensorboard_cnc.reports.behaviors_asked import BehaviorsAsked
from tensorboard_cnc.reports.layers_asked import LayersAsked
from tensorboard_cnc.reports.subjects import MOST_COLOURS, Compared


def ask_all(
    answers: Answers,
    compared: Compared,
    put_forward: tuple[str, ...],
    steps: Sequence[tuple[str, str]],
    with_instances: bool,
) -> list[wire.InstancePage]:
    """Asks for everything that a report holds; returns the pages of instances among it."""
    base, keys = compared.base.key, tuple(model.key for model in compared.models)
    logged = cast(wire.Models, answers.ask("models", "models"))["models"]
    for selected in (keys, (base, *keys)):
        if len(selected) > 1:
            answers.ask("differences", "differences", models=",".join(selected))

    def behaviors(models: tuple[str, ...], dataset: str | None = None) -> BehaviorsAsked:
        return BehaviorsAsked(answers, base, models, with_instances, dataset)

    selection, alone = behaviors(keys), behaviors(())
    layers = LayersAsked(answers, base, keys)
    nothing = LayersAsked(answers, base, ())
    for part in (selection, layers, alone, nothing):
        part.opening()
    for key in (base, *keys):
        if any(each["key"] == key and "sensitivity" in each["logged"] for each in logged):
            answers.ask("what layers bear", "sensitivity", model=key)
    behaviors(put_forward).glance()
    pairs = [(key,) for key in keys[:MOST_COLOURS]]
    one_by_one = [behaviors(pair) for pair in pairs]
    for pair, beside in zip(pairs, one_by_one, strict=True):
        beside.glance()
        LayersAsked(answers, base, pair).glance()
    if len(keys) == 2:
        # The page says how far their answers are apart.
        for one, other in (keys, keys[::-1]):
            BehaviorsAsked(answers, one, (other,), with_instances).glance()
    for before, after in steps:
        # What each step of a recipe did, on the card of two models.
        BehaviorsAsked(answers, before, (after,), with_instances).glance()
        LayersAsked(answers, before, (after,)).glance()
    selection.thumbnails()
    layers.rows()
    selection.details()
    selection.kept_and_broken()
    selection.sorts()
    layers.measures()
    others = [behaviors(keys, dataset) for dataset in _further(selection.summary)]
    for further in (*one_by_one, *others):
        further.opening()
    for pair in pairs:
        LayersAsked(answers, base, pair).opening()
    selection.measures()
    all_of_them = (selection, alone, *one_by_one, *others)
    for each in all_of_them:
        each.thumbnails()
    return [page for each in all_of_them for page in each.pages]


def _further(summary: wire.BehaviorSummary | None) -> Iterable[str]:
    """The data sets beside the first."""
    return [each["key"] for each in summary["datasets"][1:]] if summary else ()

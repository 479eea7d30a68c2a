"""What a report asks of predictions: the questions that the Behaviors place puts.

Whoever has that place ask for something new adds it here; a browser test walks through the places
of a report and fails for every answer that is not inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from tensorboard_cnc import wire
from tensorboard_cnc.reports.answers import Answers

# What the panel shows of a list: two pages of instances, one of slices.
ROWS = 200
_PAGE = {"instances": 100, "slices": 200}
# Those whose instances are inside, of all that were harmed or broke most.
_MOST_HARMED = 30
_MOST_LEVELS = 40
# As the panel asks: how many changes are drawn, and how many instances a slice has that is listed.
_MOST_FLOWS = "16"
_LEAST = "30"
_FLIPS: tuple[wire.Flip, ...] = ("negative", "positive", "changed_wrong", "changed")
_RIGHT = "correct"
# Parts of a report, as they are told.
_OPENING = "first views of predictions"
_MEASURES = "views of predictions by other measures"

Parameters = Mapping[str, str | None]


@dataclass
class BehaviorsAsked:
    """The questions about a base and models on one data set; None is the first."""

    answers: Answers
    base: str
    models: tuple[str, ...]
    with_instances: bool
    dataset: str | None = None
    # The pages of instances that were answered.
    pages: list[wire.InstancePage] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = self._ask(_OPENING, "summary")
        self.summary = cast(wire.BehaviorSummary | None, found)
        self.logged = found is not None and found["dataset"] is not None
        self._harmed: wire.HarmedSlices | None = None

    def opening(self) -> None:
        """What the place shows at first, by each attribute, what broke and what was forgotten."""
        if not self.logged:
            return
        self._view({}, _OPENING)
        if not self.with_instances:
            return
        for family in ("selection", "descendants"):
            self._instances("forgotten instances", "forgotten", family=family)
        for model in self.models:
            self._filtered([_flip(model, self._broken_by(model))])

    def glance(self) -> None:
        """What is said of one model beside others."""
        if self.logged and self.models:
            self._ask(_OPENING, "harmed")

    def details(self) -> None:
        """Each instance of the first list, in full."""
        first = self.pages[: ROWS // _PAGE["instances"]]
        for instance in [str(id) for page in first for id in page["ids"]]:
            self._ask("details of instances", "instance", id=instance)

    def thumbnails(self) -> None:
        for page in self.pages:
            for id, has_image in zip(page["ids"], page.get("images", ()), strict=False):
                if has_image:
                    named = {"dataset": page["dataset"], "id": str(id)}
                    self.answers.ask("images", "instance_media", **named)

    def kept_and_broken(self) -> None:
        """Instances by slice, by what became of them, and of the slices that came off worse."""
        if not self.logged or not self.with_instances:
            return
        for model in self.models:
            for flip in _FLIPS:
                self._filtered([_flip(model, flip)])
        for harmed in self._worst():
            slices = [_slice(by, level) for by, level in harmed.slices]
            self._broken(harmed.model, slices)
            self._filtered(slices)
        for dimension in self._dimensions():
            for level in range(min(len(dimension["levels"]), _MOST_LEVELS)):
                self._filtered([_slice(dimension["id"], level)])

    def sorts(self) -> None:
        """The same lists by everything that they can be sorted by."""
        if not self.logged:
            return
        changes = [sort for key in self.models for sort in _signed(f"change:{key}")]
        values = [sort for key in (self.base, *self.models) for sort in _signed(f"value:{key}")]
        harms = [f"harm:{key}" for key in self.models]
        for dimension in self._dimensions():
            for sort in ("harm", "-n", "level", *harms, *changes, *values[:2]):
                self._slices("sorted slices", dimension, {}, sort)
        if self.with_instances:
            for order in (None, "order", "label", "-disagreement", *changes, *values):
                self._instances("sorted instances", "instances", sort=order)

    def measures(self) -> None:
        """The first view by every measure, and of the one that is shown first in every form."""
        if not self.logged or self.summary is None:
            return
        shown = _measure(self.summary)
        for form in shown["forms"] if shown else ():
            self._view({"form": form}, _MEASURES)
        for measure in self.summary["measures"]:
            self._view({"measure": measure["id"]}, _MEASURES)

    def _view(self, choice: Parameters, part: str) -> None:
        """Summary, harm, changes, slices by each attribute and the first instances."""
        summary = self._ask(part, "summary", **choice)
        if summary is None:
            return
        if self.models:
            harmed = self._ask(part, "harmed", measure=_harm_measure(summary))
            self._harmed = self._harmed or cast(wire.HarmedSlices | None, harmed)
            # Of texts that are predicted, each is some instance's own.
            if self.with_instances or summary["kind"] in ("classes", "multi-label"):
                self._ask(part, "flows", limit=_MOST_FLOWS)
        for dimension in (None, *summary["dimensions"]):
            self._slices(part, dimension, choice, None)
        if self.with_instances:
            sort = _first_sort(summary, self.models, "instances")
            self._instances(part, "instances", sort=sort, **choice)

    def _slices(
        self, part: str, dimension: wire.Dimension | None, choice: Parameters, sort: str | None
    ) -> None:
        """Slices by a dimension, else by the first; without a sort as they are shown at first."""
        assert self.summary is not None
        shown = dimension or next(iter(self.summary["dimensions"]), None)
        by = None if dimension is None else _json([dimension["id"]])
        # Lines go on over what has few instances, and over levels in their order.
        numeric = shown is not None and shown["numeric"]
        first = "level" if numeric else _first_sort(self.summary, self.models, "slices")
        page = {"offset": "0", "limit": str(_PAGE["slices"])}
        for least in (None,) if numeric else (_LEAST,) if sort else (_LEAST, None):
            self._ask(part, "slices", by=by, sort=sort or first, least=least, **choice, **page)

    def _instances(self, part: str, level: str, **parameters: str | None) -> None:
        rows = _PAGE["instances"]
        for offset in range(0, ROWS, rows):
            page = {"offset": str(offset), "limit": str(rows)}
            found = self._ask(part, level, **parameters, **page)
            if found is None:
                return
            self.pages.append(found)
            if offset + rows >= found["n"]:
                return

    def _broken(self, model: str, slices: Sequence[Parameters]) -> None:
        """What the page shows behind a slice that a model harmed."""
        by = _harm_by(self._harmed, self.summary)
        if by is None:
            self._filtered([*slices, _flip(model, "negative")])
            return
        sign = "-" if by["goal"] == "min" else ""
        self._filtered(slices, sort=f"{sign}change:{model}", measure=by["id"])

    def _filtered(
        self,
        conditions: Sequence[Parameters],
        *,
        sort: str | None = None,
        measure: str | None = None,
    ) -> None:
        assert self.summary is not None
        choice = {"filter": _json(conditions), "measure": measure}
        if self._ask("filtered instances", "summary", **choice) is not None:
            sort = sort or _first_sort(self.summary, self.models, "instances")
            self._instances("filtered instances", "instances", sort=sort, **choice)
        if self.models:
            # The page shows all that a model changed beside what is kept of its changes.
            of_slices = [each for each in conditions if each["kind"] == "slice"]
            for kept in (of_slices, conditions):
                filter = _json(kept) if kept else None
                # What became what is the same by any measure.
                self._ask("filtered instances", "flows", filter=filter, limit=_MOST_FLOWS)

    def _broken_by(self, model: str) -> wire.Flip:
        """As the panel's `brokenBy`."""
        sides = self.summary["models"] if self.summary else []
        own = next((side for side in sides if side["key"] == model), None)
        return "negative" if own and own["outcomes"] else "changed"

    def _worst(self) -> Iterator[_Harmed]:
        """Slices and pairs that the page leads to, the harmed ones first."""
        if self._harmed is None:
            return
        slices = sorted(self._harmed["slices"], key=lambda each: not each["harmed"])
        for slice in slices[:_MOST_HARMED]:
            yield _Harmed(slice["model"], ((slice["by"], slice["level"]),))
        for pair in self._harmed["pairs"][:_MOST_HARMED]:
            yield _Harmed(pair["model"], tuple(zip(pair["by"], pair["levels"], strict=True)))

    def _dimensions(self) -> Iterable[wire.Dimension]:
        return self.summary["dimensions"] if self.summary else ()

    def _ask(self, part: str, level: str, **parameters: str | None) -> Any | None:
        models = ",".join(self.models) or None
        named = {"base": self.base, "models": models, "dataset": self.dataset}
        return self.answers.ask(part, "behaviors", level=level, **named, **parameters)


@dataclass(frozen=True, slots=True)
class _Harmed:
    model: str
    slices: tuple[tuple[str, int], ...]


def _signed(sort: str) -> tuple[str, str]:
    return sort, f"-{sort}"


def _slice(by: str, level: int) -> dict[str, Any]:
    return {"kind": "slice", "by": by, "level": level}


def _flip(model: str, flip: wire.Flip) -> dict[str, Any]:
    return {"kind": "flip", "model": model, "flip": flip}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _measure(summary: wire.BehaviorSummary) -> wire.BehaviorMeasure | None:
    found = (each for each in summary["measures"] if each["id"] == summary["measure"])
    return next(found, None)


def _harm_measure(summary: wire.BehaviorSummary) -> str | None:
    """As the panel's `harmMeasure`."""
    shown = _measure(summary)
    if shown is None or shown["id"] == _RIGHT or shown["pairwise"] or shown["goal"] is None:
        return None
    return shown["id"]


def _harm_by(
    harmed: wire.HarmedSlices | None, summary: wire.BehaviorSummary | None
) -> wire.BehaviorMeasure | None:
    """As the panel's `harmBy`."""
    if harmed is None or summary is None or harmed["measure"] == _RIGHT:
        return None
    found = (each for each in summary["measures"] if each["id"] == harmed["measure"])
    return next(found, None)


def _first_sort(summary: wire.BehaviorSummary, models: Sequence[str], rows: str) -> str | None:
    """As the panel's `firstSort`: by the loss of the model that lost most, else by disagreement."""
    shown = _measure(summary)
    goal = shown["goal"] if shown else None
    losses = {
        model["key"]: {"max": -change, "min": change, None: abs(change)}[goal]
        for model in summary["models"]
        if model["key"] in models
        and model["change"] is not None
        and (change := model["change"]["value"]) is not None
    }
    if not losses:
        predicted = any(model["agreement"] for model in summary["models"])
        return "-disagreement" if predicted and rows != "slices" else None
    worst = max(losses, key=lambda key: losses[key])
    if rows == "slices":
        return f"harm:{worst}" if len(losses) > 1 else None
    if goal is None:
        return None
    return f"{'' if goal == 'max' else '-'}change:{worst}"

"""How harm is said: of what is right in points, of scores and losses in their own unit."""

from __future__ import annotations

from typing import NamedTuple

from tensorboard_cnc import wire
from tensorboard_cnc.results.models import Model

_RIGHT = "correct"
# The size of a slice that words name where there is such a one.
_USUAL = 100


class _Cell(NamedTuple):
    name: str
    # How much worse, the larger the worse.
    loss: float
    found: wire.HarmedSlice | wire.HarmedPair


class HarmWords:
    """Of harm that was looked for by one measure; `by` is None where that is what is right.

    The measure is called as it was `asked` for, else by its label.
    """

    def __init__(self, by: wire.BehaviorMeasure | None, asked: str | None = None) -> None:
        self.by = None if by is None or by["id"] == _RIGHT else by
        label = self.by["label"] if self.by else ""
        self.name = label if asked is None else asked.removeprefix("score/")

    @property
    def is_rate(self) -> bool:
        """Whether every instance is right or wrong."""
        return self.by is None or self.by["rate"]

    def amount(self, size: float) -> str:
        """As "10 pt", or "0.1 nats"."""
        if self.is_rate:
            return f"{size * 100:.3g} pt"
        return f"{size:.3g} {self.by['unit'] if self.by else ''}".rstrip()

    def none_found(self, harm: wire.ModelHarm) -> str:
        """As "none of 29 slices is harmed": where nothing broke no slice is tested."""
        left = harm["pairs_left_out"]
        unsearched = f", without {_counted(left, 'pair')} of attributes" if left else ""
        nothing = "nothing broke" if self.by is None else "nothing came off worse"
        none = f"none of {_counted(harm['tested'], 'slice')} is harmed"
        return (none if harm["tested"] else nothing) + unsearched

    def unseen(self, seen: wire.SeenHarm, asked: float | None) -> str:
        """What would have been found, four times of five, and what was asked for."""
        size = self.amount(seen["share"])
        worse = f"{size} more broken" if self.by is None else f"{self.name} worse by {size}"
        against = "" if asked is None else f", {self.amount(asked)} asked"
        return f"{worse} in a slice of {seen['n']:,} would have been seen{against}"

    def harmed(self, harm: wire.ModelHarm) -> str:
        """As "1 of 5 slices and 2 of 6 pairs are harmed"."""
        slices = f"{harm['harmed']:,} of {_counted(harm['tested'], 'slice')}"
        pairs = f" and {harm['pairs_harmed']:,} of {_counted(harm['pairs_tested'], 'pair')}"
        one = harm["harmed"] == 1 and not harm["pairs_harmed"]
        both = slices + (pairs if harm["pairs_harmed"] else "")
        return f"{both} {'is' if one else 'are'} harmed"

    def worst(self, harmed: wire.HarmedSlices, model: Model) -> str:
        """The slice or pair in which the model lost most of those that it harmed."""
        cells = [
            _Cell(f"{each['name']} {each['text']}", self._loss(each), each)
            for each in harmed["slices"]
        ] + [_Cell(" · ".join(each["texts"]), self._loss(each), each) for each in harmed["pairs"]]
        cells = [
            each for each in cells if each.found["harmed"] and each.found["model"] == model.key
        ]
        if not cells:
            return ""
        name, loss, found = max(cells, key=lambda cell: cell.loss)
        corrected = "" if found["q"] is None else f", q {found['q']:.2g}"
        return f"{name}: {self._lost(found, loss)}{corrected}"

    def _loss(self, found: wire.HarmedSlice | wire.HarmedPair) -> float:
        costs = self.by is not None and self.by["goal"] == "min"
        return found["change"] if costs else -found["change"]

    def _lost(self, found: wire.HarmedSlice | wire.HarmedPair, loss: float) -> str:
        of = f"{found['flips']:,} of {found['n']:,}"
        if self.by is None:
            return f"{of} broke, lost {self.amount(loss)}"
        return f"{self.name} worse by {self.amount(loss)}, in {of}"


def usual(harm: wire.ModelHarm) -> wire.SeenHarm | None:
    """What would have been seen in a slice of 100; of the median size where there is none such."""
    sizes = harm["could_see"]
    return next((each for each in sizes if each["n"] == _USUAL), next(iter(sizes), None))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"

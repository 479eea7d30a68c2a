"""Whatever was logged, every question has an answer or a refusal that says why."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

from tensorboard_cnc.plugin.questions import BehaviorsLevel
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.records.instances import Dataset, Kind, Predictions
from tensorboard_cnc.wire import Flip, Form
from tests.plugin.behaviors.evaluated import Evaluated, keys

CLASSES = ("cat", "dog", "<b>eel</b>")
SORTS = {"instances": "-disagreement", "forgotten": "votes", "slices": "n"}
ODD = np.array([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 0, 0, 1, 1, 0.5])
WORDS = ("", "a", "<script>", "\ud800", "e" * 3000)


class Chance:
    """Draws records and questions of every shape."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._usual: Kind = self.one_of(*get_args(Kind))

    def kind(self) -> Kind:
        """Mostly that of the others."""
        found: Kind = self._usual if self.rng.random() < 0.8 else self.one_of(*get_args(Kind))
        return found

    def one_of(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def maybe(self, value: Any) -> Any:
        return value if self.rng.random() < 0.7 else None

    def codes(self, n: int, dtype: Any = np.int32) -> Any:
        return self.rng.integers(-1, 2, n).astype(dtype)

    def numbers(self, n: int, dtype: Any = np.float64) -> Any:
        with np.errstate(over="ignore"):
            drawn = np.where(
                self.rng.random(n) < 0.5, self.rng.choice(ODD, n), self.rng.normal(size=n)
            )
            return drawn.astype(dtype)

    def shares(self, *shape: int) -> Any:
        drawn = self.rng.random(shape).astype(np.float32)
        return np.where(self.rng.random(shape) < 0.2, self.one_of(0, 1, np.nan), drawn)

    def texts(self, n: int) -> tuple[str, ...]:
        return tuple(WORDS[i] for i in self.rng.integers(len(WORDS), size=n))

    def ids(self) -> Any:
        numbers = self.rng.permutation(13)[: self.rng.integers(6, 14)]
        if self.rng.random() < 0.9:
            return numbers
        return np.array([f"<{number}>" * self.one_of(1, 90) for number in numbers], object)

    def dataset(self) -> Dataset:
        n, kind = 13, self.kind()
        return Dataset(
            "test",
            np.arange(n),
            kind,
            "f",
            self.one_of((), CLASSES),
            self.maybe(self.codes(n)) if kind == "classes" else None,
            self.rng.random((n, 3)) < 0.5 if kind == "multi-label" else None,
            self.maybe(self.numbers(n)) if kind == "numbers" else None,
            self.maybe(self.texts(n)),
            self.maybe(self.texts(n)),
            attributes={"size": self.numbers(n), "side": (self.codes(n) % 2, ("l", "<r>"))},
        )

    def predictions(self, name: str) -> Predictions:
        ids, kind = self.ids(), self.kind()
        n = len(ids)
        named = kind in ("classes", "multi-label")
        vectors = self.maybe(self.shares(n, 3)) if named else None
        return Predictions(
            name,
            "test",
            ids,
            kind,
            self.one_of((), CLASSES, CLASSES[::-1]) if named else (),
            self.one_of("", "f", "g"),
            predicted=self.codes(n) if kind == "classes" else None,
            memberships=self.rng.random((n, 3)) < 0.5 if kind == "multi-label" else None,
            numbers=self.numbers(n) if kind == "numbers" else None,
            outputs=self.texts(n) if kind == "texts" else None,
            correct=self.maybe(self.codes(n, np.int8)),
            confidence=self.maybe(self.shares(n)),
            true_probability=self.maybe(self.shares(n)),
            vectors=vectors,
            vector_rows=None if vectors is None else np.arange(n),
            scores=self.one_of({}, {"EM": self.numbers(n, np.float32)}),
        )

    def condition(self, dimensions: list[str], measures: list[str]) -> dict[str, Any]:
        model = {"model": self.one_of(keys("base"), keys("model"))}
        ends = {"low": self.one_of(None, -0.5, 0.5), "high": self.one_of(None, 0.7, 1)}
        form = {"form": self.one_of(*get_args(Form))}
        found: dict[str, Any] = self.one_of(
            {"kind": "text", "text": self.one_of("", "E", "<")},
            {"kind": "flip", **model, "flip": self.one_of(*get_args(Flip))},
            {"kind": "range", **model, "measure": self.one_of(*measures), **form, **ends},
            {"kind": "change", **model, "before": self.one_of("cat", ""), "after": "dog"},
            {"kind": "slice", "by": self.one_of(*dimensions, "label"), "level": 0},
        )
        return found


def log(chance: Chance) -> Evaluated:
    found = Evaluated()
    if chance.rng.random() < 0.7:
        found.dataset(chance.dataset())
    parents: tuple[str, ...] = ()
    for name in ("base", "model", "third"):
        found.model(name, *parents)
        parents = (name,)
        if chance.rng.random() < 0.9:
            found.predictions(chance.predictions(name))
    return found


def refusal(found: Evaluated, arguments: dict[str, Any]) -> BadRequestError | None:
    """Why a question is refused; None where it is answered."""
    try:
        found.ask(**arguments)
    except BadRequestError as refused:
        return refused
    return None


@pytest.mark.parametrize("seed", range(150))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_question_is_answered_or_refused(seed: int) -> None:
    chance = Chance(seed)
    found = log(chance)
    subject = {"base": keys("base"), "models": keys("model", "third")}
    summary = found.ask(**subject)
    measures = [each["id"] for each in summary["measures"]] or [""]
    dimensions = [each["id"] for each in summary["dimensions"]]
    for level in get_args(BehaviorsLevel):
        for _ in range(3):
            conditions = [chance.condition(dimensions, measures)] * chance.rng.integers(2)
            refused = refusal(
                found,
                {
                    **subject,
                    "level": level,
                    "measure": chance.one_of(*measures),
                    "form": chance.one_of(*get_args(Form)),
                    "id": str(chance.rng.integers(13)),
                    "family": chance.one_of("selection", "descendants"),
                    "sort": chance.one_of("", f"-change:{keys('base')}", SORTS.get(level, "")),
                    "filter": conditions,
                    "by": dimensions[: chance.rng.integers(3)] if level == "slices" else [],
                },
            )
            assert refused is None or (refused.status in (400, 404) and refused.error)

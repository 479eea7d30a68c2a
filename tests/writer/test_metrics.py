"""What a script measured is what is stored, and nothing else is taken."""

from __future__ import annotations

import math
import random
import socket
import tempfile
from collections import deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, CncWarning
from tensorboard_cnc.records.models import Metrics, Problems
from tensorboard_cnc.writer import policy
from tests.writer.logged import all_of, logged, measured, only, values

NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"]),
    min_size=1,
    max_size=30,
)
VALUES = st.floats() | st.integers(-(2**1000), 2**1000) | st.lists(st.floats(), min_size=1)


@settings(max_examples=50)
@given(st.dictionaries(NAMES, VALUES, min_size=1), st.none() | st.integers(-(2**63), 2**63 - 1))
def test_numbers_come_back_as_they_were(numbers: dict[str, Any], step: int | None) -> None:
    with tempfile.TemporaryDirectory() as logdir:
        with cnc_summary.model(logdir, "m") as model:
            model.metrics(numbers, step=step)
        found = measured(Path(logdir))
    for name, value in numbers.items():
        expected = value if isinstance(value, list) else [value]
        np.testing.assert_array_equal(found[name].repeats, [float(number) for number in expected])
        assert found[name].step == step


@pytest.mark.parametrize(
    ("value", "repeats"),
    [
        (np.float32(0.5), (0.5,)),
        (np.int64(3), (3.0,)),
        (np.array(2.5), (2.5,)),
        (np.arange(3), (0.0, 1.0, 2.0)),
        (torch.tensor(0.25), (0.25,)),
        (torch.tensor([1, 2]), (1.0, 2.0)),
        (torch.tensor(0.5, dtype=torch.bfloat16), (0.5,)),
        (torch.nn.Parameter(torch.tensor(0.5)), (0.5,)),
        ([np.float16(1), torch.tensor(2.0), 3], (1.0, 2.0, 3.0)),
        ((1, 2), (1.0, 2.0)),
        (deque([1, 2]), (1.0, 2.0)),
        (range(2), (0.0, 1.0)),
        (Decimal("0.5"), None),
        (Fraction(1, 4), (0.25,)),
        (-0.0, (-0.0,)),
        (2**62, (2.0**62,)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_kinds_of_numbers(value: Any, repeats: tuple[float, ...] | None, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        if repeats is None:
            with pytest.raises(ArgumentError, match=r"Convert it with float\(\.\.\.\)"):
                model.metrics({"x": value})
            return
        model.metrics({"x": value})
    assert list(map(str, values(tmp_path)["x"])) == list(map(str, repeats))


class EagerTensor:
    """As TensorFlow's: no tolist, but numpy()."""

    def numpy(self) -> Any:
        return np.array([1.0, 2.0])


def test_a_tensor_that_only_numpy_understands(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"x": EagerTensor()})
    assert values(tmp_path) == {"x": (1.0, 2.0)}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0.93", r'"x" is \'0.93\' of type str. A metric is a number, .* Convert it with float'),
        (True, "True of type bool. .* Pass int"),
        (np.True_, "of type numpy.bool.* Pass int"),
        (torch.tensor([True]), r"tensor\(\[True\]\) of type torch.Tensor.* Pass int"),
        ([], "is an empty list. A list holds one number per repetition. Leave"),
        (np.array([]), "is an empty ndarray"),
        ([[1.0]], 'Log one metric per row, for example "recall/class 0"'),
        (np.ones((2, 2)), "one-dimensional array .* Log one metric per row"),
        ([1.0, None], r"\[1.0, None\] of type list. .* Leave a metric that"),
        ({"p": 1}, 'Log one metric per entry, for example "rouge/1"'),
        (1j, "1j of type complex. .* Convert it"),
        (b"1", "of type bytes"),
        (10**400, "The greatest number that can be stored is 1.8e308. Log it in a larger unit"),
        ((n for n in [1]), "generator"),
        (torch.nn.Linear, "of type type"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_that_are_refused(value: Any, message: str, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        with pytest.raises(ArgumentError, match=f"(?s){message}"):
            model.metrics({"good": 1.0, "x": value})
        assert all_of(Metrics, tmp_path) == [], "nothing of a refused call is logged"


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ([("a", 1)], "It takes a mapping of names to numbers. Write m.metrics"),
        (0.5, "metrics was given 0.5 of type float"),
        ({"": 1}, "metric name is empty"),
        ({1: 1}, "metric name 1 is of type int"),
        ({"a\tb": 1}, "contains"),
        ({"x" * 1001: 1}, "has 1,001 characters"),
    ],
)
def test_names_that_are_refused(metrics: Any, message: str, tmp_path: Path) -> None:
    with (
        cnc_summary.model(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match=message),
    ):
        model.metrics(metrics)


@pytest.mark.parametrize("step", [7, np.int64(7), np.array(7), torch.tensor(7)])
def test_steps(step: Any, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"x": 1}, step=step)
    assert measured(tmp_path)["x"].step == 7


@pytest.mark.parametrize("step", [1.0, "3", True, 2**63, -(2**63) - 1])
def test_steps_that_are_refused(step: Any, tmp_path: Path) -> None:
    with (
        cnc_summary.model(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match=r"whole number of at most 64 bits.*step=int\(epoch\)"),
    ):
        model.metrics({"x": 1}, step=step)


def test_later_calls_merge_and_replace(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"accuracy": 0.1, "size": 5}, step=1)
        model.metrics({"accuracy": 0.2}, step=2)
        model.metrics({})
    found = measured(tmp_path)
    assert [(m.name, m.repeats, m.step) for m in found.values()] == [
        ("accuracy", (0.2,), 2),
        ("size", (5.0,), 1),
    ]
    assert found["size"].logged_us < found["accuracy"].logged_us
    assert {m.host for m in found.values()} == {socket.gethostname()}


def test_nan_and_infinities_are_values(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": math.nan, "b": [math.inf, -math.inf]})
    found = values(tmp_path)
    assert math.isnan(found["a"][0])
    assert found["b"] == (math.inf, -math.inf)


def test_a_refused_call_leaves_what_was_logged_before(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1})
        with pytest.raises(ArgumentError, match="At most 16,777,216"):
            model.metrics({"a": np.random.default_rng(0).random(3_000_000)})
        model.metrics({"b": 2})
    assert values(tmp_path) == {"a": (1.0,), "b": (2.0,)}


def test_the_steps_of_events_grow(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        for number in range(50):
            model.metrics({"a": number})
    steps = [entry.step for entry in logged(tmp_path)]
    assert len(steps) == 52
    assert steps == sorted(set(steps))


def random_states() -> tuple[Any, ...]:
    return random.getstate(), repr(np.random.get_state()), torch.get_rng_state().tolist()


def test_random_states_stay_as_they_were(tmp_path: Path) -> None:
    before = random_states()
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1})
    assert random_states() == before


@pytest.mark.parametrize("text", ["N/A", "n/a", " NA "])
def test_what_a_harness_does_not_know_is_not_logged(text: str, tmp_path: Path) -> None:
    policy._warned.clear()
    with (
        cnc_summary.model(tmp_path, "m") as model,
        pytest.warns(CncWarning, match='The metric "stderr" is .*counts as not logged'),
    ):
        model.metrics({"acc": 0.5, "stderr": text})
    assert values(tmp_path) == {"acc": (0.5,)}
    assert 'The metric "stderr"' in only(Problems, tmp_path).problems[0].message

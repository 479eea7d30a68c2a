"""Operations keep the values of their parameters, with their types."""

from __future__ import annotations

import enum
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import ModelCard, Operation
from tests.writer.logged import only


class Scope(enum.Enum):
    GLOBAL = 1


class Level(enum.IntEnum):
    HIGH = 3


class Method(enum.StrEnum):
    L1 = "l1-norm"


def parameter(value: Any) -> Any:
    return cnc_summary.operation("op", x=value).parameters["x"]


_int64 = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | _int64 | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda items: st.lists(items, max_size=4).map(tuple),
    max_leaves=10,
)


@settings(max_examples=50)
@given(st.dictionaries(st.text("abcXYZ_ é%/", min_size=1), VALUES))
def test_parameters_come_back_with_their_types_and_order(parameters: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as logdir:
        operation = cnc_summary.operation("op", **parameters)
        cnc_summary.model(logdir, "m", operation=operation).close()
        stored = only(ModelCard, Path(logdir)).operation
    assert stored == Operation("op", parameters)
    assert repr(list(stored.parameters.items())) == repr(list(parameters.items()))


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ([1, [2, "a"]], (1, (2, "a"))),
        (range(3), (0, 1, 2)),
        (torch.Size([1, 2]), (1, 2)),
        (np.float32(0.5), 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.array([1, 2]), (1, 2)),
        (np.str_("a"), "a"),
        (torch.tensor(3), 3),
        (torch.tensor([0.5]), (0.5,)),
        (torch.float16, "torch.float16"),
        (torch.per_channel_affine, "torch.per_channel_affine"),
        (torch.device("cpu"), "cpu"),
        (np.dtype("int8"), "int8"),
        (np.float32, "float32"),
        (Scope.GLOBAL, "GLOBAL"),
        (Level.HIGH, "HIGH"),
        (Method.L1, "l1-norm"),
        (Path("a/b"), str(Path("a/b"))),
        (nn.Linear, "Linear"),
        (torch.relu, "relu"),
        (nn.functional.gelu, "gelu"),
        (test_parameters_come_back_with_their_types_and_order.__class__, "function"),
        ("a\udc80", "a\\udc80"),
        ([torch.int8, None], ("torch.int8", None)),
        ((), ()),
        (2**63 - 1, 2**63 - 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_stands_for_a_value(value: Any, stored: Any) -> None:
    assert (parameter(value), type(parameter(value))) == (stored, type(stored))


def nested(depth: int) -> Any:
    inner: Any = 1
    for _ in range(depth):
        inner = [inner]
    return inner


def test_lists_in_lists() -> None:
    assert parameter(nested(8)) == ((((((((1,),),),),),),),)
    with pytest.raises(ArgumentError, match=r"inside 8 lists\. Lists are at most 8 deep\. Pass"):
        parameter(nested(9))
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ArgumentError, match="at most 8 deep"):
        parameter(endless)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": 1}, "parameter x is {'a': 1} of type dict. A parameter is .* entries as separate"),
        ({1, 2}, "of type set. .* Pass it in a fixed order, with sorted"),
        (b"x", "of type bytes"),
        (1j, "of type complex"),
        (2**63, "9223372036854775808. An integer has at most 64 bits. Pass it as a text"),
        (np.uint64(2**63), "at most 64 bits"),
        (object(), r"of type object. .* Pass a text that names it, such as type\(...\).__name__"),
        (lambda x: x, "<lambda> .* of type function"),
        (nn.Linear(2, 2), "of type torch.nn.modules.linear.Linear"),
        ([1, {}], "parameter x is {} of type dict"),
    ],
)
def test_values_that_are_refused(value: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        parameter(value)


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 1001, 3])
def test_names_that_are_refused(name: Any) -> None:
    with pytest.raises(ArgumentError, match=r"The operation name .* 1 to 1,000 printable"):
        cnc_summary.operation(name)


def test_a_parameter_may_be_called_name() -> None:
    assert cnc_summary.operation("op", name="x").parameters == {"name": "x"}
    with pytest.raises(ArgumentError, match="parameter name is empty"):
        cnc_summary.operation("op", **{"": 1})

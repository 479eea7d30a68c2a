from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.imports.checkpoints.add_model import typed_parameters


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("4", 4),
        ("-1e-3", -0.001),
        ("true", True),
        ("False", False),
        ("null", None),
        ("None", None),
        ("[1, 2]", (1, 2)),
        ('["a", "b"]', ("a", "b")),
        ('"0.5"', "0.5"),
        ("global", "global"),
        ("a=b", "a=b"),
        ("", ""),
        ("NaN", "NaN"),
        ('{"a": 1}', '{"a": 1}'),
        ("1_000", "1_000"),
    ],
)
def test_values_have_their_types(text: str, value: Any) -> None:
    (found,) = typed_parameters([f"amount={text}"]).values()
    assert found == value
    assert type(found) is type(value)


def test_several_keep_their_order() -> None:
    assert list(typed_parameters(["b=1", "a=2"]).items()) == [("b", 1), ("a", 2)]


@pytest.mark.parametrize("text", ["amount", "=1", ""])
def test_what_is_no_parameter(text: str) -> None:
    with pytest.raises(ArgumentError, match=r"is not of the form name=value.*after the checkpoint"):
        typed_parameters([text])


def test_names_come_once() -> None:
    with pytest.raises(ArgumentError, match='"a" is given twice'):
        typed_parameters(["a=1", "a=2"])


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_every_value_can_be_logged(text: str) -> None:
    cnc_summary.operation("prune", **typed_parameters([f"amount={text}"]))

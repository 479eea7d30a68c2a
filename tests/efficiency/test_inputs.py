"""Every form of example inputs, and what a model says to wrong ones."""

from __future__ import annotations

import re
from collections import UserDict
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.inputs import Inputs
from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.errors import ArgumentError
from tests.efficiency.compressed import dense


class Mixer(nn.Module):
    """A model with several arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(10, 4)
        self.mix = nn.Linear(4, 3)

    def forward(self, ids: Tensor, weights: Tensor | None = None, scale: float = 1.0) -> Tensor:
        embedded = self.tokens(ids)
        mixed: Tensor = self.mix(embedded if weights is None else embedded * weights)
        return mixed * scale


IDS = torch.tensor([[1, 2, 3], [4, 5, 6]])


def quickly(model: nn.Module, given: Any) -> Efficiency:
    return measure(model, given, repeats=1, warmup=0)


@pytest.mark.parametrize(
    ("given", "batch"),
    [
        (IDS, 2),
        ((IDS,), 2),
        ((IDS, torch.ones(4), 2.0), 2),
        ({"ids": IDS, "scale": 2.0}, 2),
        (UserDict(ids=IDS, weights=torch.ones(4)), 2),
        (torch.tensor(3), None),
    ],
    ids=["tensor", "tuple", "several", "named", "mapping", "scalar"],
)
def test_forms_of_inputs(given: Any, batch: int | None) -> None:
    found = quickly(Mixer(), given)
    assert found.batch == batch
    assert (found.throughput_per_s is None) == (batch is None)
    assert found.conditions.get("batch") == (None if batch is None else str(batch))


def test_a_list_is_one_argument() -> None:
    class Several(nn.Module):
        def forward(self, images: list[Tensor]) -> list[Tensor]:
            return [image * 2 for image in images]

    assert quickly(Several(), [torch.ones(3, 4), torch.ones(2, 4)]).batch == 3


def test_a_model_without_inputs() -> None:
    class Constant(nn.Module):
        def forward(self) -> Tensor:
            return torch.ones(3) @ torch.ones(3, 3)

    found = quickly(Constant(), ())
    assert found.batch is None
    assert len(found.latency_ms) == 1


def test_tensors_go_where_the_model_is() -> None:
    nested = ([torch.ones(2)], {"a": torch.ones(3)}, "text")
    moved = Inputs.of(nested).on(torch.device("meta"))
    assert [tensor.is_meta for tensor in moved.tensors()] == [True, True]
    assert moved.positional[2] == "text"
    assert not nested[0][0].is_meta, "the caller's own stay"


@pytest.mark.parametrize(
    ("given", "error", "note"),
    [
        (
            IDS.float(),
            RuntimeError,
            'The model Mixer raised this in its module "tokens" when it was called with the '
            'example_inputs to be measured. Look at argument 1 ("ids"): float32 (2, 3) on cpu.',
        ),
        (IDS + 9, IndexError, 'in its module "tokens" .* argument 1 ("ids"): int64 (2, 3)'),
        ((IDS, torch.ones(5)), RuntimeError, 'argument 2 ("weights"): float32 (5,) on cpu'),
        ({"ids": IDS, "weights": torch.ones(5)}, RuntimeError, 'argument "weights": float32 (5,)'),
        ({"idz": IDS}, TypeError, 'Look at argument "idz": int64 (2, 3)'),
        ((IDS, None, 1.0, 7), TypeError, "argument 4: int"),
        ((), TypeError, "Look at example_inputs: there are none"),
        ("text", TypeError, 'argument 1 ("ids"): str'),
    ],
)
def test_the_model_speaks_and_the_argument_is_named(
    given: Any, error: type[Exception], note: str
) -> None:
    with pytest.raises(error) as raised:
        quickly(Mixer(), given)
    (found,) = raised.value.__notes__
    assert re.search(re.escape(note).replace(r"\.\*", ".*"), found)


def test_a_scripted_model_speaks_too() -> None:
    from tests.efficiency.compressed import scripted

    with pytest.raises(RuntimeError) as raised:
        quickly(scripted(), torch.ones(2, 5))
    assert "float32 (2, 5) on cpu" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (len, {}, "is of type builtin_function_or_method. Only a torch"),
        (None, {}, "Pass the module itself"),
        (nn.LazyLinear(3), {}, 'parameter "weight" of the model has no shape yet. .* Call the'),
        (dense(), {"repeats": 0}, "repeats is 0. It must be a whole number .* at least 1"),
        (dense(), {"repeats": 2.5}, "repeats is 2.5"),
        (dense(), {"repeats": True}, "repeats is True"),
        (dense(), {"warmup": -1}, "warmup is -1. .* at least 0. Write warmup=10"),
    ],
)
def test_arguments_that_are_refused(model: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        measure(model, torch.ones(2, 12), **options)

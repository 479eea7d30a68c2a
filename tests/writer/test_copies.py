"""What may be pickled and copied, as for the workers of a DataLoader, and what says why not."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import CopyError
from tensorboard_cnc.writer.model_card import LEFT_OUT

WAYS: list[Callable[[Any], Any]] = [pickle.dumps, copy.copy, copy.deepcopy]


@pytest.mark.parametrize("way", WAYS)
def test_a_handle_names_the_remedy(way: Callable[[Any], Any], tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        with pytest.raises(CopyError, match=r'call cnc_summary\.attach\(directory, "m"\) there'):
            way(model)
        with (
            pytest.raises(TypeError, match='The evaluation on "test" cannot be pickled'),
            model.evaluation("test") as evaluation,
        ):
            way(evaluation)


@pytest.mark.parametrize(
    "way", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_what_is_only_values_is_copied(way: Callable[[Any], Any]) -> None:
    values = [
        cnc_summary.operation("prune", amount=0.5, layers=["a"]),
        cnc_summary.metric("accuracy", goal="max", budget=">= 0.9"),
        cnc_summary.value(0.5, interval=(0.4, 0.6)),
    ]
    assert way(values) == values
    assert way(LEFT_OUT) is LEFT_OUT

"""An id that comes again in a sharded evaluation counts once, unless it says something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.instances.batches import joined
from tensorboard_cnc.writer.instances.predictions import predictions_of
from tensorboard_cnc.writer.instances.task import GivenPredictions
from tests.writer.logged import bulk_records
from tests.writer.scripts import run_script


def both(one: dict[str, Any], other: dict[str, Any]) -> Any:
    """Two batches on the ids 1, 2 and 2, 3, joined."""
    parts = [
        predictions_of("m", "test", ids, GivenPredictions(**given), None, 10_000)
        for ids, given in (([1, 2], one), ([2, 3], other))
    ]
    return joined(parts, repeats=True)


P = np.array([[0.9, 0.1], [0.3, 0.7], [0.5, 0.5]])
SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"probabilities": P[:2]}, {"probabilities": P[1:]}),
    ({"probabilities": P[:2]}, {"probabilities": P[1:] + np.array([[0.004, -0.004], [0, 0]])}),
    ({"probabilities": P[[0, 2]]}, {"probabilities": [[0.4995, 0.5005], [0.3, 0.7]]}),
    ({"predicted": [0, 1]}, {"predicted": [1, 0]}),
    ({"predicted": [0.5, np.nan]}, {"predicted": [np.nan, 1.0]}),
    ({"outputs": ["a", "b"]}, {"outputs": ["b", "c"]}),
    ({"scores": {"f1": [1, 0.5]}}, {"scores": {"f1": [0.501, 0]}}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_predictions_count_once(one: Any, other: Any) -> None:
    assert both(one, other).ids.tolist() == [1, 2, 3]


OTHERS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"probabilities": P[:2]}, {"probabilities": [[0.8, 0.2], [1, 0]]}, "predicted is 1 first"),
    ({"probabilities": P[:2]}, {"probabilities": [[0.1, 0.9], [1, 0]]}, "confidence is 0.69"),
    ({"predicted": [0, 1]}, {"predicted": [0, 1]}, "predicted is 1 first and 0 then"),
    ({"predicted": [0.5, 1.0]}, {"predicted": [2.0, 1.0]}, "numbers is 1.0 first and 2.0 then"),
    ({"outputs": ["a", "b"]}, {"outputs": ["c", "d"]}, "outputs is 'b' first and 'c' then"),
    ({"scores": {"f1": [1, 0]}}, {"scores": {"f1": [1, 0]}}, 'score "f1" is 0.0 first and 1.0'),
    (
        {"predicted": [["a"], ["b"]], "multilabel": True, "classes": ["a", "b"]},
        {"predicted": [["a"], ["b"]], "multilabel": True, "classes": ["a", "b"]},
        "memberships is",
    ),
]


@pytest.mark.parametrize(("one", "other", "says"), OTHERS)
def test_other_predictions_are_refused_with_the_id(one: Any, other: Any, says: str) -> None:
    with pytest.raises(
        ArgumentError, match=f"1 ids were added again .* such as 2: {says}"
    ) as found:
        both(one, other)
    assert "an id of its own through all batches and ranks" in found.value.remedy


JOB = """
    import sys, torch.distributed as distributed, torch.multiprocessing
    from tensorboard_cnc import cnc_summary
    from tensorboard_cnc.errors import ArgumentError

    def work(rank, where):
        distributed.init_process_group("gloo", f"file://{where}/store", rank=rank, world_size=2)
        for name, values in {"alike": [[1, 0], [1, 0]], "unlike": [[1, 0], [1, rank]]}.items():
            try:
                with cnc_summary.model(f"{where}/{name}", "m") as m, m.evaluation("qa") as ev:
                    ev.add(["q1", "q2"], scores={"f1": values[0]})
                    ev.add(["q1", "q2"], scores={"f1": values[1]})
            except ArgumentError as error:
                print(f"{name} on rank {rank}: {error}", file=sys.stderr)
        distributed.barrier()
        distributed.destroy_process_group()

    if __name__ == "__main__":
        torch.multiprocessing.spawn(work, [sys.argv[1]], nprocs=2)
"""


def test_ids_that_start_again_in_every_batch_of_two_ranks(tmp_path: Path) -> None:
    said = run_script(JOB, tmp_path / "job")
    (alike,) = bulk_records(tmp_path / "job" / "alike")
    assert alike.ids.tolist() == ["q1", "q2"]
    assert bulk_records(tmp_path / "job" / "unlike") == [], "half of it is not all of it"
    assert "alike on rank" not in said
    assert "unlike on rank 0: The predictions of rank 1 cannot be logged. 1 ids were added" in said
    assert "unlike on rank 1: 1 ids were added again with other values, such as 'q2'" in said

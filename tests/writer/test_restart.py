"""Scripts that are started again in the same directory, as TensorBoard's Python loader sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.format import envelope
from tensorboard_cnc.format.tags import shown_run
from tensorboard_cnc.records.models import Metrics, ModelCard, Record
from tests.writer.scripts import run_script

DIRECTORY = """
    import sys
    from tensorboard_cnc import cnc_summary
    where, accuracy = sys.argv[1], float(sys.argv[2])
    with cnc_summary.model(where, "m", description=f"try {accuracy}") as model:
        model.metrics({"accuracy": accuracy}, step=100)
"""


def train(run: Path, accuracy: float, *, purge_step: int | None) -> None:
    """A script that is started, or resumed at `purge_step`."""
    start = purge_step or 0
    with SummaryWriter(str(run), purge_step=purge_step) as writer:
        for step in range(start, start + 20):
            writer.add_scalar("loss", accuracy, step)
        with cnc_summary.model(writer, f"m{accuracy}") as model:
            model.metrics({"accuracy": accuracy}, step=start + 20)


def kept(logdir: Path) -> dict[tuple[str, str], Record]:
    """What the Python loader keeps: by shown run and tag, the record with the greatest step."""
    multiplexer = EventMultiplexer(tensor_size_guidance={"cnc": 1})
    multiplexer.AddRunsFromDirectory(str(logdir))
    multiplexer.Reload()
    found: dict[tuple[str, str], tuple[int, Record]] = {}
    for run in multiplexer.Runs():
        for tag in multiplexer.PluginRunToTagToContent("cnc").get(run, {}):
            event = multiplexer.Tensors(run, tag)[-1]
            place = (shown_run(run), tag)
            if place not in found or found[place][0] < event.step:
                found[place] = (event.step, envelope.decode(event.tensor_proto.string_val[0]))
    return {place: record for place, (_, record) in found.items()}


def accuracies(logdir: Path) -> set[float]:
    metrics = [record for record in kept(logdir).values() if isinstance(record, Metrics)]
    return {record.measurements[0].repeats[0] for record in metrics}


def test_each_start_adds_what_it_measured(tmp_path: Path) -> None:
    for number, accuracy in enumerate((0.25, 0.5, 0.75), start=1):
        run_script(DIRECTORY, tmp_path / "run", str(accuracy))
        assert len(accuracies(tmp_path)) == number
    cards = [record for record in kept(tmp_path).values() if isinstance(record, ModelCard)]
    assert sorted(card.description for card in cards) == ["try 0.25", "try 0.5", "try 0.75"]


@pytest.mark.parametrize("purge_step", [1, 10, 1000])
def test_purging_training_steps_keeps_models(purge_step: int, tmp_path: Path) -> None:
    train(tmp_path / "run", 0.25, purge_step=None)
    train(tmp_path / "run", 0.5, purge_step=purge_step)
    assert accuracies(tmp_path) == {0.25, 0.5}
    cards = [record for record in kept(tmp_path).values() if isinstance(record, ModelCard)]
    assert {card.id: card.status for card in cards} == {"m0.25": "finished", "m0.5": "finished"}

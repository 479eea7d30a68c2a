"""A finished story, and what the page says of it, asked of the plugin's routes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from demo.checkpoints import Checkpoints
from demo.planning import CANDIDATES
from demo.story import Story
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.analysis.sensitivity.profile import Profile
from tensorboard_cnc.writer.sensitivity.resuming import logged_before
from tests.demo.quoted import Table
from tests.tensorboard_host import InProcessTensorBoard


def told(story: Story[Any], folder: Path) -> Path:
    """The logs of all models, in `folder`, as long trained as a user's."""
    torch.set_num_threads(1)
    models = [each.id for each in story.tell(folder)]
    assert models == [step.id for step in story.steps]
    return folder


class Page:
    """A story of `models` models, as soon as all of them are there."""

    def __init__(self, host: InProcessTensorBoard, models: int) -> None:
        self.client = host.client
        answer = host.models_when(
            lambda found: sum(m["status"] != "running" for m in found["models"]) == models
        )
        self.problems: list[Any] = answer["problems"]
        self.datasets: list[str] = answer["datasets"]
        self.models: dict[str, dict[str, Any]] = {m["id"]: m for m in answer["models"]}

    def metric(self, model: str, name: str) -> float:
        value: float = self.models[model]["metrics"][name]["value"]
        return value

    def slices(self, model: str, *by: str) -> dict[str, float]:
        """Means of the first measure by slice, such as the share of right answers."""
        found = self._ask("behaviors", model, base=model, level="slices", by=json.dumps(by))
        names = ["  ".join(texts) for texts in found["texts"]]
        return dict(zip(names, found["models"][0]["value"], strict=True))

    def mean(self, model: str) -> float:
        """Of the first measure, over all instances."""
        value: float = self._ask("behaviors", model, base=model)["models"][0]["value"]["value"]
        return value

    def against(self, base: str, model: str) -> dict[str, Any]:
        """The summary of `model`: its "change", and its "outcomes" by what `base` had right."""
        found: dict[str, Any] = self._ask("behaviors", model, base=base)["models"][1]
        return found

    def broken(self, base: str, model: str) -> float:
        """Share of all instances that `base` has right and `model` wrong."""
        outcomes = self.against(base, model)["outcomes"]
        share: float = outcomes["negative"] / outcomes["n"]
        return share

    def seeds(self, base: str, model: str) -> dict[str, Any]:
        """How much two seeds of `base` differ."""
        found: dict[str, Any] = self._ask("behaviors", model, base=base)["noise"]
        return found

    def harmed(self, base: str, model: str) -> dict[str, Any]:
        """The slices and pairs of slices that `model` may harm, and what "model" says of all."""
        found: dict[str, Any] = self._ask("behaviors", model, base=base, level="harmed")
        return {**found, "model": found["models"][0]}

    def layers(self, base: str, model: str, view: str) -> dict[str, float | None]:
        """SQNR of each row, dB."""
        found = self._ask("layers", model, base=base, view=view, measure="sqnr")
        values = found["models"][-1]["value"]
        return dict(zip(found["rows"]["names"], values, strict=True))

    def _ask(self, route: str, model: str, *, base: str, **arguments: str) -> Any:
        keys = {"base": self.models[base]["key"], "models": self.models[model]["key"]}
        response = self.client.get(f"/data/plugin/cnc/{route}", query_string={**keys, **arguments})
        assert response.status_code == 200, response.text
        return response.get_json()


def damages_of(page: Page, table: Table) -> dict[str, dict[str, Any]]:
    """The damages of the models of a table of plans, which quotes them and their intervals.

    Each has "value" and "interval"; of "beside", by the name of a plan and that word.
    """
    metrics = {"": "damage", "beside": "damage_beside_uniform"}
    ends = {"": "value", "damage": "value", "from": "low", "to": "high"}
    found = {}
    for model, column, quoted in table.figures():
        kind = "beside" if column.startswith("beside") else ""
        end = ends.get(column.removeprefix(kind).strip())
        if end is None:
            continue
        said = page.models[model]["metrics"][metrics[kind]]
        found[f"{model} {kind}".strip()] = said
        # Roundings differ from processor to processor, and now and then a code with them.
        assert {**said, **said["interval"]}[end] == pytest.approx(quoted, rel=0.15), (model, column)
    return found


def sums_off(folder: Path) -> tuple[float, float]:
    """How many times its layers' sum a whole allocation of the dense model did, from and to."""
    record = logged_before(str(folder / "dense"), "dense")
    assert record is not None
    off = Profile(record).additivity()
    assert off is not None
    return off.low, off.high


def dense_network(story: Story[Any], folder: Path) -> nn.Module:
    """The network of the first model, as the story keeps it."""
    dense = Checkpoints(folder, story.steps, story.modules).network(story.steps[0])
    assert dense is not None
    return dense


def agreement_of_methods(folder: Path, dense: nn.Module, probe: Tensor, scratch: Path) -> float:
    """Spearman's correlation over all cells of the dense model, exactly and by gradient."""
    exact = logged_before(str(folder / "dense"), "dense")
    with cnc_summary.model(scratch, "dense") as m:
        m.sensitivity(
            dense, probe, candidates=CANDIDATES, score="kl", method="gradient", progress=False
        )
    fast = logged_before(str(scratch), "dense")
    assert exact is not None
    assert fast is not None
    assert fast.method == "gradient"
    assert [layer.name for layer in fast.layers] == [layer.name for layer in exact.layers]
    return float(spearmanr(exact.mean.ravel(), fast.mean.ravel()).statistic)

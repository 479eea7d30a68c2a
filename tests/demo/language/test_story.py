"""Every F1 that docs/stories/language.md quotes, from a model that is trained anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from demo.language.completion import answers
from demo.language.operations import Desk
from demo.language.sweep import language_sweep
from demo.language.text import Text
from demo.language.transformer import LanguageModel

STORY = Path(__file__).parents[3] / "docs" / "stories" / "language.md"
TOLERANCE = 0.08
_ROW = re.compile(r"^\| ([\w-]+) \| (0\.\d{3}) \|", re.MULTILINE)


def quoted() -> dict[str, float]:
    return {name: float(value) for name, value in _ROW.findall(STORY.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def f1(text: Text) -> dict[str, float]:
    """F1 of every model, made as the demo makes them."""
    torch.set_num_threads(1)
    networks: dict[str, LanguageModel] = {}
    found = {}
    for step in language_sweep():
        parents = tuple(networks[parent] for parent in step.parents)
        desk = Desk(parents, networks.get("dense"), text, lambda *_: None)
        net = step.recipe.apply(desk).eval()
        found[step.id] = answers(net, text).metrics()["F1"]
        if isinstance(net, LanguageModel):
            networks[step.id] = net
    return found


def test_every_model_is_told_of() -> None:
    assert quoted().keys() == {step.id for step in language_sweep()}


def test_the_figures(f1: dict[str, float]) -> None:
    assert f1 == pytest.approx(quoted(), abs=TOLERANCE)


def test_the_norms_are_to_blame(f1: dict[str, float]) -> None:
    assert f1["all-10"] < f1["dense"] - 0.15
    assert f1["all-10-norms"] > f1["dense"] - 0.02
    for other in ("queries", "later-blocks"):
        assert f1[f"all-10-{other}"] < f1["all-10-norms"] - 0.1
    assert abs(f1["norms-10"] - f1["all-10"]) < 0.1
    assert f1["all-30-norms"] > f1["all-30"] + 0.4


def test_what_the_norms_allow(f1: dict[str, float]) -> None:
    for percent in (50, 70):
        assert f1[f"ff-{percent}"] > f1[f"attention-{percent}"] + 0.05
    for name in ("dense", "all-10-norms", "all-30-norms", "ff-50"):
        assert abs(f1[f"{name}-int8"] - f1[name]) < 0.02

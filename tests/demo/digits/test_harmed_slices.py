"""The page finds slices that pruning harmed, with the numbers of scikit-learn and SciPy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from torch import nn

from demo.digits.data import handwritten_digits
from demo.digits.logbook import DATA_RUN, Exam, digits_story, make_model
from demo.digits.scans import scans_of
from tests.tensorboard_host import InProcessTensorBoard, Loader, serve_in_process

DIGITS = handwritten_digits()
SCANS = scans_of(DIGITS.test)
LABELS = np.tile(load_digits().target[DIGITS.test.ids.numpy()], 4)
KINDS = np.array(SCANS.attributes["scan"])
NUMBERS = {
    name: values.numpy()
    for name, values in SCANS.attributes.items()
    if isinstance(values, torch.Tensor)
}
MODELS = ("dense", "one-shot-80", "one-shot-80-ft")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, nn.Module]]:
    """The log of a dense network, as long trained as in the demo, and of two pruned ones."""
    logdir = tmp_path_factory.mktemp("demo")
    torch.set_num_threads(1)
    exam, story = Exam(DIGITS, SCANS), digits_story()
    story.log_data(logdir)
    networks: dict[str, nn.Module] = {}
    for step in story.steps:
        if step.id in MODELS:
            net = make_model(exam, step, networks, logdir).net
            assert net is not None
            networks[step.id] = net
    return logdir, networks


@pytest.fixture
def host(
    swept: tuple[Path, dict[str, nn.Module]], loader: Loader
) -> Iterator[InProcessTensorBoard]:
    with serve_in_process(swept[0], loader) as served:
        yield served


@torch.no_grad()
def is_right(net: nn.Module) -> Any:
    return net(SCANS.images).argmax(1).numpy() == LABELS


def ask(host: InProcessTensorBoard, **arguments: str) -> Any:
    """An answer about the pruned model against the dense one."""
    answer = host.models_when(
        lambda a: a["datasets"] and sum(bool(m["logged"]["predictions"]) for m in a["models"]) == 3
    )
    key = {model["id"]: model["key"] for model in answer["models"]}
    asked = {"base": key["dense"], "models": key["one-shot-80"], **arguments}
    return host.client.get("/data/plugin/cnc/behaviors", query_string=asked).get_json()


def test_accuracies_are_those_of_scikit_learn(
    host: InProcessTensorBoard, swept: tuple[Path, dict[str, nn.Module]]
) -> None:
    summary = ask(host, measure="correct")
    assert summary["datasets"][0]["name"] == DATA_RUN
    assert (summary["n"], summary["has_images"], summary["notes"]) == (4 * 797, True, [])
    for shown, name in zip(summary["models"], ("dense", "one-shot-80"), strict=True):
        with torch.no_grad():
            answers = swept[1][name](SCANS.images).argmax(1)
        assert shown["value"]["value"] == pytest.approx(accuracy_score(LABELS, answers), rel=1e-5)


def test_slices_are_counted_as_numpy_does(
    host: InProcessTensorBoard, swept: tuple[Path, dict[str, nn.Module]]
) -> None:
    found = ask(host, level="harmed")
    before, after = is_right(swept[1]["dense"]), is_right(swept[1]["one-shot-80"])
    lost, won = before & ~after, after & ~before
    checked = 0
    for each in found["slices"]:
        if each["by"] == "label":
            here = each["level"] == LABELS
        elif each["name"] == "scan":
            here = each["text"] == KINDS
        elif each["name"] in NUMBERS and " to " in each["text"]:
            values = NUMBERS[each["name"]].astype(float)
            inner = np.unique(np.quantile(values, [0.2, 0.4, 0.6, 0.8]))
            inner = inner[inner > values.min()]
            here = np.searchsorted(inner, values, side="right") == each["level"]
        else:
            continue
        counts = [np.count_nonzero(each & here) for each in (here, lost, won)]
        assert [each["n"], each["flips"], each["mended"]] == counts
        rest = [np.count_nonzero(each & ~here) for each in (~here, lost, won)]
        assert list(each["rest"].values()) == rest
        checked += 1
    assert checked >= 4


def test_pruning_really_harmed_a_slice(host: InProcessTensorBoard) -> None:
    found = ask(host, level="harmed")
    worst = found["slices"][0]
    assert worst["harmed"], "more than chance, among all slices looked at"
    assert worst["q"] < 0.05
    assert worst["lift"] > 1.5
    assert worst["kept"] < worst["rest_kept"]
    (model,) = found["models"]
    assert (model["retrained"], model["reason"]) == (False, None)
    order = [(not each["harmed"], each["p"]) for each in found["slices"]]
    assert order == sorted(order)

"""Who became what, counted by the route and by hand."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.records.instances import Dataset, Predictions
from tests.plugin.behaviors.evaluated import Evaluated, keys
from tests.plugin.behaviors.test_kinds import numbers, texts

N = 4000
CLASSES = tuple(f"class {at}" for at in range(1000))
RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, len(CLASSES), N, np.int32)


def answers(share: float) -> Any:
    return np.where(RNG.random(N) < share, RNG.integers(0, len(CLASSES), N, np.int32), LABELS)


BASE, MODEL = answers(0.1), answers(0.3)
# One change is more frequent than any other.
MODEL[BASE == 7] = 8


@pytest.fixture(scope="module")
def log() -> Evaluated:
    found = Evaluated()
    found.dataset(Dataset("test", np.arange(N), "classes", "f", labels=LABELS, classes=CLASSES))
    for name, parents, predicted in (("base", (), BASE), ("model", ("base",), MODEL)):
        found.model(name, *parents)
        found.predictions(
            Predictions(name, "test", np.arange(N), "classes", classes=CLASSES, predicted=predicted)
        )
    return found


def ask(log: Evaluated, **arguments: Any) -> Any:
    answer = log.ask(level="flows", base=keys("base"), models=keys("model"), **arguments)
    return answer["models"][0]


def pairs(chosen: Any) -> Counter[tuple[str, str]]:
    differ = chosen & (BASE != MODEL)
    return Counter(
        (CLASSES[a], CLASSES[b]) for a, b in zip(BASE[differ], MODEL[differ], strict=True)
    )


def test_the_most_frequent_changes_and_the_rest_add_up(log: Evaluated) -> None:
    expected = pairs(np.ones(N, bool))
    found = ask(log, limit=16)
    flows, rest = found["flows"], found["rest"]
    assert len(flows) == 16
    assert [each["n"] for each in flows] == sorted(expected.values(), reverse=True)[:16]
    assert all(expected[each["before"], each["after"]] == each["n"] for each in flows)
    assert (flows[0]["before"], flows[0]["after"]) == ("class 7", "class 8")
    broke = (BASE == LABELS) & (MODEL != LABELS)
    mended = (BASE != LABELS) & (MODEL == LABELS)
    totals = {"n": (BASE != MODEL).sum(), "broke": broke.sum(), "mended": mended.sum()}
    for name, total in totals.items():
        assert sum(each[name] for each in flows) + rest[name] == total
    assert (found["n"], found["changed"], found["broke"], found["mended"]) == (N, *totals.values())
    assert (found["pairs"], rest["pairs"]) == (len(expected), len(expected) - 16)


def test_a_filter_leaves_some(log: Evaluated) -> None:
    flip = {"kind": "flip", "model": keys("model"), "flip": "negative"}
    found = ask(log, filter=[flip])
    assert found["broke"] == found["changed"] == found["n"]
    assert found["mended"] == 0
    change = {"kind": "change", "model": keys("model"), "before": "class 7", "after": "class 8"}
    (flow,) = ask(log, filter=[change])["flows"]
    assert flow["n"] == (BASE == 7).sum()


def test_texts_flow_and_numbers_say_why_not() -> None:
    found = ask(texts())
    assert ("answer 0", "answer 9") in {(each["before"], each["after"]) for each in found["flows"]}
    assert found["reason"] is None
    assert ask(numbers())["reason"].startswith("Its predictions are not classes or texts")


def test_where_nobody_knows_who_is_right_nothing_broke() -> None:
    log = Evaluated()
    for name, said in (("base", (0, 0, 1)), ("model", (0, 1, 1))):
        log.model(name)
        log.predictions(
            Predictions(
                name, "test", np.arange(3), "classes", classes=("a", "b"), predicted=np.array(said)
            )
        )
    found = ask(log)
    assert (found["changed"], found["broke"], found["mended"]) == (1, None, None)


def test_slices_of_few_instances_are_left_out_unless_all_are(log: Evaluated) -> None:
    subject = {"level": "slices", "base": keys("base"), "models": keys("model"), "limit": "500"}
    by = json.dumps(["label"])
    sizes = np.bincount(LABELS)
    least = int(np.median(sizes))
    kept = log.ask(**subject, by=by, least=str(least))
    assert kept["n"] == (sizes >= least).sum()
    assert kept["left_out"] == ((sizes > 0) & (sizes < least)).sum() > 0
    assert min(kept["instances"]) == least
    every = log.ask(**subject, by=by)
    assert (every["n"], every["left_out"]) == ((sizes > 0).sum(), 0)
    # q is corrected for all slices, whatever is shown of them.
    assert kept["tests"] == every["tests"]
    assert log.ask(**subject, by=by, least=str(N + 1))["n"] == every["n"]

"""The ``behaviors`` route, from what the real writer logged, through both loaders."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from tensorboard_cnc import cnc_summary
from tests.conftest import Serve
from tests.plugin.behaviors.evaluated import keys
from tests.tensorboard_host import InProcessTensorBoard

ROUTE = "/data/plugin/cnc/behaviors"
MEDIA = "/data/plugin/cnc/instance_media"
N, CLASSES = 600, ("cat", "dog", "<b>eel</b>")
RNG = np.random.default_rng(3)
LABELS = RNG.integers(0, 3, N)
LOGITS = RNG.normal(size=(N, 3)) + 2 * np.eye(3)[LABELS]
PROBABILITIES = {
    name: np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for name, logits in (
        ("dense", LOGITS),
        ("pruned", LOGITS + RNG.normal(size=(N, 3))),
        ("tuned", LOGITS + RNG.normal(size=(N, 3)) / 2),
    )
}
SIZE = RNG.normal(size=N)


@pytest.fixture
def served(tmp_path: Path, serve: Serve) -> InProcessTensorBoard:
    ids = [f"image-{i}" for i in range(N)]
    images = np.zeros((N, 4, 4), np.uint8)
    cnc_summary.dataset(
        tmp_path / "data",
        "animals",
        ids,
        labels=LABELS,
        classes=CLASSES,
        images=images,
        attributes={"size": SIZE, "side": ["left", "right"] * (N // 2)},
    )
    parents = {"dense": (), "pruned": "dense", "tuned": "pruned"}
    steps = {"dense": None, "pruned": "prune", "tuned": "fine-tune"}
    for name, parent in parents.items():
        named = steps[name]
        step = named if named is None else cnc_summary.operation(named)
        with cnc_summary.model(tmp_path / name, name, parents=parent, operation=step) as model:
            # Another order, and one instance less than the data set has.
            order = RNG.permutation(N)[: N - (name == "tuned")]
            rows = PROBABILITIES[name][order]
            model.predictions("animals", [ids[i] for i in order], probabilities=rows)
    with cnc_summary.model(tmp_path / "silent", "silent"):
        pass
    tensorboard = serve(tmp_path)
    tensorboard.models_when(
        lambda answer: (
            sum(bool(m["logged"]["predictions"]) for m in answer["models"]) == 3
            and answer["datasets"]
            and len(answer["models"]) == 4
        )
    )
    return tensorboard


def ask(served: InProcessTensorBoard, *names: str, **arguments: Any) -> Any:
    names = names or ("dense", "pruned", "tuned")
    response = refuse(served, *names, **arguments)
    assert response.status_code == 200, response.text
    return response.get_json()


def refuse(served: InProcessTensorBoard, *names: str, **arguments: Any) -> Any:
    query = {name: v if isinstance(v, str) else json.dumps(v) for name, v in arguments.items()}
    query = {"base": keys(names[0]), "models": keys(*names[1:])} | query
    return served.client.get(ROUTE, query_string=query)


def right(name: str) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = PROBABILITIES[name].argmax(axis=1) == LABELS
    return found


def test_a_summary_agrees_with_scikit_learn_and_scipy(served: InProcessTensorBoard) -> None:
    summary = ask(served)
    assert (summary["kind"], summary["n"], summary["has_images"]) == ("classes", N, True)
    assert summary["notes"] == []
    dense, pruned, tuned = summary["models"]
    accuracy = metrics.accuracy_score(LABELS, PROBABILITIES["dense"].argmax(axis=1))
    assert dense["value"]["value"] == pytest.approx(accuracy, abs=1e-5)
    assert dense["error"] == pytest.approx(1 - accuracy, abs=1e-5)
    assert (dense["change"], dense["outcomes"], dense["kl"]) == (None, None, None)
    loss = metrics.log_loss(LABELS, PROBABILITIES["pruned"])
    assert pruned["nll"]["value"] == pytest.approx(loss, rel=1e-3)
    before, after = right("dense"), right("pruned")
    outcomes = pruned["outcomes"]
    assert outcomes["negative"] == np.count_nonzero(before & ~after)
    assert outcomes["positive"] == np.count_nonzero(~before & after)
    assert sum(outcomes[k] for k in ("both_right", "negative", "positive", "both_wrong")) == N
    flips = outcomes["negative"], outcomes["positive"]
    expected = stats.binomtest(flips[0], sum(flips)).pvalue
    assert pruned["change"]["p"] == pytest.approx(expected, rel=1e-4)
    kl = stats.entropy(PROBABILITIES["dense"], PROBABILITIES["pruned"], axis=1)
    assert (pruned["kl"]["n"], pruned["kl"]["of"]) == (N, N)
    assert pruned["kl"]["median"] == pytest.approx(np.median(kl), rel=1e-2)
    assert pruned["kl"]["mean"] == pytest.approx(kl.mean(), rel=1e-2)
    assert (tuned["n"], tuned["n_shared"]) == (N - 1, N - 1)
    assert tuned["excluded"] == [{"n": 1, "why": "only the base has a prediction"}]


def test_pages_of_instances(served: InProcessTensorBoard) -> None:
    page = ask(
        served,
        level="instances",
        sort=f"change:{keys('pruned')}",
        limit="7",
        offset="3",
        measure="true_probability",
        form="difference",
    )
    chosen = np.arange(N), LABELS
    change = PROBABILITIES["pruned"][chosen] - PROBABILITIES["dense"][chosen]
    order = np.argsort(change, kind="stable")[3:10]
    assert page["ids"] == [f"image-{i}" for i in order]
    assert page["labels"] == [CLASSES[LABELS[i]] for i in order]
    assert (page["n"], page["of"], page["offset"]) == (N, N, 3)
    assert page["models"][0]["values"] == [None] * 7
    assert page["models"][1]["values"] == pytest.approx(change[order], abs=1e-3)
    assert page["images"] == [True] * 7


def test_filters_hold_together(served: InProcessTensorBoard) -> None:
    conditions = [
        {"kind": "slice", "by": "label", "level": 1},
        {"kind": "flip", "model": keys("pruned"), "flip": "negative"},
    ]
    page = ask(served, level="instances", filter=conditions, limit="500")
    expected = np.flatnonzero((LABELS == 1) & right("dense") & ~right("pruned"))
    assert page["ids"] == [f"image-{i}" for i in expected]
    summary = ask(served, filter=conditions)
    assert (summary["n"], summary["n_filtered"]) == (N, len(expected))


def test_slices_agree_with_scipy(served: InProcessTensorBoard) -> None:
    table = ask(served, level="slices", by=["label"], sort="level")
    assert table["texts"] == [[name] for name in CLASSES]
    cells = table["models"][1]
    p = []
    for level in range(3):
        here = level == LABELS
        lost = np.count_nonzero(here & right("dense") & ~right("pruned"))
        won = np.count_nonzero(here & ~right("dense") & right("pruned"))
        assert (cells["negative"][level], cells["positive"][level]) == (lost, won)
        assert cells["value"][level] == pytest.approx(right("pruned")[here].mean(), abs=1e-5)
        p.append(stats.binomtest(lost, lost + won).pvalue)
    assert cells["p"] == pytest.approx(p, rel=1e-4)
    assert cells["q"] == pytest.approx(stats.false_discovery_control(p), rel=1e-4)
    assert (table["tests"], table["total"]) == (3, N)
    tuned = table["models"][2]
    assert (tuned["p"], tuned["q"]) == ([None] * 3, [None] * 3), "seeds tell it apart as well"
    assert None not in tuned["change_low"]
    assert tuned["reason"].startswith("Trained again")


def test_crossed_slices_of_a_page(served: InProcessTensorBoard) -> None:
    by = ["label", "attribute/side"]
    right_half = np.arange(N) % 2 == 1
    few: list[dict[str, Any]] = [
        {"kind": "range", "model": keys("dense"), "measure": "true_probability"}
    ]
    few[0] |= {"form": "value", "low": 0.9, "high": None}
    kept = PROBABILITIES["dense"][np.arange(N), LABELS] >= 0.9
    counts = {
        (CLASSES[c], side): np.count_nonzero(
            kept & (c == LABELS) & (right_half == (side == "right"))
        )
        for c in range(3)
        for side in ("left", "right")
    }
    table = ask(served, level="slices", by=by, sort="-n", filter=few, offset="1", limit="3")
    expected = sorted(counts.values(), reverse=True)
    assert table["instances"] == expected[1:4]
    assert [counts[label, side] for label, side in table["texts"]] == expected[1:4]
    assert (table["n"], table["total"]) == (sum(n > 0 for n in expected), kept.sum())
    nobody = ask(served, level="slices", by=by, filter=[{"kind": "text", "text": "zebra"}])
    assert (nobody["n"], nobody["texts"], nobody["total"]) == (0, [], 0)


def test_one_instance_along_its_lineage(served: InProcessTensorBoard) -> None:
    broken = int(np.flatnonzero(right("dense") & ~right("pruned"))[0])
    detail = ask(served, "dense", "tuned", level="instance", id=f"image-{broken}")
    line = detail["lineages"][1]
    # The step between is shown although it is not selected.
    assert [step["key"] for step in line["steps"]] == keys("dense", "pruned", "tuned").split(",")
    assert line["broke"] == 1
    assert [answer["key"] for answer in detail["models"]] == keys("dense", "tuned").split(",")
    assert dict(detail["models"][0]["top"]) == pytest.approx(
        dict(zip(CLASSES, PROBABILITIES["dense"][broken], strict=True)), rel=1e-3
    )


def test_the_largest_loss_comes_first(served: InProcessTensorBoard) -> None:
    losses = {}
    for name in ("pruned", "tuned"):
        table = ask(served, level="slices", by=["label"], sort=f"harm:{keys(name)}")
        cells = next(each for each in table["models"] if each["key"] == keys(name))
        ranks = list(zip(table["small"], cells["change"], strict=True))
        assert ranks == sorted(ranks)
        losses[name] = dict(zip([level for (level,) in table["levels"]], ranks, strict=True))
    every = ask(served, level="slices", by=["label"])["levels"]
    worst = [min(each[level] for each in losses.values()) for (level,) in every]
    assert worst == sorted(worst)


def test_harmed_slices_are_counted_and_tested(served: InProcessTensorBoard) -> None:
    found = ask(served, "dense", "pruned", level="harmed", by=["label"])
    assert (found["reason"], found["tests"]) == (None, 3)
    assert (found["pairs"], found["pair_tests"]) == ([], 0)
    lost, won = right("dense") & ~right("pruned"), right("pruned") & ~right("dense")
    for each in found["slices"]:
        here = each["level"] == LABELS
        assert (each["flips"], each["mended"]) == (lost[here].sum(), won[here].sum())
        assert each["rest"] == {
            "n": (~here).sum(),
            "flips": lost[~here].sum(),
            "mended": won[~here].sum(),
            "change": pytest.approx(
                (won[~here].sum() - lost[~here].sum()) / (~here).sum(), rel=1e-5
            ),
        }
        for side, kept in ((here, "kept"), (~here, "rest_kept")):
            before, after = right("dense")[side].sum(), right("pruned")[side].sum()
            assert each[kept] == pytest.approx(after / before, rel=1e-5)
        change = (won[here].sum() - lost[here].sum()) / here.sum()
        assert each["change"] == pytest.approx(change, rel=1e-5)
        # No p is below that of the net loss alone.
        flips = each["flips"] + each["mended"]
        assert each["p"] >= stats.binom.cdf(each["mended"], flips, 0.5) * 0.999
        assert each["p"] <= each["q"]
        assert each["lift"] == pytest.approx(lost[here].mean() / lost.mean(), rel=1e-4)
        assert each["lift"] > 1
    (model,) = found["models"]
    assert (model["tested"], model["reason"], model["retrained"]) == (3, None, False)
    assert model["churn"] == {"n": N, "broke": lost.sum(), "mended": won.sum()}


def test_what_is_chosen_by_an_outcome_is_not_tested(served: InProcessTensorBoard) -> None:
    by = ["predicted", "confidence"]
    found = ask(served, "dense", "pruned", level="harmed", by=by)
    assert found["slices"]
    assert {each["by"] for each in found["slices"]} <= set(by)
    assert all(
        (each["p"], each["q"], each["harmed"]) == (None, None, False) for each in found["slices"]
    )
    assert (found["tests"], found["pair_tests"], found["pairs"]) == (0, 0, [])
    assert "chosen by the outcome" in found["models"][0]["reason"]
    with_label = ask(served, "dense", "pruned", level="harmed", by=["label", *by])
    assert with_label["tests"] == 3
    assert with_label["models"][0]["reason"] is None


def test_forgotten_instances(served: InProcessTensorBoard) -> None:
    page = ask(served, level="forgotten", limit="500")
    answers = {name: p.argmax(axis=1) for name, p in PROBABILITIES.items()}
    assert page["family"]["models"] == keys("pruned", "tuned").split(",")
    for id, votes, base in zip(
        page["ids"], page["votes"]["votes"], page["votes"]["base_votes"], strict=True
    ):
        row = int(id.removeprefix("image-"))
        assert votes > base
        assert answers["pruned"][row] != answers["dense"][row]
    of_all = ask(served, "dense", level="forgotten", family="descendants", limit="500")
    assert of_all["ids"] == page["ids"]


def test_rows_as_files(served: InProcessTensorBoard) -> None:
    query = {"base": keys("dense"), "models": keys("pruned"), "level": "instances"}
    response = served.client.get(ROUTE, query_string={**query, "format": "csv"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="instances.csv"'
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == N
    assert rows[5]["id"] == "image-5"
    assert rows[5]["pruned correct"] == str(int(right("pruned")[5]))
    assert float(rows[5]["attribute size"]) == pytest.approx(SIZE[5], rel=1e-5)
    objects = served.client.get(ROUTE, query_string={**query, "format": "json"}).get_json()
    assert [each["id"] for each in objects] == [f"image-{i}" for i in range(N)]
    assert objects[5]["models"][1]["predicted"] == CLASSES[PROBABILITIES["pruned"][5].argmax()]


def test_a_thumbnail(served: InProcessTensorBoard) -> None:
    dataset = ask(served)["dataset"]
    response = served.client.get(MEDIA, query_string={"dataset": dataset, "id": "image-9"})
    assert (response.status_code, response.content_type) == (200, "image/png")
    assert response.data.startswith(b"\x89PNG")
    for query, status, error in (
        ({"dataset": dataset, "id": "image-x"}, 404, "no thumbnail of image-x"),
        ({"dataset": "nothing", "id": "image-9"}, 404, f"available: {dataset} (animals)"),
        ({"dataset": dataset}, 400, "id is missing: give the id of an instance"),
    ):
        response = served.client.get(MEDIA, query_string=query)
        assert response.status_code == status
        assert error in response.get_json()["error"]


def test_a_model_without_predictions_is_told_apart(served: InProcessTensorBoard) -> None:
    summary = ask(served, "dense", "silent")
    assert [model["logged"] for model in summary["models"]] == [True, False]
    alone = ask(served, "silent")
    assert (alone["datasets"], alone["dataset"], alone["measures"]) == ([], None, [])
    response = refuse(served, "silent", level="instances")
    assert response.status_code == 404
    assert "m.predictions(" in response.get_json()["error"]


NLL = {"kind": "range", "model": "m", "measure": "nll", "form": "value", "low": 0, "high": None}


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ({"base": ""}, 400, "base is missing"),
        ({"base": "<b>"}, 404, "no model with the key <b>"),
        ({"models": "nobody"}, 404, "no model with the key nobody"),
        ({"dataset": "other"}, 404, "(animals)"),
        ({"measure": "f1"}, 404, "There is no measure f1; available: correct"),
        ({"form": "log"}, 400, "form=log is not one of value, difference"),
        ({"level": "rows"}, 400, "level=rows is not one of summary"),
        ({"level": "slices", "by": ["colour"]}, 404, "no dimension colour; available: label"),
        ({"level": "slices", "by": ["label", "size", "x"]}, 400, "by names 3 dimensions"),
        ({"level": "slices", "sort": "magic"}, 400, "sort=magic is not one of harm"),
        ({"level": "instances", "sort": "magic"}, 400, "sort=magic is not one of order"),
        ({"level": "instances", "sort": "value:nobody"}, 404, "no model nobody with predictions"),
        ({"level": "instances", "limit": "501"}, 400, "limit=501 is not a whole number from 0"),
        ({"level": "instances", "offset": "-1"}, 400, "offset=-1"),
        ({"level": "instance"}, 400, "id is missing"),
        ({"level": "instance", "id": "image-600"}, 404, "No instance has the id image-600"),
        ({"filter": "{"}, 400, "filter={ is not a JSON list ("),
        ({"filter": [{"kind": "magic"}]}, 400, "kind is not one of slice, flip, change"),
        ({"filter": [{"kind": "slice", "by": "label", "level": 9}]}, 404, "the levels 0 to 2"),
        ({"filter": [{"kind": "slice", "by": "label"}]}, 400, "level is missing from"),
        ({"filter": [{**NLL, "low": 10**400}]}, 400, "not a finite number or null"),
        ({"filter": [{**NLL, "high": math.nan}]}, 400, "NaN is not in it"),
        ({"filter": [{**NLL, "high": "1"}]}, 400, "high is 1, not a finite number or null"),
        ({"filter": [{**NLL, "form": "log"}]}, 400, "form is log, not one of value, difference"),
        ({"filter": [{**NLL, "hihg": 1}]}, 400, "hihg is not one of the fields kind, model"),
        ({"filter": [{k: NLL[k] for k in NLL if k != "low"}]}, 400, "low is missing from"),
        ({"filter": [7]}, 400, "7 is not an object"),
        ({"filter": "[" * 5000}, 400, "is nested too deeply"),
        ({"by": [1]}, 400, "1 is not a text"),
        ({"mesure": "nll"}, 400, "There is no parameter mesure here, but base, models"),
        ({"filter": [NLL] * 101}, 400, "holds 101 entries, more than 100"),
    ],
)
def test_what_cannot_be_answered_says_why(
    arguments: dict[str, Any], status: int, error: str, served: InProcessTensorBoard
) -> None:
    response = refuse(served, "dense", "pruned", **arguments)
    assert response.status_code == status, response.text
    assert error in response.get_json()["error"]


@pytest.mark.parametrize(
    ("low", "high", "n"), [(-1e308, 1e308, N), (1e308, None, 0), (None, -1e308, 0), (10**38, 1, 0)]
)
def test_ends_of_a_range_may_be_beyond_the_measures_type(
    low: float | None, high: float | None, n: int, served: InProcessTensorBoard
) -> None:
    condition = {**NLL, "model": keys("dense"), "low": low, "high": high}
    page = ask(served, "dense", level="instances", filter=[condition])
    assert page["n"] == n


def test_an_unchanged_answer_is_not_sent_again(served: InProcessTensorBoard) -> None:
    query = {"base": keys("dense"), "models": keys("pruned")}
    first = served.client.get(ROUTE, query_string=query)
    again = {"If-None-Match": first.headers["ETag"]}
    assert served.client.get(ROUTE, query_string=query, headers=again).status_code == 304
    assert served.client.post(ROUTE, query_string=query).status_code == 405

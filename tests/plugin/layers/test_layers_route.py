"""The ``layers`` route as HTTP clients see it, against direct computation on the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.format import sketches
from tensorboard_cnc.format.tags import blob_summary, weights_tag
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.sketches import SketchRecord
from tests.conftest import Serve
from tests.tensorboard_host import InProcessTensorBoard

ROUTE = "/data/plugin/cnc/layers"
Weights = dict[str, NDArray[Any]]


def _dense() -> Weights:
    rng = np.random.default_rng(3)
    shapes = {"enc.0.weight": (96, 80), "enc.0.bias": (96,), "enc.1.weight": (64, 96)}
    shapes |= {"head.weight": (10, 64)}
    return {n: (0.05 * rng.standard_normal(s)).astype(np.float32) for n, s in shapes.items()}


def _pruned(weights: Weights) -> Weights:
    return {
        name: np.where(np.abs(value) < 0.05, 0, value).astype(np.float32)
        for name, value in weights.items()
    }


def _narrow(weights: Weights) -> Weights:
    """Eight outputs of the first layer fewer, and a low-rank head."""
    return {
        "enc.0.weight": weights["enc.0.weight"][8:],
        "enc.0.bias": weights["enc.0.bias"][8:],
        "enc.1.weight": weights["enc.1.weight"][:, 8:],
        "head.0.weight": weights["head.weight"][:4],
        "head.1.weight": weights["head.weight"][:, :4],
    }


def _log(logdir: Path, name: str, **calls: Any) -> None:
    with cnc_summary.model(logdir / name, name) as m:
        if "weights" in calls:
            m.weights(calls["weights"], reference=calls.get("reference"))
        if "activations" in calls:
            m.activations(calls["activations"])


@pytest.fixture
def served(tmp_path: Path, serve: Serve) -> InProcessTensorBoard:
    dense = _dense()
    outputs = np.random.default_rng(4).standard_normal((16, 12)).astype(np.float32)
    _log(tmp_path, "dense", weights=dense, activations={"enc": outputs})
    _log(tmp_path, "pruned", weights=_pruned(dense), activations={"enc": 0.9 * outputs})
    _log(tmp_path, "exact", weights=_pruned(dense), reference={"dense": dense})
    _log(tmp_path, "narrow", weights=_narrow(dense))
    _log(tmp_path, "bare")
    tensorboard = serve(tmp_path)
    tensorboard.models_when(
        lambda answer: (
            [model["status"] for model in answer["models"]] == ["finished"] * 5
            and sum(model["logged"]["weights"] for model in answer["models"]) == 4
        )
    )
    return tensorboard


def _ask(served: InProcessTensorBoard, *models: str, **query: str) -> Any:
    base, *others = (model_key(name, name) for name in models)
    asked = {"base": base, "models": ",".join(others), **query}
    response = served.client.get(ROUTE, query_string=asked)
    assert response.status_code == 200, response.text
    return response.get_json()


def _cell(answer: Any, place: int, row: str, column: str) -> Any:
    return answer["models"][place][column][answer["rows"]["names"].index(row)]


def _sqnr(before: NDArray[Any], after: NDArray[Any]) -> float:
    before, after = before.astype(float), after.astype(float)
    return float(10 * np.log10(np.square(before).sum() / np.square(after - before).sum()))


def test_the_tree_of_two_models(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "pruned")
    assert answer["rows"]["names"] == [
        "",
        "enc",
        "enc.0",
        "enc.0.weight",
        "enc.0.bias",
        "enc.1",
        "enc.1.weight",
        "head",
        "head.weight",
    ]
    assert answer["rows"]["parents"] == [-1, 0, 1, 2, 2, 1, 5, 0, 7]
    assert answer["views"] == ["weights", "sparsity", "activations"]
    assert answer["measure"] == "sqnr"
    assert _cell(answer, 0, "", "params") == 96 * 80 + 96 + 64 * 96 + 640
    assert _cell(answer, 0, "enc.0", "params") == 96 * 80 + 96
    assert _cell(answer, 0, "", "value") is None
    assert _cell(answer, 1, "enc.0.bias", "certainty") == "exact"
    dense = _dense()
    expected = _sqnr(dense["enc.0.bias"], _pruned(dense)["enc.0.bias"])
    assert _cell(answer, 1, "enc.0.bias", "value") == pytest.approx(expected, rel=1e-5)
    assert _cell(answer, 1, "enc.0.weight", "certainty") == "estimate"
    low, high = (_cell(answer, 1, "enc.0.weight", end) for end in ("low", "high"))
    assert low < _sqnr(dense["enc.0.weight"], _pruned(dense)["enc.0.weight"]) < high


def test_with_a_reference_all_is_exact(served: InProcessTensorBoard) -> None:
    dense = _dense()
    pruned = _pruned(dense)
    for measure, expected in (
        (
            "sqnr",
            _sqnr(*(np.concatenate([w.ravel() for w in m.values()]) for m in (dense, pruned))),
        ),
        ("sum_abs", sum(np.abs(pruned[n].astype(float) - dense[n]).sum() for n in dense)),
    ):
        answer = _ask(served, "dense", "exact", measure=measure)
        assert set(answer["models"][1]["certainty"]) == {"exact"}
        assert _cell(answer, 1, "", "value") == pytest.approx(expected, rel=1e-5)
        assert set(answer["models"][1]["low"]) == {None}


def test_zeros(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "pruned", view="sparsity", measure="sparsity")
    flat = np.concatenate([value.ravel() for value in _pruned(_dense()).values()])
    assert _cell(answer, 1, "", "value") == pytest.approx(100 * np.mean(flat == 0), rel=1e-5)
    assert _cell(answer, 0, "", "value") == 0
    shares = _cell(answer, 1, "", "shares")
    zero_after = answer["classes"].index("zero after")
    assert shares[zero_after] == pytest.approx(np.mean(flat == 0), abs=0.02)


def test_histograms_hold_every_value(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "pruned")
    bins = len(answer["edges"]) - 1
    for place in (0, 1):
        for params, histogram in zip(
            answer["models"][place]["params"], answer["models"][place]["histograms"], strict=True
        ):
            assert len(histogram) == bins
            assert sum(histogram) == pytest.approx(params, abs=bins)
    middle = _cell(answer, 1, "head.weight", "histograms")[bins // 2]
    assert middle >= np.sum(_pruned(_dense())["head.weight"] == 0)


def test_another_architecture(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "narrow")
    names = answer["rows"]["names"]
    assert names[-5:] == ["head.weight", "head.0", "head.0.weight", "head.1", "head.1.weight"]
    assert _cell(answer, 1, "enc.0.weight", "match") == "resized"
    assert _cell(answer, 1, "enc.0.weight", "value") is None
    assert _cell(answer, 1, "enc.0.weight", "params") == 88 * 80
    assert _cell(answer, 1, "head.weight", "params") is None
    assert _cell(answer, 0, "head.1.weight", "params") is None
    assert (answer["models"][1]["unmatched_base"], answer["models"][1]["unmatched_own"]) == (1, 2)
    assert answer["rows"]["shapes"][names.index("head.1.weight")] == [10, 4]


def test_a_model_without_weights_is_told_apart(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "bare", "pruned")
    assert [model["logged"] for model in answer["models"]] == [True, False, True]
    assert answer["models"][1]["value"] == []
    assert _cell(answer, 2, "", "value") is not None


def test_a_base_without_weights_still_shows_the_others(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "bare", "pruned")
    assert [model["logged"] for model in answer["models"]] == [False, True]
    assert _cell(answer, 1, "enc.0.bias", "params") == 96
    assert _cell(answer, 1, "enc.0.bias", "value") is None


def test_nothing_is_logged_at_all(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "bare")
    assert (answer["views"], answer["rows"]["names"]) == ([], [""])


def test_activations(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "pruned", view="activations")
    assert _cell(answer, 1, "enc.output", "value") == pytest.approx(20, rel=1e-4)


def test_what_did_not_change_has_no_finite_sqnr(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "pruned", "exact")
    assert _cell(answer, 1, "", "value") is None
    assert _cell(answer, 1, "", "certainty") == "exact"


def test_one_tensor_in_full(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "pruned", level="row", row="enc.0.bias")
    base, own = answer["models"]
    before, after = _dense()["enc.0.bias"], _pruned(_dense())["enc.0.bias"]
    assert (base["shape"], own["shape"], own["match"]) == ([96], [96], "name")
    assert base["dtype"] == "float32"
    assert own["numbers"]["max_abs"]["value"] == pytest.approx(np.abs(after - before).max())
    assert base["numbers"]["sqnr"]["certainty"] is None
    assert own["scatter_base"] == pytest.approx(before.tolist(), rel=1e-5)
    assert own["scatter_own"] == pytest.approx(after.tolist(), rel=1e-5)
    stacked = np.array(own["stacked"])
    assert stacked.shape == (len(answer["classes"]), len(answer["edges"]) - 1)
    assert stacked.sum() == pytest.approx(96, abs=1)
    assert stacked[answer["classes"].index("zero after")].sum() == pytest.approx(
        np.sum(after == 0), abs=1
    )
    first = own["largest"][0]
    assert first["before"] == pytest.approx(before[first["at"][0]])
    assert first["after"] == 0


def test_one_tensor_that_was_compared_when_logged(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "exact", level="row", row="enc.0.weight")
    first = answer["models"][1]["largest"][0]
    dense, pruned = _dense()["enc.0.weight"], _pruned(_dense())["enc.0.weight"]
    at = tuple(first["at"])
    assert first["change"] == pytest.approx(pruned[at] - dense[at], rel=1e-6)
    assert abs(first["change"]) == pytest.approx(np.abs(pruned - dense).max())
    assert first["before"] is None
    channels = answer["models"][0]["channels"]
    assert (channels["channels"], channels["dead"]) == (96, 0)
    expected = np.sqrt(np.mean(np.square(dense.astype(float)), axis=1))
    assert channels["rms"] == pytest.approx(expected.tolist(), rel=1e-5)


def test_a_module_in_full(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "pruned", "narrow", level="row", row="enc")
    base, own, narrow = answer["models"]
    assert base["params"] == 96 * 80 + 96 + 64 * 96
    assert (own["shape"], own["channels"], own["scatter_base"]) == (None, None, [])
    assert narrow["match"] == "resized"
    assert "shape differs" in narrow["caveat"]
    assert sum(base["histogram"]) == pytest.approx(base["params"], abs=61)


PART_ROW = {"compared": 512, "of": 33_280, "refused": 1}


@pytest.fixture
def with_refused(tmp_path: Path, serve: Serve) -> InProcessTensorBoard:
    """An embedding that did not change, beside a layer whose codes are refused."""
    embedding = np.ones((8, 64), np.float32)
    layer = np.random.default_rng(0).normal(size=(512, 64)).astype(np.float32)
    packed = {
        "fc.qweight": np.zeros((8, 512), np.int32),
        "fc.qzeros": np.zeros((4, 64), np.int32),
        "fc.scales": np.ones((4, 512), np.float16),
    }
    codes = {"fc.weight": layer.astype(np.int8), "fc.absmax": np.ones(512, np.float32)}
    many = {"more.weight": np.ones((512, 128), np.float32)}
    _log(tmp_path, "dense", weights={"emb.weight": embedding, "fc.weight": layer})
    _log(tmp_path, "gptq", weights={"emb.weight": embedding, **packed})
    _log(tmp_path, "int8", weights={"emb.weight": embedding, **codes})
    _log(tmp_path, "large", weights={"emb.weight": embedding, "fc.weight": layer, **many})
    _log(tmp_path, "large8", weights={"emb.weight": embedding, **codes, **many})
    tensorboard = serve(tmp_path)
    tensorboard.models_when(
        lambda answer: sum(model["logged"]["weights"] for model in answer["models"]) == 5
    )
    return tensorboard


@pytest.mark.parametrize("model", ["gptq", "int8"])
def test_a_network_that_lacks_refused_tensors_is_not_unchanged(
    with_refused: InProcessTensorBoard, model: str
) -> None:
    answer = _ask(with_refused, "dense", model)
    base, own = answer["models"]
    names = answer["rows"]["names"]
    words = "512 of 33,280 weights compared; 1 tensor was refused"
    assert own["parts"]["0"] == PART_ROW | {"words": words}
    assert own["certainty"][0] is None, "the rest does not speak for the network"
    layer = own["parts"][str(names.index("fc"))]["words"]
    assert layer == "0 of 32,768 weights compared; 1 tensor was refused"
    assert str(names.index("emb")) not in own["parts"]
    assert _cell(answer, 1, "emb", "certainty") == "exact"
    assert base["parts"] == {}
    (note,) = [each for each in answer["notes"] if "fc.weight" in each["message"]
               or "fc.qweight" in each["message"]]  # fmt: skip
    assert "log the dequantized weights as a mapping" in note["message"]


def test_a_total_of_most_weights_says_what_it_leaves_out(
    with_refused: InProcessTensorBoard,
) -> None:
    answer = _ask(with_refused, "large", "large8")
    part = answer["models"][1]["parts"]["0"]
    assert (part["compared"], part["of"], part["refused"]) == (66_048, 98_816, 1)
    assert _cell(answer, 1, "", "certainty") == "exact"
    detail = _ask(with_refused, "large", "large8", level="row", row="")
    assert detail["models"][1]["part"] == part
    assert detail["models"][0]["part"] is None


def test_what_the_base_refused(with_refused: InProcessTensorBoard) -> None:
    answer = _ask(with_refused, "int8", "dense")
    base, own = answer["models"]
    assert base["parts"]["0"]["words"] == "1 tensor was refused"
    assert own["parts"]["0"]["words"] == (
        "512 of 33,280 weights compared; 32,768 of its own not compared; "
        "1 tensor of the base was refused"
    )
    answer = _ask(with_refused, "gptq", "dense")
    assert answer["models"][1]["parts"]["0"]["words"].startswith(
        "512 of more than 512 weights compared"
    )


def test_what_has_no_counterpart_is_told_too(served: InProcessTensorBoard) -> None:
    answer = _ask(served, "dense", "narrow")
    part = answer["models"][1]["parts"]["0"]
    total = 96 * 80 + 96 + 64 * 96 + 640
    assert (part["compared"], part["of"], part["refused"]) == (0, total, 0)
    assert answer["models"][0]["parts"] == {}
    assert _ask(served, "dense", "pruned")["models"][1]["parts"] == {}


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({}, 400, "base is missing"),
        ({"base": "nobody"}, 404, "no model with the key nobody"),
        ({"view": "gradients"}, 400, "view=gradients is not one of weights, sparsity, activations"),
        ({"measure": "colour"}, 404, "available: sqnr"),
        ({"level": "everything"}, 400, "not one of tree, row"),
        ({"level": "row"}, 400, "row is missing"),
        ({"level": "row", "row": "nowhere"}, 404, "no row nowhere"),
        ({"models": "<b>"}, 404, "<b>"),
    ],
)
def test_refusals(
    served: InProcessTensorBoard, query: dict[str, str], status: int, told: str
) -> None:
    base = {} if told == "base is missing" else {"base": model_key("dense", "dense")}
    response = served.client.get(ROUTE, query_string={**base, **query})
    assert response.status_code == status
    assert told in response.get_json()["error"]


def test_sketches_under_another_models_tag_are_refused(tmp_path: Path, serve: Serve) -> None:
    """They would be compared as that model's."""
    for name in ("dense", "pruned"):
        _log(tmp_path, name, weights=_dense())
    _log(tmp_path, "other")
    theirs = SketchRecord("weights", "dense", ())
    writer = EventFileWriter(str(tmp_path / "other"))
    summary = blob_summary(weights_tag("other"), sketches.encode(theirs))
    writer.add_event(Event(step=1, wall_time=1.0, summary=summary))
    writer.close()
    served = serve(tmp_path)
    served.models_when(
        lambda answer: sum(model["logged"]["weights"] for model in answer["models"]) == 3
    )
    answer = _ask(served, "dense", "pruned", "other")
    assert [model["logged"] for model in answer["models"]] == [True, True, False]
    (note,) = answer["notes"]
    assert note["model"] == model_key("other", "other")
    assert "the tag cnc/weights/other does not fit what it holds" in note["message"]

"""Every kind of data is answered at every level: texts, several labels, numbers, bare scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.records.instances import Dataset, Predictions
from tests.plugin.behaviors.evaluated import Evaluated, keys

N = 40
IDS = np.arange(N)
RNG = np.random.default_rng(9)


def log(kind: Any, data: dict[str, Any], *answers: dict[str, Any]) -> Evaluated:
    found = Evaluated()
    found.dataset(Dataset("test", IDS, kind, "f", **data))
    parents: tuple[str, ...] = ()
    for name, columns in zip(("base", "model", "third"), answers, strict=False):
        found.model(name, *parents)
        found.predictions(Predictions(name, "test", IDS, kind, **columns))
        parents = (name,)
    return found


def texts() -> Evaluated:
    outputs = [f"answer {i % 3}" for i in range(N)]
    changed = ["answer 9" if i % 3 == 0 else text for i, text in enumerate(outputs)]
    long = ["x" * 5000, *outputs[1:]]
    scores = {"F1": RNG.random(N).astype(np.float32), "EM": (IDS % 2).astype(np.float32)}
    data = {"targets": tuple(outputs), "texts": tuple(f"<b>question {i}</b>" for i in range(N))}
    return log(
        "texts",
        data,
        {"outputs": tuple(outputs), "scores": scores},
        {"outputs": tuple(changed), "scores": {**scores, "EM": np.zeros(N, np.float32)}},
        {"outputs": tuple(long), "scores": scores},
    )


def labels() -> Evaluated:
    members = RNG.random((N, 3)) < 0.5
    said = [members ^ (RNG.random((N, 3)) < share) for share in (0.1, 0.4)]
    p = [np.clip(s * 0.8 + 0.1, 0, 1).astype(np.float32) for s in said]
    data = {"classes": ("red", "green", "blue"), "memberships": members}
    return log(
        "multi-label",
        data,
        *(
            {"memberships": s, "vectors": v, "vector_rows": IDS}
            for s, v in zip(said, p, strict=True)
        ),
    )


def numbers() -> Evaluated:
    true = RNG.normal(size=N)
    return log("numbers", {"numbers": true}, {"numbers": true + 0.1}, {"numbers": true - 0.5})


def scores() -> Evaluated:
    columns = ({"scores": {"psnr": RNG.random(N).astype(np.float32)}} for _ in range(2))
    return log("scores", {"attributes": {"size": RNG.random(N)}}, *columns)


LOGS = {"texts": texts, "multi-label": labels, "numbers": numbers, "scores": scores}


def ask(found: Evaluated, **arguments: Any) -> Any:
    return found.ask(base=keys("base"), models=keys("model"), **arguments)


@pytest.mark.parametrize("kind", LOGS)
def test_every_measure_in_every_form_is_answered(kind: str) -> None:
    found = LOGS[kind]()
    summary = ask(found)
    assert summary["kind"] == kind
    assert summary["measures"]
    for measure in summary["measures"]:
        for form in measure["forms"]:
            asked = {"measure": measure["id"], "form": form}
            shown = ask(found, **asked)
            assert (shown["measure"], shown["form"]) == (measure["id"], form)
            page = ask(found, level="instances", limit="5", sort=f"-value:{keys('model')}", **asked)
            values = [v for v in page["models"][1]["values"] if v is not None]
            assert values == sorted(values, reverse=True)
            if summary["dimensions"]:
                table = ask(found, level="slices", **asked)
                assert table["total"] == N


@pytest.mark.parametrize("kind", LOGS)
def test_one_instance_has_all_its_measures(kind: str) -> None:
    found = LOGS[kind]()
    detail = ask(found, level="instance", id="3")
    own = [m["id"] for m in ask(found)["measures"] if not m["pairwise"]]
    assert list(detail["models"][0]["measures"]) == own
    assert len(detail["lineages"]) == 2


@pytest.mark.parametrize("sort", ["id", "label", "disagreement", "order", "-id"])
@pytest.mark.parametrize("kind", LOGS)
def test_every_order_has_every_instance(kind: str, sort: str) -> None:
    page = ask(LOGS[kind](), level="instances", sort=sort)
    assert sorted(page["ids"]) == list(range(N))


def test_texts() -> None:
    found = texts()
    summary = ask(found)
    assert summary["measure"] == "score/F1"
    model = summary["models"][1]
    assert model["changes"][0]["after"] == "answer 9"
    assert model["changes"][0]["n"] == 14
    assert model["outcomes"]["negative"] == N // 2, "a score called EM says what is right"
    change = {"kind": "change", "model": keys("model"), "before": "answer 0", "after": "answer 9"}
    page = ask(found, level="instances", filter=[change])
    assert page["ids"] == list(range(0, N, 3))
    sought = ask(found, level="instances", filter=[{"kind": "text", "text": "QUESTION 17<"}])
    assert sought["ids"] == [17]
    third = found.ask(base=keys("base"), models=keys("third"), level="instances")
    assert len(third["models"][1]["predicted"][0]) == 2000
    assert third["models"][1]["predicted"][0].endswith("…")
    whole = found.ask(base=keys("base"), models=keys("third"), level="instance", id="0")
    assert whole["models"][1]["predicted"] == "x" * 5000


def test_several_labels_are_counted_once_in_totals() -> None:
    found = labels()
    table = ask(found, level="slices", by=["label"], measure="hamming")
    assert sum(table["instances"]) > table["total"] == N
    summary = ask(found)
    assert summary["dimensions"][0]["overlapping"]
    assert summary["models"][0]["value"]["n"] == N
    outcomes = summary["models"][1]["outcomes"]
    cells = ("both_right", "negative", "positive", "both_wrong")
    assert sum(outcomes[cell] for cell in cells) == outcomes["n"] == N
    page = ask(found, level="instances", limit="1")
    assert set(page["labels"][0]) <= {"red", "green", "blue"}
    assert summary["models"][1]["kl"]["n"] == N


def test_several_labels_name_their_changes() -> None:
    found = labels()
    change = ask(found)["models"][1]["changes"][0]
    condition = {"kind": "change", "model": keys("model")}
    condition |= {"before": change["before"], "after": change["after"]}
    assert ask(found, filter=[condition])["n_filtered"] == change["n"]


def test_numbers() -> None:
    found = numbers()
    summary = ask(found, measure="abs_error")
    model = summary["models"][1]
    assert model["change"]["value"] == pytest.approx(0.4, abs=1e-5)
    assert (model["outcomes"], model["agreement"], model["answers"]) == (None, None, [])
    page = ask(found, level="instances", sort="disagreement", limit="2")
    assert isinstance(page["models"][0]["predicted"][0], float)
    harmed = ask(found, level="harmed")
    assert (harmed["measure"], harmed["reason"]) == ("abs_error", None)


def test_bare_scores_have_slices_by_attributes() -> None:
    found = scores()
    table = ask(found, level="slices")
    assert (table["by"], table["measure"]) == (["attribute/size"], "score/psnr")
    assert table["small"] == [True] * 5


def test_a_family_forgets_texts_too() -> None:
    found = texts()
    page = found.ask(
        base=keys("base"), models=keys("model"), level="forgotten", family="descendants"
    )
    assert page["family"]["models"] == keys("model", "third").split(",")
    # Elsewhere the third answers as the base does: one vote each.
    assert (page["ids"], page["family"]["n"]) == ([0], 1)
    alone = ask(found, level="forgotten", sort="-votes")
    assert alone["votes"]["answers"] == ["answer 9"] * 14
    assert alone["votes"]["correct"] == [False] * 14


def test_no_digit_of_an_id_is_lost() -> None:
    ids = np.array([2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1])
    found = Evaluated()
    found.dataset(Dataset("test", ids, "scores", "f", texts=tuple("abcde")))
    for name in ("base", "model"):
        found.model(name)
        found.predictions(
            Predictions(name, "test", ids, "scores", scores={"psnr": np.arange(5, dtype="f4")})
        )
    texts = [str(id) for id in ids.tolist()]
    assert ask(found, level="instances")["ids"] == [2**53 - 1, *texts[1:]]
    for text, letter in zip(texts, "abcde", strict=True):
        detail = ask(found, level="instance", id=text)
        assert (str(detail["id"]), detail["text"]) == (text, letter)

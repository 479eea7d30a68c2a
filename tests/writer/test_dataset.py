"""What a data set holds is what was passed, whatever its kind, within its bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import tensorboardX
import torch
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.instances import Dataset
from tests.writer.logged import the_dataset

RANDOM = np.random.default_rng(2)


def stored(where: Path, ids: Any = (1, 2, 3), **given: Any) -> Dataset:
    cnc_summary.dataset(where, "test", ids, **given)
    return the_dataset(where)


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([2, 0, -100], id="indices"),
        pytest.param(np.array([2.0, 0.0, np.nan]), id="floats"),
        pytest.param(torch.tensor([[2], [0], [-100]]), id="a torch column"),
        pytest.param(["c", "a", None], id="names"),
        pytest.param(np.array([2, 0, None]), id="objects"),
    ],
)
def test_labels(labels: Any, tmp_path: Path) -> None:
    record = stored(tmp_path, labels=labels, classes=["a", "b", "c"])
    assert (record.kind, record.classes) == ("classes", ("a", "b", "c"))
    np.testing.assert_array_equal(record.labels, [2, 0, -1])


def test_names_are_the_classes_where_none_are_given(tmp_path: Path) -> None:
    record = stored(tmp_path, labels=np.array(["owl", "cat", "owl"]))
    assert record.classes == ("cat", "owl")
    np.testing.assert_array_equal(record.labels, [1, 0, 1])


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([["a"], [], ["c", "a"]], id="names"),
        pytest.param([{0}, set(), {2, 0}], id="sets of indices"),
        pytest.param(np.array([[1, 0, 0], [0, 0, 0], [1, 0, 1]]), id="flags"),
        pytest.param([[1, 0, 0], [0, 0, 0], [1, 0, 1]], id="lists of flags"),
        pytest.param(torch.tensor([[1.0, 0, 0], [0, 0, 0], [1, 0, 1]]), id="a torch tensor"),
    ],
)
def test_labels_of_several_classes(labels: Any, tmp_path: Path) -> None:
    record = stored(tmp_path, labels=labels, classes=["a", "b", "c"])
    assert record.kind == "multi-label"
    np.testing.assert_array_equal(record.memberships, [[1, 0, 0], [0, 0, 0], [1, 0, 1]])


def test_targets(tmp_path: Path) -> None:
    numbers = stored(tmp_path / "numbers", targets=torch.tensor([0.5, 2, float("nan")]))
    assert numbers.kind == "numbers"
    np.testing.assert_array_equal(numbers.numbers, [0.5, 2, np.nan])
    texts = stored(tmp_path / "texts", targets=["yes", "no", None], texts=["a?", "b?", "c?"])
    assert (texts.kind, texts.targets, texts.texts) == (
        "texts", ("yes", "no", ""), ("a?", "b?", "c?")
    )  # fmt: skip
    assert stored(tmp_path / "bare").kind == "scores"


def plain(attribute: Any) -> Any:
    """Numbers, or the text of each instance."""
    if isinstance(attribute, np.ndarray):
        return attribute
    codes, texts = attribute
    return [texts[code] if code >= 0 else None for code in codes]


def test_attributes(tmp_path: Path) -> None:
    given = {
        "ink": torch.tensor([0.5, 1, 2]),
        "width": [3, None, 5],
        "hand": ["left", None, "<b>"],
        "flipped": np.array([True, False, True]),
        "mixed": ["a", 1, None],
    }
    attributes = stored(tmp_path, attributes=given).attributes
    found = {name: plain(value) for name, value in attributes.items()}
    np.testing.assert_array_equal(found["ink"], [0.5, 1, 2])
    np.testing.assert_array_equal(found["width"], [3, np.nan, 5])
    assert found["hand"] == ["left", None, "<b>"]
    assert found["flipped"] == ["True", "False", "True"]
    assert found["mixed"] == ["a", "1", None]


def test_every_kind_of_writer_and_an_update(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "torch") as writer:
        cnc_summary.dataset(writer, "test", [1, 2])
        cnc_summary.dataset(writer, "test", [1, 2, 3])
    assert len(the_dataset(tmp_path / "torch").ids) == 3
    with tensorboardX.SummaryWriter(str(tmp_path / "x")) as writer:
        cnc_summary.dataset(writer, "test", [1, 2])
    assert len(the_dataset(tmp_path / "x").ids) == 2
    cnc_summary.dataset(str(tmp_path / "path"), "a/b %", ["x"])
    assert the_dataset(tmp_path / "path").name == "a/b %"


class TestFingerprint:
    """The same instances have the same one; any other content another."""

    GIVEN: ClassVar[dict[str, Any]] = {
        "labels": [0, 1, 2],
        "classes": list("abc"),
        "texts": list("xyz"),
    }

    def of(self, where: Path, ids: Any = (1, 2, 3), **changes: Any) -> str:
        return stored(where, ids, **{**self.GIVEN, **changes}).fingerprint

    def test_order_attributes_and_images_do_not_matter(self, tmp_path: Path) -> None:
        fingerprint = self.of(tmp_path / "0")
        turned = {"labels": [2, 1, 0], "texts": list("zyx")}
        assert self.of(tmp_path / "1", (3, 2, 1), **turned) == fingerprint
        assert self.of(tmp_path / "2", attributes={"a": [1, 2, 3]}) == fingerprint
        assert self.of(tmp_path / "3", images=np.zeros((3, 4, 4))) == fingerprint
        names = {"labels": ["a", "b", "c"], "ids": np.array([1, 2, 3], np.int8)}
        assert self.of(tmp_path / "4", **names) == fingerprint

    @pytest.mark.parametrize(
        "changes",
        [
            {"ids": (1, 2, 4)},
            {"ids": ("1", "2", "3")},
            {"labels": [0, 1, 1]},
            {"classes": list("abd")},
            {"texts": list("xy ")},
            {"texts": None},
            {"texts": ["xy", "", "z"]},
        ],
    )
    def test_any_other_content(self, changes: dict[str, Any], tmp_path: Path) -> None:
        assert self.of(tmp_path / "0") != self.of(tmp_path / "1", **changes)


class TestBudget:
    """Thumbnails go first, then the ends of texts; truth and attributes never."""

    IMAGES = RANDOM.integers(0, 255, (300, 24, 24), np.uint8)
    TEXTS = tuple("".join(map(chr, RANDOM.integers(97, 123, 800))) for _ in range(300))

    def fitted(self, where: Path, max_bytes: int) -> Dataset:
        record = stored(
            where, range(300), labels=[1] * 300, texts=self.TEXTS, images=self.IMAGES,
            attributes={"n": RANDOM.random(300)}, max_bytes=max_bytes,
        )  # fmt: skip
        assert record.labels is not None
        assert record.labels.sum() == 300
        assert list(record.attributes) == ["n"]
        size = sum(file.stat().st_size for file in where.rglob("*tfevents*"))
        assert size < max_bytes + 500 or record.texts is None
        return record

    def test_all_fit(self, tmp_path: Path) -> None:
        record = self.fitted(tmp_path, 1 << 20)
        assert record.dropped == ()
        assert record.texts == self.TEXTS
        assert record.images is not None
        assert all(record.images)

    def test_some_thumbnails_stay(self, tmp_path: Path) -> None:
        few = self.fitted(tmp_path / "few", 250_000)
        more = self.fitted(tmp_path / "more", 300_000)
        assert few.dropped == more.dropped == ("thumbnails",)
        kept = [{i for i, file in enumerate(r.images or ()) if file} for r in (few, more)]
        assert 0 < len(kept[0]) < len(kept[1]) < 300
        assert kept[0] < kept[1], "a smaller max_bytes keeps some of the same instances"
        assert few.texts == self.TEXTS

    def test_texts_are_cut_with_a_mark(self, tmp_path: Path) -> None:
        record = self.fitted(tmp_path, 120_000)
        assert record.dropped == ("thumbnails", "texts")
        assert record.texts is not None
        assert record.texts[0] == self.TEXTS[0][:500] + "… [cut: 800 characters]"

    def test_hardly_anything_fits(self, tmp_path: Path) -> None:
        record = self.fitted(tmp_path, 1000)
        assert record.texts is None
        assert not any(record.images or ())

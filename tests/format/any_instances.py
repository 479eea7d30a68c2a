"""Records of instances, whatever they hold, for hypothesis."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tensorboard_cnc.format.columns import text_ids
from tensorboard_cnc.records.instances import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.writer.instances.thumbnails import png_of

TEXT = st.text(max_size=8)
TEXTS = st.characters(codec="utf-8")
NAMES = st.text(TEXTS, min_size=1, max_size=8)
FLOATS = st.floats(width=32)
CHANCES = st.just(np.nan) | st.floats(0, 1, width=32)
PICTURES = [b"", png_of(np.zeros((1, 2, 1), np.uint8)), png_of(np.ones((64, 3, 4), np.uint8))]
BIG = st.integers(-(2**63), 2**63 - 1)


@st.composite
def ids(draw: st.DrawFn, n: int) -> Any:
    if draw(st.booleans()):
        return np.array(draw(st.lists(BIG, min_size=n, max_size=n, unique=True)), np.int64)
    word = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80)
    return text_ids(draw(st.lists(word, min_size=n, max_size=n, unique=True)))


def column(dtype: Any, shape: Any, elements: Any) -> st.SearchStrategy[Any]:
    """A column that may be missing."""
    return st.none() | arrays(dtype, shape, elements=elements)


def texts(n: int) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(st.text(TEXTS, max_size=8), min_size=n, max_size=n).map(tuple)


def pictures(n: int) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(PICTURES), min_size=n, max_size=n).map(tuple)


def groups(n: int) -> st.SearchStrategy[Any]:
    """Codes from 0 without gaps."""
    drawn = arrays(np.int64, n, elements=st.integers(0, 3))
    return drawn.map(lambda codes: np.unique(codes, return_inverse=True)[1].astype(np.int64))


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    n, classes = draw(st.integers(0, 12)), draw(st.integers(1, 5))
    memberships = draw(column(np.bool_, (n, classes), st.booleans()))
    codes = arrays(np.int32, n, elements=st.integers(-1, 1))
    category = st.tuples(codes, st.just(("a", "<b>")))
    number = arrays(np.float64, n, elements=st.floats())
    return Dataset(
        name=draw(NAMES),
        ids=draw(ids(n)),
        kind=draw(st.sampled_from(["classes", "multi-label", "numbers", "texts", "scores"])),
        fingerprint=draw(st.text(TEXTS, max_size=8)),
        classes=tuple(f"class {i}" for i in range(classes)) if draw(st.booleans()) else (),
        labels=draw(column(np.int32, n, st.integers(-1, classes - 1))),
        memberships=memberships,
        memberships_known=None
        if memberships is None
        else draw(column(np.bool_, (n, classes), st.booleans())),
        numbers=draw(column(np.float64, n, st.floats())),
        targets=draw(texts(n)),
        texts=draw(texts(n)),
        images=draw(
            st.none() | st.lists(st.sampled_from(PICTURES), min_size=n, max_size=n).map(tuple)
        ),
        attributes=draw(st.dictionaries(NAMES, category | number, max_size=3)),
        groups=draw(st.none() | groups(n)),
        dropped=tuple(draw(st.lists(NAMES, max_size=2))),
        logged_us=draw(BIG),
    )


@st.composite
def predictions(draw: st.DrawFn) -> Predictions:
    n, classes = draw(st.integers(0, 12)), draw(st.integers(1, 5))
    k = draw(st.integers(1, classes))
    top, vectors = draw(st.booleans()), draw(st.booleans())
    rows = np.flatnonzero(draw(arrays(np.bool_, n)))
    code = st.integers(-1, classes - 1)
    return Predictions(
        model_id=draw(NAMES),
        dataset=draw(NAMES),
        ids=draw(ids(n)),
        kind=draw(st.sampled_from(["classes", "multi-label", "numbers", "texts", "scores"])),
        classes=tuple(f"class {i}" for i in range(classes)) if draw(st.booleans()) else (),
        dataset_fingerprint=draw(st.text(TEXTS, max_size=8)),
        predicted=draw(column(np.int32, n, code)),
        memberships=draw(column(np.bool_, (n, classes), st.booleans())),
        numbers=draw(column(np.float64, n, st.floats())),
        outputs=draw(texts(n)),
        correct=draw(column(np.int8, n, st.integers(-1, 1))),
        confidence=draw(column(np.float32, n, CHANCES)),
        true_probability=draw(column(np.float32, n, CHANCES)),
        top_classes=draw(arrays(np.int32, (n, k), elements=code)) if top else None,
        top_probabilities=draw(arrays(np.float32, (n, k), elements=CHANCES)) if top else None,
        vector_rows=rows if vectors else None,
        vectors=draw(arrays(np.float32, (len(rows), classes), elements=CHANCES))
        if vectors
        else None,
        scores=draw(st.dictionaries(NAMES, arrays(np.float32, n, elements=FLOATS), max_size=3)),
        excluded=draw(st.integers(0, 2**64 - 1)),
        dropped=tuple(draw(st.lists(NAMES, max_size=2))),
        logged_us=draw(BIG),
    )


records: st.SearchStrategy[InstanceRecord] = st.one_of(datasets(), predictions())

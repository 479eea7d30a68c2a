"""What is stored about evaluation instances and predictions, as immutable values.

Arrays are read-only; n is the number of instances, C that of classes. A field is None where
nothing was logged; -1 and NaN mark single rows for which nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Kind: TypeAlias = Literal["classes", "multi-label", "numbers", "texts", "scores"]
# int64 (n,), or texts: a unicode array, of objects where single ids are long.
Ids: TypeAlias = NDArray[Any]
# Numbers, float64 (n,), or categories: codes, int32 (n,), and the texts they stand for.
Attribute: TypeAlias = "NDArray[np.float64] | tuple[NDArray[np.int32], tuple[str, ...]]"


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """What all models share about the instances of an evaluation.

    `labels`: class indices, int32 (n,); `memberships`: the classes of each multi-label instance,
    bool (n, C), and `memberships_known` where they are known, None: everywhere; `numbers`: targets
    of a regression, float64 (n,); `targets`: texts to generate.
    `images`: PNG files, empty where an instance has none. `groups`: what each was sampled in,
    numbered from 0 without gaps, int64 (n,). `dropped`: what max_bytes left out.
    """

    name: str
    ids: Ids
    kind: Kind
    fingerprint: str
    classes: tuple[str, ...] = ()
    labels: NDArray[np.int32] | None = None
    memberships: NDArray[np.bool_] | None = None
    numbers: NDArray[np.float64] | None = None
    targets: tuple[str, ...] | None = None
    texts: tuple[str, ...] | None = None
    images: tuple[bytes, ...] | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    groups: NDArray[np.int64] | None = None
    dropped: tuple[str, ...] = ()
    logged_us: int = 0
    memberships_known: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What one model answered on instances of one data set.

    The answer is one of `predicted` (class indices, int32 (n,)), `memberships` (bool (n, C)),
    `numbers` (float64 (n,)) and `outputs` (texts); none where only `scores` were logged.
    `correct`: 1 right, 0 wrong, -1 unknown, int8 (n,). `confidence` and `true_probability`:
    probability of the answer and of the true label, float32 (n,). `top_classes` int32 (n, k) and
    `top_probabilities` float32 (n, k) descend. `vectors`, float32 (r, C), are the probabilities
    of the instances at `vector_rows`, int64 (r,) ascending. `classes` may be empty where only
    the data set knows them. `dataset_fingerprint` is "" where the data set was not logged by the
    same process before. `excluded` rows were not finite. `dropped`: what max_bytes left out.
    """

    model_id: str
    dataset: str
    ids: Ids
    kind: Kind
    classes: tuple[str, ...] = ()
    dataset_fingerprint: str = ""
    predicted: NDArray[np.int32] | None = None
    memberships: NDArray[np.bool_] | None = None
    numbers: NDArray[np.float64] | None = None
    outputs: tuple[str, ...] | None = None
    correct: NDArray[np.int8] | None = None
    confidence: NDArray[np.float32] | None = None
    true_probability: NDArray[np.float32] | None = None
    top_classes: NDArray[np.int32] | None = None
    top_probabilities: NDArray[np.float32] | None = None
    vector_rows: NDArray[np.int64] | None = None
    vectors: NDArray[np.float32] | None = None
    scores: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    excluded: int = 0
    dropped: tuple[str, ...] = ()
    logged_us: int = 0


InstanceRecord: TypeAlias = Dataset | Predictions

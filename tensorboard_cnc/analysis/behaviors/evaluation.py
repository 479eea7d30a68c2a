"""What is known about N instances, and what one model answered on them, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.integer[Any]]
Kind: TypeAlias = Literal["classes", "multi-label", "numbers", "texts", "scores"]

# The code of a row without an answer or label.
NONE = -1


@dataclass(frozen=True, slots=True)
class Vectors:
    """Full probability vectors of some rows: `rows` ascending (k,), `probabilities` (k, C)."""

    rows: Ints
    probabilities: Floats


@dataclass(frozen=True, slots=True)
class Truth:
    """What a data set says about its N rows.

    `labels`: codes (N,), comparable with the answers of models, NONE where unknown; for
    multi-label data `memberships` has the classes of each row (N, C) instead, and `labels` codes
    of these sets. `numbers`: targets of a regression. An attribute is an array of N numbers (NaN:
    unknown) or a pair of codes (N,) and their texts.
    """

    kind: Kind
    n: int
    classes: Sequence[str] = ()
    labels: Ints | None = None
    memberships: Bools | None = None
    numbers: Floats | None = None
    attributes: Mapping[str, Floats | tuple[Ints, Sequence[str]]] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        arrays = [self.labels, self.memberships, self.numbers]
        arrays += (
            each[0] if isinstance(each, tuple) else each for each in self.attributes.values()
        )
        return sum(array.nbytes for array in arrays if array is not None)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one model answered on N rows; NaN and NONE mark what it did not.

    `answers`: codes (N,), equal where answers are; `correct`: 1, 0 or NaN, and `contradicted` how
    many were logged as the opposite, by other labels than the data set's; `confidence` and
    `true_probability`: of the answer and of the true label, 0 to 1; `numbers`: a regression's
    answers; `memberships`: the classes of multi-label answers (N, C); `outputs`: texts, of which
    that at `positions[row]` belongs to the row (NONE: it has no prediction).
    """

    positions: Ints
    present: Bools
    answers: Ints | None = None
    correct: Floats | None = None
    contradicted: int = 0
    confidence: Floats | None = None
    true_probability: Floats | None = None
    numbers: Floats | None = None
    memberships: Bools | None = None
    scores: Mapping[str, Floats] = field(default_factory=dict)
    vectors: Vectors | None = None
    outputs: Sequence[str] | None = None

    def arrays(self) -> list[NDArray[Any]]:
        """All its arrays."""
        found = [getattr(self, each.name) for each in fields(self)]
        found += self.scores.values()
        if self.vectors is not None:
            found += [self.vectors.rows, self.vectors.probabilities]
        return [array for array in found if isinstance(array, np.ndarray)]

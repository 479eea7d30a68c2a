"""Whether paired changes could be chance: the sign-flip test, and the interval that it keeps."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

# Fewer pairs can all agree by chance more often than one time in twenty.
FEWEST = 6
# So many pairs have all their subsets looked at; of more, this many drawn ones.
_MOST_EXACT = 12
_DRAWN = 1023
_LEVEL = 0.05
# Sums that only rounding keeps from zero are zero.
_ROUNDING = 1e-12


class SignFlip(NamedTuple):
    """Two-sided p of "no change", and the 95 % interval of the change; from one procedure."""

    p: float
    low: float
    high: float


def sign_flip(changes: Floats) -> SignFlip | None:
    """Tests the mean of paired changes (n,); None of fewer than six.

    Had the variable no effect, a pair could as well stand the other way round: each pattern of
    signs is as likely. A pattern's mean is at most the shifted one where the mean of the pairs
    that it turns is at most the shift, so p and the interval are counts of means of subsets
    (Hartigan 1969, https://doi.org/10.1080/01621459.1969.10501057). Beyond 12 pairs subsets are
    drawn, the same in each answer, which keeps the test exact
    (Hemerik & Goeman 2018, https://doi.org/10.1007/s11749-017-0571-1).
    """
    n = len(changes)
    if n < FEWEST:
        return None
    means = np.sort(_subsets(n) @ changes)
    nothing = _ROUNDING * float(np.abs(changes).max(initial=0.0))
    # The pattern that turns no pair counts on both sides.
    below = 1 + int(np.searchsorted(means, nothing, side="right"))
    above = 1 + len(means) - int(np.searchsorted(means, -nothing, side="left"))
    patterns = len(means) + 1
    last = int(_LEVEL / 2 * patterns)
    p = min(1.0, 2 * min(below, above) / patterns)
    return SignFlip(p, float(means[last - 1]), float(means[-last]))


@lru_cache(maxsize=32)
def _subsets(n: int) -> NDArray[Any]:
    """Subsets of `n` pairs (subsets, n), none of them empty, as weights that give their mean."""
    if n <= _MOST_EXACT:
        chosen = (np.arange(1, 2**n)[:, None] >> np.arange(n)) & 1
    else:
        chosen = np.random.default_rng(n).integers(0, 2, (_DRAWN, n), dtype=np.int8)
        chosen[~chosen.any(axis=1), 0] = 1
    weights: NDArray[Any] = chosen / chosen.sum(axis=1, keepdims=True)
    return weights

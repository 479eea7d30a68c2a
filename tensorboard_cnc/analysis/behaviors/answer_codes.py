"""Numbers that stand for answers: equal where the answers are, of any model of this process."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_cnc.analysis.behaviors.evaluation import Bools, Ints


def text_codes(texts: Sequence[str]) -> Ints:
    """Codes of texts (n,), int64, never NONE; two that differ share one by a chance of 2⁻⁶⁴."""
    return np.fromiter(map(hash, texts), np.int64, len(texts))


def membership_codes(memberships: Bools) -> Ints:
    """Codes of the sets of classes in the rows (n, C), int64, never NONE."""
    packed = np.packbits(memberships, axis=1)
    if packed.shape[1] <= 4:
        # Few classes: the flags themselves are the number.
        places = 1 << (8 * np.arange(packed.shape[1], dtype=np.int64))
        return packed.astype(np.int64) @ places
    rows = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}")[:, 0]
    return np.fromiter(map(hash, rows.tolist()), np.int64, len(rows))

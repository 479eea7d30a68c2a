"""Which predictions became which others: the most frequent changes, and the rest as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_cnc.analysis.behaviors.counts import both_answered, distinct_pairs, with_flip
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import Bools, Ints


@dataclass(frozen=True, slots=True)
class Flows:
    """Changes of predictions (k,) from the codes `before` to `after`, the most frequent first.

    `n`: instances of each; `broke` and `mended`: those of them that went right → wrong and back,
    0 where that is not known, which `judged` says. `answered`: instances that both predicted.
    `pairs` and the totals count all changes, also those beyond k.
    """

    before: Ints
    after: Ints
    n: Ints
    broke: Ints
    mended: Ints
    answered: int
    pairs: int
    all_changed: int
    all_broke: int
    all_mended: int
    judged: bool


def flows_of(base: Evaluation, model: Evaluation, chosen: Bools, top: int) -> Flows | None:
    """The `top` most frequent changes on the rows `chosen` (N,), ties by code.

    None where predictions cannot be told apart by code, such as numbers.
    """
    if base.answers is None or model.answers is None:
        return None
    both = both_answered(base, model) & chosen
    rows = np.flatnonzero(both & (base.answers != model.answers))
    (befores, afters), pair = distinct_pairs(base.answers[rows], model.answers[rows])
    count = len(befores)
    n = np.bincount(pair, minlength=count)
    broke = np.bincount(pair[with_flip(base, model, "negative")[rows]], minlength=count)
    mended = np.bincount(pair[with_flip(base, model, "positive")[rows]], minlength=count)
    order = np.argsort(-n, kind="stable")[:top]
    return Flows(
        befores[order],
        afters[order],
        n[order],
        broke[order],
        mended[order],
        answered=int(np.count_nonzero(both)),
        pairs=count,
        all_changed=len(rows),
        all_broke=int(broke.sum()),
        all_mended=int(mended.sum()),
        judged=base.correct is not None and model.correct is not None,
    )

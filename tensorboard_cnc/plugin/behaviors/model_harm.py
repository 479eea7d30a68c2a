"""What all slices of a model say together: how many it harms, or what would have been seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.harm.pairs import PairHarm
from tensorboard_cnc.analysis.behaviors.harm.slices import FEWEST, SliceHarm, Subject
from tensorboard_cnc.analysis.behaviors.harm.units import Sampled
from tensorboard_cnc.analysis.behaviors.harm.unseen import Search, smallest_seen
from tensorboard_cnc.plugin.responses import significant

_SIZES = (100, 500, 1000)
_SEEDS = (
    "Trained again: how much two seeds of the base differ is not known; log two runs of the base "
    "that differ in seed=, or say replicate_of=."
)
_BY_OUTCOME = (
    "Slices by a prediction or its confidence are chosen by the outcome: they change by chance "
    "alone, and are not tested."
)
_ALL_WRONG = "The base has no right prediction here that could break."
_NOTHING_BROKE = "No prediction went from right to wrong."
_NO_LOSS = "No instance came off worse."
_ONE_SLICE = "There is only one slice, with nothing beside it to compare with."
_SMALL = f"No slice has {FEWEST} instances or more, with as many beside them."


def unknown_harm(key: str, reason: str | None) -> wire.ModelHarm:
    """Of the model `key`, without a verdict."""
    return {
        "model": key,
        "tested": 0,
        "pairs_tested": 0,
        "harmed": 0,
        "pairs_harmed": 0,
        "pairs_left_out": 0,
        "reason": reason,
        "could_see": [],
        "retrained": False,
        "replicates": 0,
        "units": None,
        "churn": None,
    }


def model_harm(
    key: str,
    subject: Subject,
    slices: SliceHarm,
    pairs: PairHarm | None,
    tests: int,
    units: Sampled | None,
    rate: bool,
) -> wire.ModelHarm:
    """Of the model `key`; `tests` were made of all models, over `units` where there are any."""
    found: wire.ModelHarm = {
        **unknown_harm(key, _why_no_verdict(subject, slices, rate)),
        "tested": int(np.count_nonzero(slices.tested)),
        "harmed": int(np.count_nonzero(slices.harmed)),
        "could_see": _could_see(slices, subject, tests, units.together if units else 1.0, rate),
        "retrained": subject.retrained,
        "replicates": len(subject.replicates),
        "units": units.n if units else None,
        "churn": _churn(slices),
    }
    if pairs:
        found["pairs_tested"] = pairs.tested
        found["pairs_harmed"] = sum(each.harmed for each in pairs.pairs)
        found["pairs_left_out"] = pairs.left_out
    return found


def _why_no_verdict(subject: Subject, slices: SliceHarm, rate: bool) -> str | None:
    if slices.tested.any():
        return None
    total = slices.total
    if rate and not total.right[0]:
        return _ALL_WRONG
    if not total.broke[0]:
        return _NOTHING_BROKE if rate else _NO_LOSS
    if not slices.by_the_data.any():
        return _BY_OUTCOME
    if not subject.testable:
        return _SEEDS
    there = slices.inside.n[slices.by_the_data]
    return _ONE_SLICE if (there[there > 0] == total.n[0]).all() else _SMALL


def _churn(slices: SliceHarm) -> wire.Churn:
    total = slices.total
    return {
        "n": int(total.n[0]),
        "broke": int(total.broke[0]),
        "mended": int(total.mended[0]),
    }


def _searched(slices: SliceHarm, subject: Subject) -> NDArray[np.bool_]:
    """The slices in which harm would have been found; where nothing broke, no test was needed."""
    if slices.total.broke[0] or subject.retrained:
        return slices.tested
    inside = slices.inside.n
    large: NDArray[np.bool_] = np.minimum(inside, slices.total.n[0] - inside) >= FEWEST
    return slices.by_the_data & large


def _could_see(
    slices: SliceHarm, subject: Subject, tests: int, together: float, rate: bool
) -> list[wire.SeenHarm]:
    """Of a slice of the median size and of usual sizes, where there are such."""
    at = np.flatnonzero(_searched(slices, subject))
    if not len(at):
        return []
    sizes, total, noise = slices.inside.n[at], slices.all_sums, slices.noise.at(at)
    n, mean = float(total.n[0]), float(total.gain[0] / total.n[0])
    squares = float(total.squares[0]) / n
    # Of right and wrong what breaks on top varies as well.
    tests = max(tests, len(at))
    search = Search(int(n), squares if rate else squares - mean**2, tests, rate, together=together)
    if len(noise.places):
        search = search._replace(
            growth=float(np.median(noise.against_rest)), df=float(np.median(noise.df))
        )
    usual = [size for size in _SIZES if sizes.min() <= size <= sizes.max()]
    asked = sorted({int(np.median(sizes)), *usual})
    seen = [smallest_seen(size, search) for size in asked]
    return [{"n": each.n, "share": significant(each.share)} for each in seen if each]

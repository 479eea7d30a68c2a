"""Metrics that some models log in one unit and others in another: 0.93 beside 91."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tensorboard_cnc.analysis.metric_goals import words_of
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.records.models import MetricSpec

_SHARES = frozenset(
    """
    acc accuracy top1 top5 f1 auc auroc ap map precision recall sensitivity specificity iou miou
    dice jaccard em exact match correct agreement mcc kappa error rate wer cer eer sparsity hit hits
    hitrate win winrate pass success solved bleu sacrebleu rouge rouge1 rouge2 rougel rougelsum
    meteor chrf bertscore ndcg mrr tpr fpr tnr fnr retention retained
    """.split()
)
_TIMES = frozenset("latency ttft tpot itl inference delay forward response".split())
_COUNTS = frozenset(
    """
    size bytes memory mem ram vram rss footprint storage params param parameters macs flops flos
    """.split()
)
_UNITS = {
    **dict.fromkeys(("s", "sec", "seconds", "ms", "us", "µs", "μs", "ns"), "time"),
    **dict.fromkeys(("B", "bytes", "kB", "KB", "MB", "GB"), "count"),
}
_DECIMAL = {3: "thousands", 6: "millions", 9: "billions"}
# Two groups of values that are farther apart than models are from one another.
_APART = {"share": 10, "time": 50, "count": 1000}
# So far may models of the larger group be from those of the smaller one, once its unit is undone.
_NEAR = {"share": (0.75, 1.15), "time": (0.4, 2.5), "count": (0.1, 2.5)}


@dataclass(frozen=True, slots=True)
class Mix:
    """The units in words, and the keys of a model in each."""

    units: str
    small: str
    large: str


def mixed_units(spec: MetricSpec, values: Mapping[str, float]) -> Mix | None:
    """The two units in which `values`, by model, seem to have been logged; None for one unit.

    The values must fall into two groups with a wide gap, which the ratio of two units closes.
    """
    known = {key: value for key, value in values.items() if 0 < value < math.inf}
    kind = _kind(spec)
    if kind is None or len(known) < 2:
        return None
    ordered = sorted(known, key=known.__getitem__)
    cut = _cut(kind, [known[key] for key in ordered])
    if cut is None:
        return None
    small = [known[key] for key in ordered[:cut]]
    large = [known[key] for key in ordered[cut:]]
    units = _ratio_in_words(kind, small, large)
    return Mix(units, ordered[cut - 1], ordered[cut]) if units else None


def mixed_problem(
    name: str, mix: Mix, values: Mapping[str, float], ids: Mapping[str, str]
) -> Problem:
    """What to tell of it; `ids` by model key."""
    small, large = (f'{values[key]:.6g} ("{ids.get(key, key)}")' for key in (mix.small, mix.large))
    return Problem(
        f'The metric "{name}" holds mixed units, {mix.units}: {small} beside {large}. It is not '
        "compared.",
        "Log it in one unit for all models (of each the newest value counts), or under two names.",
    )


def is_other_unit(name: str, value: float, least: float) -> bool:
    """Whether a value and the least that is asked of it seem to be a share and per cent.

    That is so only where it decides: 12 (per cent) is more than 0.9, and less than 90 %.
    """
    small, large = sorted((value, least))
    if _kind(MetricSpec(name)) != "share" or not 0 < small < 1 < large <= 100:
        return False
    as_share = (100 * value >= least) if value < least else (value >= 100 * least)
    return as_share != (value >= least)


def _kind(spec: MetricSpec) -> str | None:
    words = set(words_of(f"{spec.name} {spec.unit}"))
    if spec.unit.strip() == "%" or spec.format.endswith("%") or (spec.low, spec.high) == (0.0, 1.0):
        return "share"
    if spec.unit.strip() in _UNITS:
        return _UNITS[spec.unit.strip()]
    for kind, of_kind in (("time", _TIMES), ("count", _COUNTS), ("share", _SHARES)):
        if words & of_kind:
            return kind
    return None


def _cut(kind: str, values: Sequence[float]) -> int | None:
    """Where the group of large values begins: after 1 for shares, else at the widest gap."""
    ratios = [large / small for small, large in pairwise(values)]
    if kind == "share":
        # What is right always is a share too, but a single 1 may be 1 per cent.
        at = sum(value <= 1 for value in values) if values[0] < 1 else 0
    else:
        at = 1 + max(range(len(ratios)), key=ratios.__getitem__)
    return at if 0 < at < len(values) and ratios[at - 1] >= _APART[kind] else None


def _ratio_in_words(kind: str, small: Sequence[float], large: Sequence[float]) -> str:
    lowest, highest = _NEAR[kind]

    def closes(factor: float) -> bool:
        return lowest * large[0] <= factor * median(small) <= highest * large[-1]

    return _WORDS[kind](small, large, closes)


_Closes = Callable[[float], bool]


def _share_words(_: Sequence[float], large: Sequence[float], closes: _Closes) -> str:
    return "shares and per cent" if large[-1] <= 100 and closes(100) else ""


def _time_words(_: Sequence[float], __: Sequence[float], closes: _Closes) -> str:
    if closes(1e3):
        return "times a thousand apart, such as s and ms"
    return "times a million apart, such as s and µs" if closes(1e6) else ""


def _count_words(small: Sequence[float], large: Sequence[float], closes: _Closes) -> str:
    """Bytes and operations are whole numbers; what is not was counted in thousands or millions."""
    if not all(value.is_integer() for value in large):
        return ""
    broken = not all(value.is_integer() for value in small)
    powers = [power for power in _DECIMAL if closes(10.0**power) and (broken or power > 3)]
    return f"single ones and {_DECIMAL[powers[0]]}" if powers else ""


_WORDS = {"share": _share_words, "time": _time_words, "count": _count_words}

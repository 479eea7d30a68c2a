"""Which way of a metric is better, as far as its name says.

A name is read as the phrase that it is: the last noun is the head ("error rate" is an error), what
follows a preposition explains it ("recall at 10"), "A of B" is "B A", and words like "drop" turn
the direction. Where the head is neither a quality nor a cost, the name says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tensorboard_cnc.records.models import Goal

_QUALITIES = frozenset(
    """
    acc accuracy accuracies top1 top3 top5 top10 f1 f2 f05 fbeta auc auroc auprc aupr aucpr ap map
    mar precision recall sensitivity specificity npv ppv tpr tnr bleu sacrebleu rouge rouge1 rouge2
    rougel rougelsum rougelf meteor chrf cider spice bertscore comet bleurt mauve iou miou giou
    dice jaccard pq psnr ssim msssim vif sqnr snr sdr sisdr sisnr pesq stoi mos r2 em exact match
    matches correct agreement kappa mcc pearson pearsonr spearman spearmanr kendall correlation
    corr corrcoef cor ndcg dcg mrr hit hits hitrate win wins winrate success pass solved elo reward
    rewards return returns utility quality performance fidelity robustness similarity cosine nmi
    ari homogeneity completeness silhouette likelihood loglikelihood elbo mc1 mc2 throughput
    bandwidth goodput fps qps tps rps ips speed speedup acceleration efficiency mfu hfu compression
    retention retained recovery preserved improvement
    """.split()
)
_COSTS = frozenset(
    """
    loss losses err error errors mistake mistakes miss misses failure failures violation violations
    latency time times duration elapsed runtime walltime delay lag jitter ttft tpot itl tbt size
    footprint storage memory mem ram vram rss param params parameters flop flops kflops mflops
    gflops flos mac macs mmacs gmacs ops gops perplexity ppl wer cer mer ter der eer fpr fnr fdr far
    frr mse rmse mae mape smape msle rmsle nrmse mase mde brier ece mce nll kl kld jsd fid kid lpips
    emd wasserstein crossentropy xent bpc bpb bpw distance divergence deviance discrepancy
    distortion misclassification miscalibration regret hallucination hallucinations toxicity
    fallout energy power cost price emissions co2 carbon degradation deterioration penalty overhead
    gap flip flips churn disagreement
    """.split()
)
# What a settings screen or a counter holds, as the last word of a name.
_SETTINGS = frozenset(
    """
    threshold thresh limit budget target tolerance weight weights scale schedule scheduler interval
    frequency patience version name type mode id flag seed bins stamp timestamp timeout
    allocation alloc dtype bits length len dim dims
    """.split()
)
# How much a value varies or differs, by itself neither good nor bad.
_UNDIRECTED = frozenset(
    """
    std stddev stdev stderr sterr sd se sem var variance variances cv iqr ci confidence interval
    delta δ diff range change free available remaining target
    """.split()
)
_TURNING = frozenset(
    "drop drops dropped decline decrease reduction saved saving savings cut lost".split()
)
_KEEPING = frozenset({"increase", "growth", "gain", "gains"})
# They say what else a name says, only weaker: "memory saved, MB", "Brier score", "F1 score".
_WEAK_COSTS = frozenset(
    """
    b byte bytes kb mb gb tb kib mib gib ns us µs ms s sec secs second seconds minute minutes hour
    hours h j mj joule joules kwh wh w mw watt watts dollar dollars usd bit
    """.split()
)
_WEAK_QUALITIES = frozenset({"score"})
# Alone they tell one thing from another more often than they are units: "task/b".
_LETTERS = frozenset("bhjw")
_WORK = frozenset(
    """
    flop flops kflops mflops gflops tflop tflops mac macs gmacs op ops gops tops token tokens tok t
    sample samples example examples image images img imgs sequence sequences sentence sentences word
    words frame frames item items query queries request requests req step steps it its iter iters
    iteration iterations batch batches epoch epochs byte bytes kb mb gb tb mib gib
    """.split()
)
# What work is done with: more of it per second or per joule is better.
_MEANS = frozenset(
    """
    s sec secs second seconds minute minutes hour hours h ms day j joule joules kwh wh w watt watts
    dollar dollars usd
    """.split()
)
# More of these until a goal is reached is a cost: "steps to accuracy".
_SPENT = _WEAK_COSTS | _WORK | {"time", "energy", "cost", "latency"}
_COUNTING = frozenset({"n", "num", "nb", "number", "no"})
_PREPOSITIONS = frozenset(
    "at on in under with without for vs versus from by over against after before until than".split()
)
# Sizes that are chosen, not paid.
_CHOSEN_SIZES = frozenset(
    """
    batch vocab vocabulary window chunk kernel hidden image img input output sample step group block
    test train dataset data set context patch beam embedding embed buffer population effect crop
    tile head queue pool filter micro minibatch grid calibration val validation eval intermediate
    cluster codebook shard sequence seq world ensemble cache
    """.split()
)
# Where words mean together what none of them says alone.
_PHRASES: dict[tuple[str, ...], int] = {
    ("learning", "rate"): 0,
    ("drop", "rate"): 0,
    ("drop", "path"): 0,
    ("drop", "prob"): 0,
    ("start", "time"): 0,
    ("end", "time"): 0,
    ("time", "step"): 0,
    ("mixed", "precision"): 0,
    ("weight", "precision"): 0,
    ("dtype", "precision"): 0,
    ("total", "variation"): 0,
    ("confusion", "matrix"): 0,
    ("same", "top"): 1,
    ("area", "under"): 1,
    ("explained", "variance"): 1,
    ("variance", "explained"): 1,
    ("signal", "noise"): 1,
    ("signal", "to", "noise"): 1,
    ("signal", "distortion"): 1,
    ("true", "positive"): 1,
    ("true", "negative"): 1,
    ("false", "positive"): -1,
    ("false", "negative"): -1,
    ("false", "alarm"): -1,
    ("false", "discovery"): -1,
    ("false", "acceptance"): -1,
    ("false", "rejection"): -1,
    ("cross", "entropy"): -1,
    ("negative", "log", "likelihood"): -1,
    ("neg", "log", "likelihood"): -1,
    ("perceptual", "image", "patch", "similarity"): -1,
    ("fall", "out"): -1,
    ("abs", "diff"): -1,
    ("absolute", "difference"): -1,
}
_TOKEN = re.compile(r"[^\W_]+")
_CAMEL_PART = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")
_EXPLANATION = re.compile(r"[(\[,]")
_RATE = re.compile(r"([^\W_]+)/([^\W\d_]+)(?=/|\W*$)")


def guess_goal(name: str) -> Goal | None:
    """The goal that `name` suggests; None where it suggests none."""
    head, *explanation = _EXPLANATION.split(name, maxsplit=1)
    sign = _sign(words_of(head)) or _sign(words_of(" ".join(explanation)))
    return {1: "max", -1: "min"}.get(sign)  # type: ignore[return-value]


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text`, in small letters; "img/s" is "img per s"."""
    text = re.sub(r"\bw/o\b", "without", text).replace("@", " at ")
    text = re.sub(r"\btop[-_ ](\d)", r"top\1", text, flags=re.IGNORECASE)
    text = _RATE.sub(_spelled_rate, text)
    return tuple(word for token in _TOKEN.findall(text) for word in _parts(token))


def _spelled_rate(found: re.Match[str]) -> str:
    """A slash stands for "per" between units, and in all other names for a group."""
    over, under = found[1].lower(), found[2].lower()
    is_rate = under in _MEANS or (over in _WEAK_COSTS and under in _WORK)
    return f"{found[1]} per {found[2]}" if is_rate else found[0]


def _parts(token: str) -> Iterable[str]:
    whole = token.lower()
    if (stem := whole.rstrip("0123456789")) in _STRONG and whole not in _KNOWN:
        return (stem,)
    if whole in _KNOWN or whole.isdigit():
        return (whole,)
    if not token.isascii():
        return (whole,)
    parts = [part.lower() for part in _CAMEL_PART.findall(token.replace("IoU", "Iou"))]
    # A letter of a name is no unit: AdamW counts no watts.
    return [part for part in parts if len(part) > 1] if len(parts) > 1 else parts


def _sign(words: Sequence[str]) -> int:
    """1 where more is better, -1 where less is, 0 where the words do not say."""
    if (settled := _phrase(words)) is not None:
        return settled
    if _UNDIRECTED.intersection(words):
        return 0
    while words and (words[-1].isdigit() or words[-1] in _PASSED_OVER):
        words = words[:-1]
    if not words:
        return 0
    for joint, read in ((_PREPOSITIONS, _before), ({"of"}, _of), ({"per"}, _per), ({"to"}, _to)):
        at = next((at for at, word in enumerate(words) if word in joint), 0)
        if at:
            return read(words[:at], words[at + 1 :])
    return _compound(words)


def _phrase(words: Sequence[str]) -> int | None:
    for phrase, sign in _PHRASES.items():
        for at in range(len(words) - len(phrase) + 1):
            if tuple(words[at : at + len(phrase)]) == phrase:
                return sign if sign == 0 else _turned(sign, words[at + len(phrase) :])
    return None


def _turned(sign: int, after: Sequence[str]) -> int:
    """The sign of a phrase with what follows it: a time of it, a drop in it."""
    if _UNDIRECTED.intersection(after) or (after and after[-1] in _SETTINGS):
        return 0
    return -sign if _TURNING.intersection(after) else sign


def _before(left: Sequence[str], right: Sequence[str]) -> int:
    """Recall at 10 is recall; a drop in accuracy is an accuracy drop."""
    if left[-1] in _TURNING | _KEEPING:
        return _of(left, right)
    return _sign(left) or _sign(right)


def _of(left: Sequence[str], right: Sequence[str]) -> int:
    return _sign((*right, *left))


def _per(left: Sequence[str], right: Sequence[str]) -> int:
    """Work per second or per joule is a speed; anything else is what it is without a "per"."""
    if left[-1] == "bits":
        return -1
    if len(right) > 1 and right[-1] in _SETTINGS:
        return 0
    paid = -1 if left[-1] in _LETTERS else _sign(left)
    sign = 1 if left[-1] in _WORK and _MEANS.intersection(right) else paid
    return -sign if _TURNING.intersection(right) else sign


def _to(left: Sequence[str], right: Sequence[str]) -> int:
    """Time, steps or energy until something is reached are spent; else the left is compared."""
    return -1 if left[-1] in _SPENT else _sign(left) or _sign(right)


def _compound(words: Sequence[str]) -> int:
    """The sign of the last noun that has one, turned by a "drop" beside it."""
    if next((word for word in reversed(words) if word not in _WEAK_COSTS), "") in _SETTINGS:
        return 0
    if words[-1] == "ratio" and _QUALITIES.intersection(words) and _COSTS.intersection(words):
        return 0
    if words[0] in _COUNTING:
        words = words[-1:]
    strong = [at for at, word in enumerate(words) if word in _STRONG]
    if not strong:
        return _weak(words)
    at = strong[-1]
    if words[at] in _TURNING:
        return -(_sign(words[:at]) or _sign(words[at + 1 :]) or _alone(words[at]))
    if words[at] in _KEEPING:
        # Nobody knows whether a "latency gain" is more latency or less of it.
        sign = _sign(words[:at])
        return max(0, sign) if words[at].startswith("gain") else sign
    if words[at] == "size" and _CHOSEN_SIZES.intersection(words[max(0, at - 1) : at]):
        return 0
    sign = 1 if words[at] in _QUALITIES else -1
    if sign < 0 and words[-1] in ("coef", "coefficient"):
        return 0
    return -sign if at and words[at - 1] in _TURNING else sign


def _weak(words: Sequence[str]) -> int:
    if _WEAK_QUALITIES.intersection(words):
        return 1
    return -1 if words[-1] in _WEAK_COSTS - _LETTERS else 0


def _alone(turning: str) -> int:
    """A drop without a word of what is one of quality; a saving is one of cost."""
    return -1 if turning in ("reduction", "saved", "saving", "savings") else 1


_STRONG = _QUALITIES | _COSTS | _TURNING | _KEEPING
_PASSED_OVER = frozenset("mean avg average median pct percent rate value total".split())
_KNOWN = _STRONG | _WEAK_COSTS | _WEAK_QUALITIES | _WORK | _UNDIRECTED | _SETTINGS

"""Guesses from a metric's name which way is better, for metrics that nobody defined."""

from __future__ import annotations

import re

from tensorboard_cnc.records.models import Goal

_BETTER_HIGH = """
    acc accuracy top1 top5 f1 f2 auc auroc auprc ap map precision recall sensitivity specificity
    bleu rouge rougel meteor iou miou dice psnr ssim sqnr snr r2 em match correct agreement
    throughput fps qps speedup reward score compression
""".split()
_BETTER_LOW = """
    loss error err errors latency time duration size bytes memory mem ram vram params parameters
    flops gflops mflops macs gmacs mmacs ops perplexity ppl wer cer mse rmse mae mape nll brier ece
    kl fid bpc bpb energy power cost drop degradation flips delay
""".split()
_GOALS: dict[str, Goal] = {
    **dict.fromkeys(_BETTER_HIGH, "max"),
    **dict.fromkeys(_BETTER_LOW, "min"),
}
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_CAMEL_PART = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")


def guess_goal(name: str) -> Goal | None:
    """The goal that the last well-known word of `name` suggests; None if it has none.

    The last one, because it is the head of the phrase: "error rate" is an error,
    "accuracy drop" a drop, "ExactMatch" a match.
    """
    for token in reversed(_TOKEN.findall(name)):
        for word in (token, *reversed(_CAMEL_PART.findall(token))):
            if word.lower() in _GOALS:
                return _GOALS[word.lower()]
    return None

"""What repeats an experiment instead of changing it; frontend/src/model/replicates.ts agrees."""

from __future__ import annotations

import re

_SEED = r"(?:seed|random[_-]?state|run|trial|replicate|repetition|rep)"
_NAME = re.compile(rf"seed$|^{_SEED}(?:[_-]?(?:id|no|nr|number|index|idx))?$", re.IGNORECASE)
_IN_ID = re.compile(rf"(?:[-_. ]|(?<![a-z])){_SEED}[-_=]?\d+", re.IGNORECASE)


def is_seed(parameter: str) -> bool:
    """Whether a parameter of this name only tells replicates apart: "torch_seed", "trial_id"."""
    return _NAME.search(parameter) is not None


def without_seed(model_id: str) -> str:
    """The id without a seed in it: "dense-seed3" is "dense"."""
    return _IN_ID.sub("", model_id)

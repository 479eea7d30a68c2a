"""The ``behaviors`` route: its vocabulary, and the summary of each model against the base."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

# What a model answered: a class, a number, a text, or the classes of a multi-label answer.
Answer = str | float | list[str] | None
Form = Literal["value", "difference", "abs_difference", "ratio", "squared_difference"]
Flip = Literal["negative", "positive", "changed_wrong", "changed", "both_right", "both_wrong"]


class EvaluationSet(TypedDict):
    """A data set on which models of the log directory were evaluated."""

    key: str
    name: str
    # What tells it apart from others of its name; "" where it was not logged itself.
    fingerprint: str
    # How many instances it has; where it was not logged, null.
    instances: int | None
    logged: bool
    runs: list[str]
    # Which of the base and the chosen models have predictions on it.
    models: list[str]


class BehaviorMeasure(TypedDict):
    """A number that every instance has for a model."""

    id: str
    label: str
    unit: str
    goal: Literal["max", "min"] | None
    # Each instance has 0 or 1, so that the mean is a rate.
    rate: bool
    # It compares with the base already: the base has none and "value" is its only form.
    pairwise: bool
    forms: list[Form]


class DimensionLevel(TypedDict):
    """One level of a dimension; its index in the list names it in requests."""

    text: str
    n: int


class Dimension(TypedDict):
    """What instances can be sliced by: numbers are binned at their quantiles."""

    # "label", "predicted" or "confidence" (of the base), or "attribute/" and a name.
    id: str
    name: str
    numeric: bool
    # Instances can be in several levels at once (multi-label): levels add up to more than n.
    overlapping: bool
    levels: list[DimensionLevel]


class Estimate(TypedDict):
    """A mean with its 95 % interval, over n instances; null where there is none."""

    n: int
    value: float | None
    low: float | None
    high: float | None
    # Why there is no interval; of a change also what it does not hold.
    reason: NotRequired[str]
    # Of how many sampled units the instances are, where the data set names them.
    groups: NotRequired[int]


class Ratio(TypedDict):
    """Mean of the model / mean of the base, with its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None
    reason: NotRequired[str]


class Change(TypedDict):
    """Model − base over the n instances that have both, with a paired test.

    The interval holds 0 just where p ≥ 0.05.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None
    # Change divided by the base's value.
    relative: float | None
    p: float | None
    test: Literal["exact McNemar", "Student's and Hall's t", "sign flips of groups"] | None
    reason: NotRequired[str]
    groups: NotRequired[int]
    # Where form=ratio asks for it.
    ratio: NotRequired[Ratio]
    # Of how many models with the base's recipe the spread is in interval and p.
    seeds: NotRequired[int]


class Outcomes(TypedDict):
    """Right and wrong before (base) and after (model); the first four add up to n."""

    n: int
    both_right: int
    # Right before, wrong after.
    negative: int
    positive: int
    both_wrong: int
    # Those of both_wrong that are wrong in another way.
    changed_wrong: int


class AnswerChange(TypedDict):
    """How often the base's answer became another one; rate = n / instances with both answers."""

    before: str
    after: str
    n: int
    rate: float


class AnswerFlow(TypedDict):
    """n instances whose answer went from one to another; of them right→wrong and wrong→right."""

    before: str
    after: str
    n: int
    broke: int
    mended: int


class OtherFlows(TypedDict):
    """All changes beyond those that are listed, as one."""

    # How many different changes they are.
    pairs: int
    n: int
    broke: int
    mended: int


class ModelFlows(TypedDict):
    """Who became what: from the base's answers to one model's."""

    key: str
    # Instances that both answered, and how many of these answers differ.
    n: int
    changed: int
    # Of the changed ones; null where it is not known who is right.
    broke: int | None
    mended: int | None
    # How many different changes there are.
    pairs: int
    # Most frequent first, at most `limit`.
    flows: list[AnswerFlow]
    rest: OtherFlows
    # Why there is nothing to tell; null otherwise.
    reason: str | None


class AnswerFlows(TypedDict):
    """Answer of ``behaviors`` at the level "flows"."""

    dataset: str
    # Without the base, as asked for.
    models: list[ModelFlows]


class AnswerCount(TypedDict):
    """How often a model gave an answer."""

    answer: str
    n: int
    rate: float


class Calibration(TypedDict):
    """Confidence against correctness in equally wide bins of confidence over 0 to 1."""

    n: int
    ece: float
    # The ECE that chance would give a perfectly calibrated model: its mean and 95th percentile.
    chance: float
    chance_high: float
    # Of each bin: instances, mean confidence and share that is right (null where it is empty).
    counts: list[int]
    confidence: list[float | None]
    right: list[float | None]


class Divergence(TypedDict):
    """KL(base ‖ model) in nats over the n instances, of all shared, whose vectors both logged."""

    n: int
    of: int
    # The most that rounding of the stored probabilities alone can make of a mean.
    rounding: float
    mean: float
    median: float
    p90: float
    p95: float
    p99: float
    max: float


class Histogram(TypedDict):
    """Counts in the common bins of BehaviorSummary.edges; without a value: n_excluded."""

    counts: list[int]
    n_excluded: int


class Exclusion(TypedDict):
    """Instances that are left out of the comparison, and why."""

    n: int
    why: str


class ModelBehavior(TypedDict):
    """One model on the data set; what needs the base is null for the base itself."""

    key: str
    # False: it has no predictions on this data set, and everything else is null or empty.
    logged: bool
    # Instances it has predictions for, and how many of these the base has too.
    n: int
    n_shared: int
    excluded: list[Exclusion]
    value: Estimate | None
    change: Change | None
    # Error rate and its change relative to the base's, where there are labels.
    error: float | None
    error_relative: float | None
    outcomes: Outcomes | None
    # Share of same answers.
    agreement: Estimate | None
    # Most frequent first.
    answers: list[AnswerCount]
    changes: list[AnswerChange]
    calibration: Calibration | None
    # Mean −ln of the true label's probability, and mean Brier score.
    nll: Estimate | None
    brier: Estimate | None
    kl: Divergence | None
    histogram: Histogram | None


class NoiseFloor(TypedDict):
    """How much models differ that nothing but a seed tells apart from the base."""

    # The base and its replicates.
    models: list[str]
    # Means over all pairs of them: share of other answers; share of right that became wrong.
    changed: float
    negative: float | None


class BehaviorNote(TypedDict):
    """Something that could not be read or compared; the rest is shown all the same."""

    message: str
    remedy: str
    model: NotRequired[str]


class BehaviorSummary(TypedDict):
    """Answer of ``behaviors`` at the level "summary"."""

    # Those on which the base or a chosen model was evaluated, with the most of them first.
    datasets: list[EvaluationSet]
    # Key of the one in this answer; null where there is none at all.
    dataset: str | None
    kind: Literal["classes", "multi-label", "numbers", "texts", "scores"] | None
    measures: list[BehaviorMeasure]
    measure: str | None
    form: Form
    dimensions: list[Dimension]
    has_texts: bool
    has_images: bool
    # Units that its instances were sampled in; null where each was sampled by itself.
    groups: int | None
    base: str
    # All instances, and how many the filter leaves.
    n: int
    n_filtered: int
    # The base first, then as asked for.
    models: list[ModelBehavior]
    # Of all histograms, ascending; one more than bins.
    edges: list[float]
    noise: NoiseFloor | None
    # Why changes have no interval and no p: the filter is by an outcome.
    hint: NotRequired[str]
    notes: list[BehaviorNote]

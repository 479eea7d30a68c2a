"""The ``behaviors`` route: conditions, pages of instances, one instance, slices."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from tensorboard_cnc.wire.behaviors import Answer, Flip, Form


class InSlice(TypedDict):
    """Instances of one level of a dimension."""

    kind: Literal["slice"]
    by: str
    level: int


class Flipped(TypedDict):
    """Instances on which the model behaves so against the base."""

    kind: Literal["flip"]
    model: str
    flip: Flip


class AnswersChanged(TypedDict):
    """Instances whose answer went from one to another, as AnswerChange names them."""

    kind: Literal["change"]
    model: str
    before: str
    after: str


class InRange(TypedDict):
    """Instances whose measure of a model is within [low, high); null: an open end."""

    kind: Literal["range"]
    model: str
    # A measure's id; "confidence" for a bin of the reliability diagram.
    measure: str
    form: Form
    low: float | None
    high: float | None


class Mentions(TypedDict):
    """Instances whose id, label, texts or answers contain the text, whatever its case."""

    kind: Literal["text"]
    text: str


# The parameter `filter` is a JSON list of these; all must hold.
Condition = InSlice | Flipped | AnswersChanged | InRange | Mentions


class InstanceColumns(TypedDict):
    """One model's side of a page of instances; null where it has no prediction."""

    key: str
    predicted: list[Answer]
    correct: list[bool | None]
    confidence: list[float | None]
    # The measure asked for, in the form asked for.
    values: list[float | None]


class Votes(TypedDict):
    """Of each row: the most frequent answer of the family, its votes, the base's answer's votes."""

    answers: list[Answer]
    votes: list[int]
    base_votes: list[int]
    voters: list[int]
    correct: list[bool | None]


class Family(TypedDict):
    """Whose votes are counted, and what came out over all instances."""

    of: Literal["selection", "descendants"]
    models: list[str]
    # Forgotten instances, and how many of them the base and the family have right.
    n: int
    base_right: int | None
    family_right: int | None


class InstancePage(TypedDict):
    """Answer of ``behaviors`` at the levels "instances" and "forgotten": columns of rows."""

    dataset: str
    measure: str | None
    form: Form
    # How many rows there are with this filter, and without.
    n: int
    of: int
    offset: int
    ids: list[str | int]
    labels: list[Answer]
    # Inputs and target texts, cut to 2,000 characters with "…"; missing where not logged.
    texts: NotRequired[list[str | None]]
    targets: NotRequired[list[str | None]]
    # Whether there is a thumbnail; missing where none is.
    images: NotRequired[list[bool]]
    attributes: dict[str, list[str | float | None]]
    # The base first.
    models: list[InstanceColumns]
    # At the level "forgotten" only.
    votes: NotRequired[Votes]
    family: NotRequired[Family]


class LineageStep(TypedDict):
    """What one model on the way from the root answered; null: it has no prediction on it."""

    key: str
    predicted: Answer
    correct: bool | None
    confidence: float | None
    value: float | None


class InstanceLineage(TypedDict):
    """One instance from the root along the main parents to a model."""

    model: str
    steps: list[LineageStep]
    # Index of the first step whose answer was wrong after a right one (without labels: another
    # than the first); null where none.
    broke: int | None
    # Whether the last answer is still broken.
    still: bool


class InstanceAnswer(TypedDict):
    """Everything a model logged about one instance."""

    key: str
    predicted: Answer
    correct: bool | None
    confidence: float | None
    # Every measure that it has, absolute, by id.
    measures: dict[str, float | None]
    # Most probable answers, from the full vector or the top-k.
    top: list[tuple[str, float]]


class InstanceDetail(TypedDict):
    """Answer of ``behaviors`` at the level "instance"; texts are whole."""

    dataset: str
    id: str | int
    label: Answer
    text: str | None
    target: str | None
    image: bool
    attributes: dict[str, str | float | None]
    models: list[InstanceAnswer]
    # Of the first 50 models that have predictions.
    lineages: list[InstanceLineage]


class SliceCells(TypedDict):
    """One model's columns of a SliceTable; intervals are 95 %."""

    key: str
    n: list[int]
    value: list[float | None]
    low: list[float | None]
    high: list[float | None]
    # Against the base; null in the base's own columns.
    change: list[float | None]
    change_low: list[float | None]
    change_high: list[float | None]
    p: list[float | None]
    # p corrected for all slices and models looked at (Benjamini–Hochberg).
    q: list[float | None]
    # Right→wrong and wrong→right, where there are labels.
    negative: list[int | None]
    positive: list[int | None]
    # Model / base of the means, where form=ratio asks for it.
    ratio: NotRequired[list[float | None]]
    ratio_low: NotRequired[list[float | None]]
    ratio_high: NotRequired[list[float | None]]
    # Why slices, or those that are too small, have no interval and no p; of a model that was
    # trained again, why they have no p.
    reason: NotRequired[str]


class SliceTable(TypedDict):
    """Answer of ``behaviors`` at the level "slices"."""

    dataset: str
    measure: str
    # Ids of the one or two dimensions.
    by: list[str]
    # How many slices there are with any instance, and how many tests were corrected for.
    n: int
    tests: int
    offset: int
    # Of each row: its level in each dimension (index and text), and its instances.
    levels: list[list[int]]
    texts: list[list[str]]
    instances: list[int]
    # Fewer than 30 instances: read with care.
    small: list[bool]
    models: list[SliceCells]
    # All instances, each counted once however many slices it is in.
    total: int
    # How many slices are left out, because `least` asks for more instances than they have.
    left_out: int
    # Why changes have no interval and no p: slices or filter are chosen by an outcome.
    hint: NotRequired[str]


class RestOfSlice(TypedDict):
    """All instances that are not in a slice."""

    n: int
    flips: int
    mended: int
    change: float


class HarmedSlice(TypedDict):
    """A slice that a model harmed, or of which a larger share broke than on average."""

    model: str
    by: str
    level: int
    name: str
    text: str
    n: int
    # How many went right→wrong, and wrong→right; of scores and losses, became worse and better.
    flips: int
    mended: int
    rest: RestOfSlice
    # The mean change of the measure, in its own direction and unit: of "correct" what mended less
    # what broke, a share.
    change: float
    # Accuracy after / before, of the slice and of the rest; null where nothing was right before,
    # and of scores and losses.
    kept: float | None
    rest_kept: float | None
    # The share that broke divided by that of all instances.
    lift: float
    # That it lost no more points than the rest, or kept no smaller share of its right answers, or
    # that no more broke than mended; null where the slice is not tested.
    p: float | None
    # p corrected for all slices and models looked at.
    q: float | None
    # q < 0.05.
    harmed: bool
    small: bool
    # How many sampled units it has, where the data set names what was sampled.
    groups: int | None


class HarmedPair(TypedDict):
    """A level of each of two dimensions whose instances came off worse than in either."""

    model: str
    # Of each of the two: id, level, name and text.
    by: list[str]
    levels: list[int]
    names: list[str]
    texts: list[str]
    n: int
    flips: int
    mended: int
    rest: RestOfSlice
    change: float
    kept: float | None
    rest_kept: float | None
    # The share that broke, and the larger one of its two levels, divided by that of all instances.
    lift: float
    part_lift: float
    # As of a slice, and against the rest of each of the two levels.
    p: float | None
    q: float | None
    harmed: bool
    groups: int | None


class SeenHarm(TypedDict):
    """In a slice of n instances, a share of them more broken than of the rest.

    Of scores and losses so much worse a mean change, in the measure's unit.
    """

    n: int
    share: float


class Churn(TypedDict):
    """How many of n instances went right→wrong and wrong→right, or became worse and better."""

    n: int
    broke: int
    mended: int


class ModelHarm(TypedDict):
    """What all slices of a model say together."""

    model: str
    # How many slices and pairs of slices were tested, and how many of them it harmed.
    tested: int
    pairs_tested: int
    harmed: int
    pairs_harmed: int
    # How many pairs of dimensions were not searched, because there are too many of them or of
    # their levels.
    pairs_left_out: int
    # Why there is no verdict; null otherwise.
    reason: str | None
    # The smallest harm that would have been found, four times of five: in a slice of the median
    # size, and in slices of 100, 500, 1000 where there are such.
    could_see: list[SeenHarm]
    # Whether weights were trained between it and the base; how many replicates of the base tell
    # what seeds do.
    retrained: bool
    replicates: int
    # How many units were sampled; null where every instance was sampled by itself.
    units: int | None
    churn: Churn | None


class HarmedSlices(TypedDict):
    """Answer of ``behaviors`` at the level "harmed"."""

    dataset: str
    # What was compared: where no measure was asked for "correct", else the first with a goal.
    measure: str
    # Of each model at most 100: harmed ones first, then by p.
    slices: list[HarmedSlice]
    # How many slices × models were looked at and corrected for.
    tests: int
    # Of each model at most 100: harmed ones first, then others with p ≤ 0.05.
    pairs: list[HarmedPair]
    pair_tests: int
    models: list[ModelHarm]
    # Why nothing could be looked for; null otherwise.
    reason: str | None

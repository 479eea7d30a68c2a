"""The ``layers`` route: the aligned module tree, and everything about one of its rows."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

LayerView = Literal["weights", "sparsity", "activations"]
# "exact"; "estimate" within its interval; "at least" where only a lower bound is known.
Certainty = Literal["exact", "estimate", "at least"]
# How a row of the base was found in the model: "name", "normalised" (names without wrappers),
# "renamed" (names without the modules around one of the networks), "shape" (same parent and shape),
# "transposed" (same name, axes the other way round: compared by totals and histograms, and value by
# value where all values are kept or were compared when logged) and "resized" (same name, another
# shape: totals and histograms only); null where it was not. Of a module, the last of these that its
# tensors have.
Match = Literal["name", "normalised", "renamed", "shape", "transposed", "resized"] | None


class LayerMeasure(TypedDict):
    """A number that every row has for a model."""

    id: str
    label: str
    unit: str
    goal: Literal["max", "min"] | None
    # It compares with the base: the base's own cells are null.
    pairwise: bool
    scale: Literal["linear", "log"]


class LayerRows(TypedDict):
    """Columns of the rows: modules before what they hold, in the order of the network."""

    # Full names; "" is the whole network, always the first row.
    names: list[str]
    # Row of the module that holds it; −1 for the first.
    parents: list[int]
    # Class of a module ("Conv2d"); "parameter", "buffer" or "activation" for a tensor.
    kinds: list[str]
    tensor: list[bool]
    # Of tensors, in the base or, where it lacks them, in the first model that has them.
    shapes: list[list[int] | None]
    # What 1 stands for on the axis of the row's histograms; null where there are none.
    scales: list[float | None]


class LayerPart(TypedDict):
    """A row of which not everything is compared: tensors were refused, or have no counterpart."""

    # Of the base's weights, refused ones included where their number is known, how many are
    # compared; null of the base itself.
    compared: int | None
    of: int | None
    # Tensors of the base and of the model.
    refused: int
    # "576 of 98,880 weights compared; 3 tensors were refused".
    words: str


class LayerCells(TypedDict):
    """One model's columns, a value per row; null where it lacks the row or the number."""

    key: str
    # False: nothing was logged for this view, and the columns are empty.
    logged: bool
    # Parameters (values), and bytes as stored and at best, scales and indices included.
    params: list[int | None]
    stored_bytes: list[float | None]
    effective_bytes: list[float | None]
    # Null with a certainty: without bound, as the SQNR of what did not change.
    value: list[float | None]
    # 95 % interval of an estimate.
    low: list[float | None]
    high: list[float | None]
    certainty: list[Certainty | None]
    match: list[Match]
    # Its own name of a row, where it is another than the row's.
    own_names: dict[str, str]
    # Of each row: counts in the bins between LayerTree.edges, then shares of change classes.
    histograms: list[list[int] | None]
    shares: list[list[float] | None]
    # Rows of the base that it lacks, and its own tensors that the base lacks.
    unmatched_base: int
    unmatched_own: int
    # Values that are not finite and count nowhere else; rows whose few weights changed a lot.
    non_finite: list[int | None]
    outliers: list[int]
    # By row: what its numbers do not speak for, where there is any such thing.
    parts: dict[str, LayerPart]


class LayerNote(TypedDict):
    """Something that could not be read or compared; the rest is shown all the same."""

    message: str
    remedy: str
    model: NotRequired[str]


class LayerTree(TypedDict):
    """Answer of ``layers`` at the level "tree"."""

    base: str
    view: LayerView
    # Views that the base or a chosen model has anything logged for.
    views: list[LayerView]
    measures: list[LayerMeasure]
    measure: str
    rows: LayerRows
    # The base first, then as asked for.
    models: list[LayerCells]
    # Of all histograms in cells, in units of their row's scale: −1 to 1, one more than bins. The
    # first and the last bin hold everything beyond.
    edges: list[float]
    # Names of the change classes, as LayerCells.shares has them.
    classes: list[str]
    notes: list[LayerNote]


class LayerNumber(TypedDict):
    """One measure of one row; null with a certainty: without bound."""

    value: float | None
    low: float | None
    high: float | None
    certainty: Certainty | None


class LayerScheme(TypedDict):
    """How a tensor is quantized."""

    bits: float
    algorithm: str
    symmetric: bool | None
    group: int | None
    axis: int | None
    scales: int
    overhead_bytes: int
    saturated: int | None


class LayerChannels(TypedDict):
    """Groups of neighbouring output channels (or units); root mean square and share of zeros."""

    channels: int
    dead: int
    rms: list[float]
    zeros: list[float]


class LayerChange(TypedDict):
    """One value that changed, at a position in the tensor.

    Both null: only the change is known. One null: it was not logged, and the change is at least
    as large as `change`.
    """

    at: list[int]
    before: float | None
    after: float | None
    change: float


class LayerTensor(TypedDict):
    """One model's side of a LayerDetail; null where it lacks the row."""

    key: str
    name: str | None
    match: Match
    shape: list[int] | None
    dtype: str
    storage: str
    scheme: LayerScheme | None
    params: int | None
    stored_bytes: float | None
    effective_bytes: float | None
    tied: str
    # Every measure of the view, by id.
    numbers: dict[str, LayerNumber]
    non_finite: int | None
    # Counts of its own values between LayerDetail.edges.
    histogram: list[int] | None
    # Counts of the base's values, apart for each class of what became of them.
    stacked: list[list[float]] | None
    channels: LayerChannels | None
    # Values at the same sampled positions: base (x) against this model (y).
    scatter_base: list[float]
    scatter_own: list[float]
    # The largest known changes, the largest first.
    largest: list[LayerChange]
    # What makes the comparison less than exact, in words; "" where nothing does.
    caveat: str
    # What its numbers do not speak for; null where they speak for everything.
    part: LayerPart | None


class LayerDetail(TypedDict):
    """Answer of ``layers`` at the level "row": one row, through the whole selection."""

    base: str
    view: LayerView
    row: str
    measures: list[LayerMeasure]
    # Of the histograms, in the values' own unit; the first and the last bin hold everything beyond.
    edges: list[float]
    classes: list[str]
    models: list[LayerTensor]
    notes: list[LayerNote]

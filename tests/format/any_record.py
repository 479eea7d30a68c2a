"""Hypothesis strategies: every record that can be stored."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tensorboard_cnc.records.models import (
    Budget,
    Interval,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Operation,
    Problems,
)

# What only a change says, never the handle that opens a model.
ANNOTATIONS = frozenset({"note", "tags", "hidden", "renamed"})
_int64 = st.integers(-(2**63), 2**63 - 1)
_times_us = st.integers(0, 2**63 - 1)
_ids = st.text(min_size=1, max_size=30)
_either = st.booleans()

_parameter_values = st.recursive(
    st.none() | st.booleans() | _int64 | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)
_operations = st.builds(
    Operation, st.text(max_size=10), st.dictionaries(st.text(max_size=10), _parameter_values)
)
_ends = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["running", "finished", "failed"]),
        "reason": st.text(max_size=10),
        "closed_us": st.none() | st.integers(1, 2**63 - 1),
    }
)
_said = st.fixed_dictionaries(
    {},
    optional={
        "parents": st.lists(_ids, max_size=3).map(tuple),
        "operation": st.none() | _operations,
        "status": _ends,
        "description": st.text(max_size=10),
        "checkpoint": st.text(max_size=10),
        "replicate_of": st.text(max_size=10),
        "note": st.text(max_size=20),
        "tags": st.lists(st.text(max_size=10), max_size=4, unique=True).map(tuple),
        "hidden": st.booleans(),
        "renamed": st.text(max_size=10),
    },
)


@st.composite
def model_cards(
    draw: st.DrawFn,
    ids: st.SearchStrategy[str] = _ids,
    times_us: st.SearchStrategy[int] = _times_us,
    edits: st.SearchStrategy[bool] = _either,
) -> ModelCard:
    """Cards that say any of their fields, be it that they are empty, and leave out the others."""
    said: dict[Any, Any] = draw(_said)
    return ModelCard(
        draw(ids),
        **{name: value for name, value in said.items() if name != "status"},
        **said.get("status", {}),
        created_us=draw(times_us),
        edits=draw(edits),
        says=frozenset(said),
    )


_finite = st.floats(allow_nan=False, allow_infinity=False)
_intervals = st.builds(
    lambda ends, level: Interval(min(ends), max(ends), level),
    st.tuples(_finite, _finite),
    st.floats(0, 1, exclude_min=True, exclude_max=True),
)
_measurements = st.builds(
    Measurement,
    name=st.text(max_size=10),
    repeats=st.lists(st.floats(), max_size=5).map(tuple),
    step=st.none() | _int64,
    logged_us=_times_us,
    host=st.text(max_size=10),
    conditions=st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3),
    note=st.text(max_size=10),
    interval=st.none() | _intervals,
    bound=st.sampled_from([None, "≥", "≤"]),
)
_withdrawn = st.builds(
    Measurement, st.text(max_size=10), st.just(()), logged_us=_times_us, withdrawn=st.just(True)
)
metrics = st.builds(Metrics, _ids, st.lists(_measurements | _withdrawn, max_size=4).map(tuple))
_budgets = st.builds(
    Budget,
    st.sampled_from(["at_most", "at_least"]),
    st.floats(),
    st.sampled_from(["absolute", "base_plus", "base_percent"]),
)
_specs = st.builds(
    MetricSpec,
    name=st.text(max_size=10),
    goal=st.sampled_from([None, "max", "min"]),
    unit=st.text(max_size=5),
    format=st.text(max_size=5),
    low=st.none() | st.floats(),
    high=st.none() | st.floats(),
    primary=st.booleans(),
    budget=st.none() | _budgets,
    scalar=st.text(max_size=10),
    defined_us=_times_us,
    suggested=st.booleans(),
    description=st.text(max_size=10),
    summary=st.sampled_from(["", "last", "best", "max", "min", "at:0", "at:-7"]),
)
metric_specs = st.builds(MetricSpecs, st.lists(_specs, max_size=4).map(tuple))
_logged_problems = st.builds(LoggedProblem, st.text(), st.text(), _times_us)
problems = st.builds(Problems, _ids, st.lists(_logged_problems, max_size=3).map(tuple))

any_record = st.one_of(model_cards(), metrics, metric_specs, problems)

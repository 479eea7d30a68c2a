"""Whatever decodes can be answered: no record makes the ``models`` route fail."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.records.models import (
    ALL_CARD_FIELDS,
    Budget,
    Bulk,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Operation,
    Problems,
    ScalarPoint,
    Stored,
)

# Few names, so that parents, runs and metrics meet.
NAMES = st.sampled_from(["", "a", "b", "a/b", "<b>", "é", "=0", "%2F"])
RUNS = st.sampled_from([".", "a", "a/b", "a/b/version_0", "c\\d"])
TIMES = st.integers(-(2**63), 2**63 - 1)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
PARAMETERS = st.recursive(SCALARS, lambda items: st.lists(items, max_size=3).map(tuple))
OPERATIONS = st.builds(Operation, NAMES, st.dictionaries(NAMES, PARAMETERS, max_size=3))
CARDS = st.builds(
    ModelCard,
    NAMES,
    st.lists(NAMES, max_size=3).map(tuple),
    st.none() | OPERATIONS,
    st.sampled_from(["running", "finished", "failed"]),
    NAMES,
    NAMES,
    NAMES,
    TIMES,
    st.none() | TIMES,
)
CHANGES = st.builds(
    ModelCard,
    NAMES,
    st.lists(NAMES, max_size=3).map(tuple),
    created_us=TIMES,
    note=NAMES,
    tags=st.lists(NAMES, max_size=2, unique=True).map(tuple),
    hidden=st.booleans(),
    renamed=NAMES,
    edits=st.just(True),
    says=st.frozensets(st.sampled_from(sorted(ALL_CARD_FIELDS))),
)
FLOATS = st.none() | st.floats()
SPECS = st.builds(
    MetricSpec,
    NAMES,
    st.sampled_from(["max", "min", None]),
    NAMES,
    NAMES,
    FLOATS,
    FLOATS,
    st.booleans(),
    st.none() | st.builds(Budget, st.just("at_most"), st.floats()),
    NAMES,
    TIMES,
    summary=st.sampled_from(["", "last", "best", "max", "min", "at:3"]),
)
MEASUREMENTS = st.builds(
    Measurement, NAMES, st.lists(st.floats(), max_size=3).map(tuple), st.none() | TIMES, TIMES
) | st.builds(Measurement, NAMES, st.just(()), logged_us=TIMES, withdrawn=st.just(True))
PROBLEMS = st.builds(LoggedProblem, NAMES, NAMES, TIMES)
RECORDS = st.one_of(
    CARDS,
    CHANGES,
    st.builds(Metrics, NAMES, st.lists(MEASUREMENTS, max_size=3).map(tuple)),
    st.builds(MetricSpecs, st.lists(SPECS, max_size=3).map(tuple)),
    st.builds(Problems, NAMES, st.lists(PROBLEMS, max_size=2).map(tuple)),
)
STORED = st.lists(st.builds(Stored, RUNS, NAMES, TIMES, RECORDS), max_size=12)
POINTS = st.lists(st.builds(ScalarPoint, st.floats(-1e9, 1e9), TIMES, st.floats()), max_size=3)
KINDS = st.sampled_from(["dataset", "predictions", "weights", "activations"])
STEPS = st.none() | TIMES
BULK = st.lists(
    st.builds(Bulk, KINDS, RUNS, NAMES, NAMES, RUNS, NAMES, STEPS, st.none() | st.floats()),
    max_size=6,
)


def answer_of(
    stored: list[Stored],
    scalars: dict[tuple[str, str], Any],
    bulk: Iterable[Bulk] = (),
) -> dict[str, Any]:
    catalog = build_catalog(stored, members_of(stored), scalars, bulk)
    answer = models_response(catalog, [])
    return json.loads(json.dumps(answer, allow_nan=False))  # type: ignore[no-any-return]


@settings(max_examples=300)
@given(STORED, st.dictionaries(st.tuples(RUNS, NAMES), POINTS, max_size=3), BULK)
def test_every_answer_is_json_and_a_graph_without_cycles(
    stored: list[Stored], scalars: dict[tuple[str, str], Any], bulk: list[Bulk]
) -> None:
    models = answer_of(stored, scalars, bulk)["models"]
    parents = {model["key"]: model["parents"] for model in models}
    assert len(parents) == len(models), "keys are unique"
    settled: set[str] = set()
    while rest := [key for key in parents if key not in settled]:
        next_ones = {key for key in rest if set(parents[key]) <= settled}
        assert next_ones, "somebody is their own ancestor, or a parent is not a model"
        settled |= next_ones


@settings(max_examples=100)
@given(STORED, st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(stored: list[Stored], random: Any) -> None:
    distinct = [
        Stored(entry.run, entry.tag, order, entry.record) for order, entry in enumerate(stored)
    ]
    shuffled = list(distinct)
    random.shuffle(shuffled)
    assert described(answer_of(distinct, {})) == described(answer_of(shuffled, {}))


def described(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        model["key"]: [
            model.get(field)
            for field in ("id", "run", "status", "parents", "renamed", "note", "tags", "hidden")
        ]
        for model in answer["models"]
    }

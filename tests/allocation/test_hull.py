"""Every breakpoint is the best of all allocations with as few bytes, as trying all shows."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc.allocation.hull import Choice, choices_of, front_of, lower_hull
from tensorboard_cnc.records.sensitivity import KEPT

# Exact in binary, so that sums in another order are the same.
DAMAGES = st.integers(-8, 64).map(lambda each: each / 8)
LAYERS = st.lists(
    st.lists(st.tuples(st.integers(0, 40), DAMAGES), min_size=1, max_size=4), min_size=1, max_size=4
)


def _choices(layers: list[list[tuple[int, float]]]) -> list[list[Choice]]:
    return [
        [Choice(40, 0.0, KEPT), *(Choice(size, cost, at) for at, (size, cost) in enumerate(each))]
        for each in layers
    ]


@given(LAYERS)
@settings(max_examples=300, deadline=None)
def test_breakpoints_are_optimal(layers: list[list[tuple[int, float]]]) -> None:
    choices = _choices(layers)
    front = front_of(choices)
    every = [
        (sum(each.bytes for each in combination), sum(each.damage for each in combination))
        for combination in itertools.product(*choices)
    ]
    for count in range(len(front.steps) + 1):
        size, damage = front.bytes_after(count), front.damage_after(count)
        assert damage == min(cost for taken, cost in every if taken <= size)
        chosen = [
            next(each for each in own if each.candidate == candidate)
            for own, candidate in zip(choices, front.after(count).tolist(), strict=True)
        ]
        assert (size, damage) == (
            sum(each.bytes for each in chosen),
            sum(each.damage for each in chosen),
        )
    assert front.bytes_after(len(front.steps)) == min(size for size, _ in every)


def test_bytes_fall_and_each_costs_more() -> None:
    rng = np.random.default_rng(0)
    front = front_of(
        choices_of(
            rng.integers(500, 900, 30), rng.integers(50, 600, (30, 6)), rng.exponential(1, (30, 6))
        )
    )
    sizes = [front.bytes_after(at) for at in range(len(front.steps) + 1)]
    damages = [front.damage_after(at) for at in range(len(front.steps) + 1)]
    prices = -np.diff(damages) / np.diff(sizes)
    assert (np.diff(sizes) < 0).all()
    assert (np.diff(prices) >= -1e-12).all()


def test_what_has_no_number_is_no_choice() -> None:
    damage = np.array([[np.nan, np.inf, 0.5], [0.1, 0.2, 0.3]])
    sizes = np.array([[1, 1, 9], [-1, 8, 2]])
    found = choices_of(np.array([10, 10]), sizes, damage)
    assert [[each.candidate for each in own] for own in found] == [[KEPT, 2], [KEPT, 1, 2]]


def test_of_equal_moves_those_to_the_usual_candidate_come_first() -> None:
    layers = [
        [Choice(10, 0.0, KEPT), Choice(5, 1.0, 0)],
        [Choice(10, 0.0, KEPT), Choice(5, 1.0, 1)],
        [Choice(10, 0.0, KEPT), Choice(5, 1.0, 1)],
    ]
    assert [step.candidate for step in front_of(layers).steps] == [1, 1, 0]


def test_a_hull_leaves_out_what_a_mixture_beats() -> None:
    hull = lower_hull(
        [Choice(10, 0, KEPT), Choice(6, 5, 0), Choice(5, 1, 1), Choice(2, 9, 2), Choice(1, 9, 3)]
    )
    assert [each.candidate for each in hull] == [KEPT, 1, 3]

"""The correction for many tests against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tensorboard_cnc.analysis.false_discovery import benjamini_hochberg

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(PROBABILITIES)
def test_as_scipy(p: list[float]) -> None:
    expected = stats.false_discovery_control(p)
    assert benjamini_hochberg(np.array(p)) == pytest.approx(expected)


@given(PROBABILITIES)
def test_q_is_no_smaller_than_p_and_keeps_its_order(p: list[float]) -> None:
    q = benjamini_hochberg(np.array(p))
    assert (q >= np.array(p)).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= 0).all()


def test_what_was_not_tested_is_not_counted() -> None:
    q = benjamini_hochberg(np.array([[0.01, np.nan], [0.04, np.nan]]))
    assert q[:, 0] == pytest.approx([0.02, 0.04])
    assert np.isnan(q[:, 1]).all()
    assert benjamini_hochberg(np.empty(0)).size == 0

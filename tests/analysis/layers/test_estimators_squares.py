"""ΣΔ² of two CountSketches against the likelihood as SciPy computes it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2, multivariate_normal

from tensorboard_cnc.analysis.layers.estimates import ESTIMATE, EXACT, Estimates
from tensorboard_cnc.analysis.layers.estimators_squares import squares_of_change

# With so many, the buckets of a dense change never look like a few large ones.
M = 512


def buckets(rho: float, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two rows (1, M) of standard normal numbers with this correlation."""
    rng = np.random.default_rng(seed)
    u, w = rng.standard_normal((2, 1, M))
    return u, rho * u + np.sqrt(1 - rho**2) * w


def estimated(norms: tuple[float, float], rho: float) -> Estimates:
    a, b = (np.array([norm]) for norm in norms)
    u, v = buckets(rho)
    return squares_of_change(a, b, u * np.sqrt(a / M), v * np.sqrt(b / M))


@pytest.mark.parametrize("rho", [-0.99, -0.3, 0.0, 0.6, 0.99, 0.9999])
@pytest.mark.parametrize("norms", [(1.0, 1.0), (3e-9, 2e-8), (5e7, 4e6)])
def test_the_most_likely_change_and_all_that_a_ratio_test_keeps(
    norms: tuple[float, float], rho: float
) -> None:
    pairs = np.concatenate(buckets(rho)).T

    def likelihood(log_apart: float) -> float:
        """Of 1 − ρ, by its logarithm."""
        cosine = 1 - np.exp(log_apart)
        covariance = [[1, cosine], [cosine, 1]]
        return float(multivariate_normal(cov=covariance).logpdf(pairs).sum())

    def change(log_apart: float) -> float:
        a, b = norms
        return float(a + b - 2 * (1 - np.exp(log_apart)) * np.sqrt(a * b))

    ends = (-20.0, np.log(2) - 1e-6)
    best = minimize_scalar(lambda x: -likelihood(x), bounds=ends, options={"xatol": 1e-9}).x
    least = likelihood(best) - chi2(1).ppf(0.95) / 2
    low, high = (brentq(lambda x: likelihood(x) - least, best, end) for end in ends)
    found = estimated(norms, rho)
    assert found.value[0] == pytest.approx(change(best), rel=1e-4)
    assert found.low[0] == pytest.approx(change(low), rel=1e-4)
    assert found.high[0] == pytest.approx(change(high), rel=1e-4)
    assert found.certainty[0] == ESTIMATE


def test_what_is_all_zero_on_one_side_is_exact() -> None:
    sums = np.ones((2, M))
    found = squares_of_change(np.array([0.0, 4.0]), np.array([9.0, 0.0]), sums * 0, sums)
    for ends in (found.value, found.low, found.high):
        np.testing.assert_array_equal(ends, [9.0, 4.0])
    assert (found.certainty == EXACT).all()


def test_equal_buckets_leave_no_more_than_their_rounding() -> None:
    u, _ = buckets(0.5)
    norm = np.array([float(np.square(u).sum())])
    found = squares_of_change(norm, norm, u, u)
    assert found.value[0] <= 1e-12 * norm[0]
    assert found.low[0] == 0
    assert 0 < found.high[0] < 1e-9 * norm[0]


def test_rows_do_not_depend_on_each_other() -> None:
    rows = [buckets(rho, seed) for seed, rho in enumerate((-0.9, 0.1, 0.999))]
    u, v = (np.concatenate(side) for side in zip(*rows, strict=True))
    norms = np.array([1.0, 2.0, 3.0])
    together = squares_of_change(norms, norms[::-1], u, v)
    for row in range(3):
        one = slice(row, row + 1)
        alone = squares_of_change(norms[one], norms[::-1][one], u[one], v[one])
        for name in ("value", "low", "high"):
            assert getattr(alone, name)[0] == getattr(together, name)[row]

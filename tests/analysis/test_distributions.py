"""Distribution functions against SciPy, in the middle and far out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from tensorboard_cnc.analysis.distributions import (
    binomial_cdf,
    incomplete_beta,
    log_choose,
    log_gamma,
    normal_cdf,
    normal_quantile,
    student_t_cdf,
    student_t_quantile,
)

RNG = np.random.default_rng(3)
TAILS = np.concatenate([10.0 ** -np.arange(1, 100), np.linspace(0.01, 0.99, 99)])
DEGREES = [1, 1.3, 2, 3, 4.7, 10, 30, 100, 1e4, 1e6]


def test_normal() -> None:
    z = np.concatenate([np.linspace(-37, 8, 2001), [-2.5, 0, 2.5]])
    np.testing.assert_allclose(normal_cdf(z), special.ndtr(z), rtol=1e-11)
    np.testing.assert_allclose(normal_quantile(TAILS), special.ndtri(TAILS), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("df", DEGREES)
def test_student_t(df: float) -> None:
    t = np.concatenate([-(10 ** np.linspace(-4, 1.5, 300)), 10 ** np.linspace(-4, 1.5, 30)])
    expected = special.stdtr(df, t)
    seen = expected > 1e-250
    np.testing.assert_allclose(student_t_cdf(t, df)[seen], expected[seen], rtol=1e-9)
    quantiles = student_t_quantile(TAILS, df)
    np.testing.assert_allclose(special.stdtr(df, quantiles), TAILS, rtol=1e-9)


def test_many_degrees_of_freedom_at_once() -> None:
    df = RNG.uniform(1, 500, (30, 20))
    p = RNG.uniform(0, 1, (30, 20))
    np.testing.assert_allclose(
        student_t_quantile(p, df), special.stdtrit(df, p), rtol=1e-8, atol=1e-9
    )


def test_binomial() -> None:
    n = RNG.integers(1, 100_000, 3000)
    k = (n * RNG.random(3000)).astype(int)
    share = np.clip(k / n + RNG.normal(0, 4, 3000) / np.sqrt(n), 1e-6, 1 - 1e-6)
    expected = stats.binom.cdf(k, n, share)
    seen = expected > 1e-280
    np.testing.assert_allclose(binomial_cdf(k, n, share)[seen], expected[seen], rtol=1e-8)
    # Nothing drawn, all drawn, below 0; shares of 0 and 1.
    found = binomial_cdf([0, 3, -1, 0, 0, 5], [0, 3, 3, 5, 5, 5], [0.5, 0.5, 0.5, 0, 1, 1])
    assert found.tolist() == [1, 1, 0, 1, 0, 1]


def test_incomplete_beta_and_gamma() -> None:
    a, b, x = RNG.uniform(0.5, 40, 500), RNG.uniform(0.5, 40, 500), RNG.random(500)
    np.testing.assert_allclose(incomplete_beta(a, b, x, 1 - x), special.betainc(a, b, x), rtol=1e-9)
    at = np.concatenate([np.linspace(0.5, 40, 200), 10.0 ** np.arange(2, 8)])
    np.testing.assert_allclose(log_gamma(at), special.gammaln(at), rtol=1e-13, atol=1e-13)
    n = RNG.integers(0, 1000, 50)
    k = (n * RNG.random(50)).astype(int)
    np.testing.assert_allclose(np.exp(log_choose(n, k)), special.comb(n, k), rtol=1e-9)


def test_ends() -> None:
    ends, nothing = [-np.inf, np.inf], np.nan
    assert normal_cdf(ends).tolist() == student_t_cdf(ends, 3).tolist() == [0, 1]
    assert normal_quantile([0, 0.5, 1]).tolist() == [-np.inf, 0, np.inf]
    assert student_t_quantile([0, 0.5, 1], 3).tolist() == [-np.inf, 0, np.inf]
    unknown = [
        normal_cdf(nothing),
        normal_quantile(nothing),
        student_t_cdf(nothing, 3),
        student_t_quantile(nothing, 3),
    ]
    assert np.isnan(unknown).all()

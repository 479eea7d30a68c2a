"""Estimates and changes as JSON."""

from __future__ import annotations

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.estimates import Change, Estimate
from tensorboard_cnc.plugin.json_numbers import number


def estimate_told(found: Estimate) -> wire.Estimate:
    """A mean with its interval; null where there is none."""
    return {
        "n": found.n,
        "value": number(found.value),
        "low": number(found.low),
        "high": number(found.high),
    }


def change_told(found: Change) -> wire.Change:
    """A change with its interval and test."""
    return {
        "n": found.n,
        "value": number(found.value),
        "low": number(found.low),
        "high": number(found.high),
        "relative": number(found.relative),
        "p": number(found.p),
        "test": found.test,
    }

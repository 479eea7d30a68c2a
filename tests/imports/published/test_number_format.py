"""Formats of tables as complete d3-format specifiers."""

from __future__ import annotations

import pytest

from tensorboard_cnc.imports.published.declarations import meant_format


@pytest.mark.parametrize("specifier", ["", ".2%", ".2~s", ".1f", "d", ",.0f", "$,.2f", "*<+8.3e"])
def test_complete_ones_stay(specifier: str) -> None:
    assert meant_format(specifier) == specifier


@pytest.mark.parametrize(
    ("specifier", "meant"),
    [
        (".2", ".2f"),
        (",.1", ",.1f"),
        ("00", ".12~g"),
        ("~", ".12~g"),
        (",", ",.12~g"),
        ("{:.2f}", ""),
        (".2z", ""),
        ("two digits", ""),
        (".2f\n", ".2f"),
        ("\t>5d", ">5d"),
        ("\u202e\x7f", ""),
        ("٣d", ""),
    ],
)
def test_careless_ones_are_completed_or_left_out(specifier: str, meant: str) -> None:
    assert meant_format(specifier) == meant

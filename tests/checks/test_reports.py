"""Reports of hostile names: no cursor is moved, no markup made, nobody mentioned."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tensorboard_cnc.checks.outcome import Outcome, Verdict, exit_code
from tensorboard_cnc.checks.reports import junit, lines, markdown

EVIL = "m|\x1b[2J\x00\u202e@team <img src=x>`\n#1\ud800"
SHOWN = "m|[2J@team <img src=x>` #1"
HOLDS, FAILS, UNKNOWN = (
    Outcome(EVIL, EVIL, verdict, EVIL, EVIL, EVIL, EVIL) for verdict in Verdict
)
ALL = [HOLDS, FAILS, UNKNOWN]


def test_lines() -> None:
    said = lines(ALL).splitlines()
    assert len(said) == 4
    assert all(line.isprintable() for line in said)
    assert said[1] == f"FAILS {SHOWN}: {SHOWN}: {SHOWN} against {SHOWN}; {SHOWN}; {SHOWN}"
    assert said[3] == "1 holds, 1 fails, 1 cannot be judged"


def test_junit() -> None:
    suite = ElementTree.fromstring(junit(ALL).encode())
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors")}
    assert counts == {"tests": "3", "failures": "1", "errors": "1"}
    assert [case.get("name") for case in suite] == [SHOWN] * 3
    assert [case.get("classname") for case in suite] == [SHOWN] * 3
    assert [child.tag for case in suite for child in case] == ["system-out", "failure", "error"]


def test_markdown() -> None:
    table = markdown(ALL).splitlines()
    code = "`" + SHOWN.replace("`", "'").replace("|", "¦") + "`"
    assert table[2] == "| holds | " + " | ".join([code] * 6) + " |"
    assert all(row.count("|") == 8 for row in table[:5])


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [([], 0), ([HOLDS], 0), ([HOLDS, FAILS, UNKNOWN], 1), ([HOLDS, UNKNOWN], 3), ([FAILS], 1)],
)
def test_exit_codes(outcomes: list[Outcome], code: int) -> None:
    assert exit_code(outcomes) == code

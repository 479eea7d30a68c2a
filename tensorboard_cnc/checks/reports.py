"""Outcomes as lines, as JUnit's XML and as a table of Markdown; names in them are hostile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from tensorboard_cnc.checks.outcome import Outcome, Verdict
from tensorboard_cnc.wording import printable

_MARKS = {Verdict.HOLDS: "ok", Verdict.FAILS: "FAILS", Verdict.UNKNOWN: "?"}


def lines(outcomes: Sequence[Outcome]) -> str:
    """A line each, and how many hold; nothing in it moves a terminal's cursor."""
    width = max((len(mark) for mark in _MARKS.values()), default=0)
    rows = [
        f"{_MARKS[each.verdict]:<{width}} {printable(each.model)}: {printable(each.asked)}"
        + (f": {said}" if (said := _said(each)) else "")
        for each in outcomes
    ]
    return "\n".join([*rows, _counts(outcomes)])


def junit(outcomes: Sequence[Outcome]) -> str:
    """A test suite: what fails is a failure, what cannot be judged an error."""
    found = Counter(each.verdict for each in outcomes)
    suite = ElementTree.Element(
        "testsuite",
        name="tensorboard-cnc check",
        tests=str(len(outcomes)),
        failures=str(found[Verdict.FAILS]),
        errors=str(found[Verdict.UNKNOWN]),
    )
    for each in outcomes:
        case = ElementTree.SubElement(
            suite, "testcase", classname=printable(each.model), name=printable(each.asked)
        )
        if each.verdict is not Verdict.HOLDS:
            kind = "failure" if each.verdict is Verdict.FAILS else "error"
            ElementTree.SubElement(case, kind, message=_said(each) or each.verdict.value)
        else:
            ElementTree.SubElement(case, "system-out").text = _said(each)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def markdown(outcomes: Sequence[Outcome]) -> str:
    """A table whose texts are code, in which nothing is markup, a link or a mention."""
    head = ("", "model", "check", "value", "limit", "noise", "why")
    rows = [
        (
            each.verdict.value,
            *map(
                _code,
                (each.model, each.asked, each.value, each.limit, each.interval, each.why),
            ),
        )
        for each in outcomes
    ]
    table = [head, ("---",) * len(head), *rows]
    return "\n".join([*(f"| {' | '.join(row)} |" for row in table), "", _counts(outcomes), ""])


def _said(outcome: Outcome) -> str:
    """Value, limit, interval and reason, as far as there are any."""
    against = f" against {outcome.limit}" if outcome.limit else ""
    parts = (outcome.value + against, outcome.interval, outcome.why)
    return printable("; ".join(part for part in parts if part.strip()))


def _code(text: str) -> str:
    # A pipe would end the cell even in code, unless escaped, which a backslash before it undoes.
    plain = printable(text).replace("`", "'").replace("|", "¦")
    return f"`{plain}`" if plain.strip() else ""


def _counts(outcomes: Sequence[Outcome]) -> str:
    found = Counter(each.verdict for each in outcomes)
    hold, fail = found[Verdict.HOLDS], found[Verdict.FAILS]
    return (
        f"{hold:,} {'holds' if hold == 1 else 'hold'}, "
        f"{fail:,} {'fails' if fail == 1 else 'fail'}, "
        f"{found[Verdict.UNKNOWN]:,} cannot be judged"
    )

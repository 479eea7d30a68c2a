"""The names that models are shown under in place of their ids, and which of them mislead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.problem import Problem


def display_names(members: Iterable[Member]) -> tuple[dict[str, str], list[Problem]]:
    """By model key the name that it is shown under, where that is not its id; and what misleads.

    A name that is another model's too is left out: whoever reads it would take one for the other.
    """
    members = tuple(members)
    renamed = [member for member in members if name_of(member)]
    if not renamed:
        return {}, []
    taken = TakenNames((member.card.id, name_of(member)) for member in members)
    names, problems = {}, []
    for member in renamed:
        if why := taken.why_not(member.card.renamed):
            problems.append(_misleading(member, why))
        else:
            names[member.key] = member.card.renamed
    return names, problems


def name_of(member: Member) -> str:
    """The name that a model is to be shown under; "" where that is its id."""
    return member.card.renamed if member.card.renamed != member.card.id else ""


class TakenNames:
    """What models are called."""

    def __init__(self, models: Iterable[tuple[str, str]]) -> None:
        """`models`: of each the id, and the name that it is to be shown under or ""."""
        self._ids: set[str] = set()
        self._names: Counter[str] = Counter()
        for model_id, name in models:
            self._ids.add(model_id)
            self._names[name] += 1

    def why_not(self, name: str) -> str:
        """Why the model that is to be shown as `name` cannot be; "" where it can."""
        if name in self._ids:
            return "which is the id of another model"
        return "as is another model" if self._names[name] > 1 else ""


def _misleading(member: Member, why: str) -> Problem:
    return Problem(
        f'Model "{member.card.id}" is to be shown as "{member.card.renamed}", {why}; it is shown '
        "by its id.",
        "Give it a name of its own with cnc_summary.edit(..., renamed=...) or tensorboard-cnc "
        "edit ... --rename.",
        run=member.run,
        model=member.key,
    )

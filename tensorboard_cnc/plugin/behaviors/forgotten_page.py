"""The level "forgotten": instances on which most of a family predict other than the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.votes import Votes, forgotten, votes, votes_for
from tensorboard_cnc.analysis.lineage import descendants_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison, predictions_at
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.instance_page import instance_page
from tensorboard_cnc.plugin.behaviors.rows import filtered_rows, ordered_rows
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.responses import BadRequestError


def forgotten_page(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.InstancePage:
    """A page of forgotten instances.

    Raises:
      BadRequestError: 400, there are no predictions to count; 404, as for "instances".
    """
    family: Sequence[str] = question.keys[1:]
    if question.family == "descendants":
        family = descendants_of(comparisons.catalog.lineage, question.base)
    wide = comparisons.among((*question.keys, *family))
    shown = replace(wide, models=question.keys)
    election = _Election(wide, family)
    measure = shown.measure(question.measure)
    lost = filtered_rows(shown, question.filter) & election.lost
    rows = ordered_rows(
        shown,
        lost,
        question.order,
        descending=question.descending,
        measure=measure,
        form=question.form,
        votes=election.votes.votes,
    )
    page = instance_page(
        shown, rows, question.offset, question.limit, measure=measure, form=question.form
    )
    page["votes"] = election.votes_at(rows[question.offset : question.offset + question.limit])
    page["family"] = {
        "of": question.family,
        "models": election.voters,
        "n": int(np.count_nonzero(election.lost)),
        "base_right": _right(wide.base.correct if wide.base else None, election.lost),
        "family_right": _right(election.correct, election.lost),
    }
    return page


class _Election:
    """What the models of a family predict together."""

    def __init__(self, wide: Comparison, family: Sequence[str]) -> None:
        self._wide = wide
        models = {key: wide.evaluations[key] for key in family if key in wide.evaluations}
        answers = {key: each.answers for key, each in models.items() if each.answers is not None}
        if wide.base is None or wide.base.answers is None or not answers:
            raise BadRequestError(
                400,
                "Forgotten instances need classes or texts that the base and other models "
                "predicted; select more models, or family=descendants",
            )
        self._predictions: dict[str, Ints] = answers
        self.voters = list(answers)
        self.votes: Votes = votes(list(answers.values()))
        self._base_votes = votes_for(list(answers.values()), wide.base.answers)
        self.lost: Bools = forgotten(wide.base.answers, self.votes, self._base_votes)
        self.correct = self._correct()

    def votes_at(self, rows: Ints) -> wire.Votes:
        """The votes on these rows (k,)."""
        right: NDArray[Any] = np.full(len(rows), np.nan)
        if self.correct is not None:
            right = self.correct[rows]
        return {
            "answers": self._modal_predictions(rows),
            "votes": self.votes.votes[rows].tolist(),
            "base_votes": self._base_votes[rows].tolist(),
            "voters": self.votes.voters[rows].tolist(),
            "correct": [{1.0: True, 0.0: False}.get(each) for each in right.tolist()],
        }

    def _correct(self) -> Floats | None:
        """Whether the modal predictions (N,) are right, by any model that made them."""
        found: Floats | None = None
        for key, codes in self._predictions.items():
            correct = self._wide.evaluations[key].correct
            if correct is not None:
                if found is None:
                    found = np.full(len(codes), np.nan, np.float32)
                gave = (codes == self.votes.answers) & (codes != NONE)
                found = np.where(gave & np.isnan(found), correct, found)
        return found

    def _modal_predictions(self, rows: Ints) -> list[wire.Answer]:
        found: list[wire.Answer] = [None] * len(rows)
        open_places = np.ones(len(rows), bool)
        for key, codes in self._predictions.items():
            gave = open_places & (codes[rows] == self.votes.answers[rows]) & (codes[rows] != NONE)
            places = np.flatnonzero(gave)
            for place, answer in zip(
                places.tolist(), predictions_at(self._wide, key, rows[places]), strict=True
            ):
                found[place] = answer
            open_places &= ~gave
        return found


def _right(correct: Floats | None, lost: Bools) -> int | None:
    return None if correct is None else int(np.count_nonzero(correct[lost] == 1))

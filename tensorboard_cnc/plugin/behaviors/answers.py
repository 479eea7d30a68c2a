"""Answers the ``behaviors`` route: finds what a question is about and hands it to its level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.alignment import rows_of
from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Bools, Ints
from tensorboard_cnc.analysis.behaviors.measures import Measure
from tensorboard_cnc.analysis.behaviors.noise_floor import noise_floor
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.descendants import descendants_of
from tensorboard_cnc.analysis.differences.replicates import replicates_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison, compare
from tensorboard_cnc.plugin.behaviors.evaluation_sets import EvaluationSet, evaluation_sets, told
from tensorboard_cnc.plugin.behaviors.forgotten_page import forgotten_page
from tensorboard_cnc.plugin.behaviors.harmed_told import harmed_told
from tensorboard_cnc.plugin.behaviors.instance_detail import ancestors_of, instance_detail, row_of
from tensorboard_cnc.plugin.behaviors.instance_page import instance_page
from tensorboard_cnc.plugin.behaviors.kept_rows import kept_rows
from tensorboard_cnc.plugin.behaviors.model_summary import not_logged
from tensorboard_cnc.plugin.behaviors.question import Question
from tensorboard_cnc.plugin.behaviors.remarks import remarks
from tensorboard_cnc.plugin.behaviors.row_file import row_file
from tensorboard_cnc.plugin.behaviors.row_order import ordered_rows
from tensorboard_cnc.plugin.behaviors.slice_table import slice_table
from tensorboard_cnc.plugin.behaviors.summary import (
    dimensions_told,
    measures_told,
    models_told,
)
from tensorboard_cnc.plugin.http import BadRequestError
from tensorboard_cnc.plugin.json_numbers import number, significant
from tensorboard_cnc.plugin.parameters import check_models
from tensorboard_cnc.plugin.record_cache import Records

# Pairs of more replicates than these tell nothing new.
_MOST_REPLICATES = 8


class Answerer:
    """Answers one question about one state of the logs."""

    def __init__(self, question: Question, catalog: Catalog, records: Records) -> None:
        """Finds the data sets on which the question's models were evaluated.

        Raises:
            BadRequestError: 404, a model or data set that there is not.
        """
        self._question, self._catalog, self._records = question, catalog, records
        self._models = (question.base, *question.models)
        check_models(catalog, self._models)
        self._sets, self._notes = evaluation_sets(catalog, self._models, records)
        self._chosen = self._chosen_set()

    def answer(self) -> Any:
        """What the level of the question answers with.

        Raises:
            BadRequestError: the question names what there is not, or what does not fit together.
        """
        if self._question.level == "summary" and self._chosen is None:
            return self._nothing_logged()
        comparison = self.comparison(self._models)
        match self._question.level:
            case "summary":
                return self._summary(comparison)
            case "instances":
                return self._instances(comparison)
            case "instance":
                return self._instance(comparison)
            case "slices":
                return self._slices(comparison)
            case "harmed":
                return harmed_told(comparison, self._question.by)
            case "forgotten":
                return self._forgotten()

    def file(self, format: Literal["csv", "json"]) -> Iterator[bytes]:
        """All rows that the filter leaves, piece by piece.

        Raises:
            BadRequestError: as for `answer`.
        """
        comparison = self.comparison(self._models)
        measure, rows = self._rows(comparison)
        names = self._names()
        form = self._question.form
        return row_file(comparison, rows, names, measure=measure, form=form, format=format)

    def comparison(self, models: Sequence[str]) -> Comparison:
        """The models on the chosen data set, the base first.

        Raises:
            BadRequestError: 404, none of the question's models has predictions.
        """
        chosen = self._chosen
        if chosen is None:
            raise BadRequestError(
                404, "None of these models has predictions; log them with m.predictions(...)"
            )
        if set(models) - set(self._models):
            others, _ = evaluation_sets(self._catalog, models, self._records, name=chosen.name)
            chosen = next((each for each in others if each.key == chosen.key), chosen)
        return compare(chosen, tuple(dict.fromkeys(models)), self._records)

    def _summary(self, comparison: Comparison) -> wire.BehaviorSummary:
        question, truth = self._question, comparison.truth
        kept = kept_rows(comparison, question.filter)
        measure = comparison.measure(question.measure)
        models, edges = [not_logged(key) for key in comparison.models], list[float]()
        if measure is not None:
            models, edges = models_told(comparison, measure, question.form, kept)
        data = comparison.instances.dataset
        return {
            "datasets": self._datasets(),
            "dataset": comparison.dataset,
            "kind": truth.kind,
            "measures": measures_told(comparison.measures),
            "measure": measure.id if measure else None,
            "form": "value" if measure and measure.pairwise else question.form,
            "dimensions": dimensions_told(comparison.dimensions, truth.n),
            "has_texts": bool(data and data.texts is not None),
            "has_images": bool(data and data.images is not None),
            "base": question.base,
            "n": truth.n,
            "n_filtered": int(np.count_nonzero(kept)),
            "models": models,
            "edges": edges,
            "noise": self._noise(comparison, kept),
            "notes": [*self._notes, *remarks(comparison)],
        }

    def _instances(self, comparison: Comparison) -> wire.InstancePage:
        question = self._question
        measure, rows = self._rows(comparison)
        return instance_page(
            comparison, rows, question.offset, question.limit, measure=measure, form=question.form
        )

    def _slices(self, comparison: Comparison) -> wire.SliceTable:
        measure = comparison.measure(self._question.measure)
        if measure is None:
            raise BadRequestError(400, "The models have no measure on this data set")
        kept = kept_rows(comparison, self._question.filter)
        return slice_table(comparison, self._question, measure, kept)

    def _rows(self, comparison: Comparison) -> tuple[Measure | None, Ints]:
        question = self._question
        measure = comparison.measure(question.measure)
        rows = ordered_rows(
            comparison,
            kept_rows(comparison, question.filter),
            question.sort,
            descending=question.descending,
            measure=measure,
            form=question.form,
        )
        return measure, rows

    def _forgotten(self) -> wire.InstancePage:
        question = self._question
        family: Sequence[str] = question.models
        if question.family == "descendants":
            family = descendants_of(self._catalog, question.base)
        wide = self.comparison((*self._models, *family))
        return forgotten_page(wide, question, family)

    def _names(self) -> dict[str, str]:
        """What the models are called: their ids, with the run where two have the same."""
        members = {member.key: member for member in self._catalog.members}
        ids = {key: member.card.id for key, member in members.items()}
        ids |= self._catalog.lineage.ghosts
        count = Counter(ids[key] for key in self._models)
        return {
            key: ids[key] if count[ids[key]] == 1 else f"{ids[key]} ({members[key].run})"
            for key in self._models
        }

    def _instance(self, comparison: Comparison) -> wire.InstanceDetail:
        row = row_of(comparison, self._question.id)
        family = [step for key in self._models for step in ancestors_of(self._catalog, key)]
        along = self.comparison((*self._models, *family))
        measure = comparison.measure(self._question.measure)
        return instance_detail(comparison, along, self._catalog, row, measure)

    def _noise(self, comparison: Comparison, kept: Bools) -> wire.NoiseFloor | None:
        """Of the base and its replicates, where there are any on this data set."""
        base = self._question.base
        if comparison.base is None:
            return None
        evaluated = self._evaluated()
        models = [base, *replicates_of(self._catalog, base, evaluated)][:_MOST_REPLICATES]
        if len(models) < 2:
            return None
        among = self.comparison(models)
        at = rows_of(among.instances.ids, comparison.instances.ids)
        found = noise_floor(
            [among.evaluations[key] for key in among.logged], (at != NONE) & kept[at]
        )
        if found is None:
            return None
        return {
            "models": among.logged,
            "changed": significant(found.changed),
            "negative": number(found.negative),
        }

    def _evaluated(self) -> list[str]:
        """Keys of all models that may have predictions on the chosen set, by its name."""
        assert self._chosen is not None
        name = self._chosen.name
        return [
            key
            for key, records in self._catalog.bulk.items()
            if any(bulk.kind == "predictions" and bulk.dataset == name for bulk in records)
        ]

    def _chosen_set(self) -> EvaluationSet | None:
        sought = self._question.dataset
        if sought is None:
            return next(iter(self._sets), None)
        found = next((each for each in self._sets if each.key == sought), None)
        if found is None:
            known = ", ".join(f"{each.key} ({each.name})" for each in self._sets) or "none"
            raise BadRequestError(
                404, f"None of these models has predictions on {sought[:40]}; on: {known[:1000]}"
            )
        return found

    def _datasets(self) -> list[wire.EvaluationSet]:
        sizes = {}
        for each in self._sets:
            if each.dataset is not None:
                sizes[each.key] = len(self._records.dataset(each.dataset).ids)
        return told(self._sets, sizes)

    def _nothing_logged(self) -> wire.BehaviorSummary:
        question = self._question
        return {
            "datasets": [],
            "dataset": None,
            "kind": None,
            "measures": [],
            "measure": None,
            "form": question.form,
            "dimensions": [],
            "has_texts": False,
            "has_images": False,
            "base": question.base,
            "n": 0,
            "n_filtered": 0,
            "models": [not_logged(key) for key in self._models],
            "edges": [],
            "noise": None,
            "notes": self._notes,
        }

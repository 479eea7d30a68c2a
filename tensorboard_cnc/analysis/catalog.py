"""Merges the records of all runs into models with their lineage, metrics and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tensorboard_cnc.analysis.lineage import GHOST_RUN, Lineage, Member, resolve_lineage
from tensorboard_cnc.analysis.measurements import (
    Measured,
    measured_from_scalars,
    newest_by_name,
)
from tensorboard_cnc.analysis.metric_specs import KnownMetric, known_metrics, merge_specs
from tensorboard_cnc.analysis.model_index import ModelIndex
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.identity import model_key
from tensorboard_cnc.records import Metrics, MetricSpec, ModelCard, Problems, Scalars, Stored


@dataclass(frozen=True, slots=True)
class Catalog:
    """All models of a log directory, oldest first, and what is known about them."""

    members: tuple[Member, ...]
    index: ModelIndex
    lineage: Lineage
    # By model key; ghosts may have measurements too.
    measured: Mapping[str, Mapping[str, Measured]]
    metrics: tuple[KnownMetric, ...]
    problems: tuple[Problem, ...]


def members_of(stored: Iterable[Stored]) -> tuple[Member, ...]:
    """The newest card of every model, in order of creation."""
    newest: dict[tuple[str, str], tuple[int, Member]] = {}
    for entry in stored:
        if isinstance(entry.record, ModelCard):
            place = (entry.run, entry.record.id)
            if place not in newest or newest[place][0] <= entry.order:
                newest[place] = (entry.order, Member(entry.run, entry.record))
    members = (member for _, member in newest.values())
    return tuple(sorted(members, key=lambda member: (member.card.created_us, member.key)))


def build_catalog(
    stored: Iterable[Stored], members: tuple[Member, ...], scalars: Scalars
) -> Catalog:
    """Resolves everything that records name across runs. Pure, and total: never raises."""
    stored = tuple(stored)
    index = ModelIndex((m.run, m.card.id, m.card.created_us) for m in members)
    lineage = resolve_lineage(members, index)
    specs, conflicts = merge_specs(stored)
    logged, ghosts, unclaimed = _logged_measurements(stored, index)
    from_scalars = measured_from_scalars(members, specs.values(), scalars)
    measured = {
        key: newest_by_name(from_scalars.get(key, ())) | newest_by_name(logged.get(key, ()))
        for key in (*(member.key for member in members), *lineage.ghosts, *ghosts)
    }
    names = dict.fromkeys(name for of_model in measured.values() for name in of_model)
    return Catalog(
        members=members,
        index=index,
        lineage=Lineage(lineage.parents, {**lineage.ghosts, **ghosts}, lineage.problems),
        measured=measured,
        metrics=tuple(known_metrics(specs, names)),
        problems=(
            *lineage.problems,
            *conflicts,
            *unclaimed,
            *_unmet_scalars(members, specs.values(), scalars),
            *_logged_problems(stored, index),
        ),
    )


def _logged_measurements(
    stored: tuple[Stored, ...], index: ModelIndex
) -> tuple[dict[str, list[Measured]], dict[str, str], list[Problem]]:
    """Measurements by model key; ghosts and a problem for models that nobody logged."""
    logged: dict[str, list[Measured]] = defaultdict(list)
    ghosts: dict[str, str] = {}
    problems: list[Problem] = []
    for entry in stored:
        if not isinstance(entry.record, Metrics):
            continue
        model_id = entry.record.model_id
        at_us = max((m.logged_us for m in entry.record.measurements), default=0)
        match = index.find(model_id, run=entry.run, at_us=at_us)
        key = match.key if match else model_key(GHOST_RUN, model_id)
        if match is None and key not in ghosts:
            ghosts[key] = model_id
            problems.append(_unclaimed(entry.run, model_id, key))
        logged[key].extend(Measured(m, entry.run) for m in entry.record.measurements)
    return logged, ghosts, problems


def _logged_problems(stored: tuple[Stored, ...], index: ModelIndex) -> list[Problem]:
    problems = []
    for entry in stored:
        if isinstance(entry.record, Problems):
            for problem in entry.record.problems:
                match = index.find(entry.record.model_id, run=entry.run, at_us=problem.logged_us)
                key = match.key if match else None
                problems.append(Problem(problem.message, problem.remedy, entry.run, key, entry.tag))
    return problems


def _unmet_scalars(
    members: tuple[Member, ...], specs: Iterable[MetricSpec], scalars: Scalars
) -> list[Problem]:
    """A problem for each scalar that no run has, once no model is running that may yet log it."""
    if not members or any(member.card.status == "running" for member in members):
        return []
    present = {tag for _, tag in scalars}
    return [
        Problem(
            f'The metric "{spec.name}" is to be the last value of the scalar "{spec.scalar}", '
            "which no run with a model has.",
            "Mend the tag in cnc_summary.metric(..., scalar=...), or log the scalar through a "
            "writer in the model's run.",
        )
        for spec in specs
        if spec.scalar and spec.scalar not in present
    ]


def _unclaimed(run: str, model_id: str, key: str) -> Problem:
    return Problem(
        f'Metrics were attached to the model "{model_id}", which no run has logged.',
        f'Log it with cnc_summary.model(writer, "{model_id}"), open the log directory that '
        "holds it too, or mend the id given to cnc_summary.attach.",
        run=run,
        model=key,
    )

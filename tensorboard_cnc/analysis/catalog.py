"""Merges the records of all runs into models with their lineage, metrics and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tensorboard_cnc.analysis.display_names import display_names
from tensorboard_cnc.analysis.lineage import GHOST_RUN, Lineage, Member, resolve_lineage
from tensorboard_cnc.analysis.measurements import (
    Measured,
    measured_from_scalars,
    standing,
)
from tensorboard_cnc.analysis.metric_specs import KnownMetric, known_metrics, merge_specs
from tensorboard_cnc.analysis.mixed_units import mixed_problem, mixed_units
from tensorboard_cnc.analysis.model_cards import DatedCards, changes_by_key, merged_card
from tensorboard_cnc.analysis.near_ids import NearIds
from tensorboard_cnc.analysis.nearest import ModelIndex
from tensorboard_cnc.analysis.problem import Problem, nobody_logged
from tensorboard_cnc.analysis.said_replicates import said_replicates
from tensorboard_cnc.analysis.unmet_scalars import unmet_scalars
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import (
    MOST_PROCESSES,
    Bulk,
    Metrics,
    ModelCard,
    Problems,
    Scalars,
    Stored,
)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Catalog:
    """All models of a log directory, oldest first, and what is known about them."""

    members: tuple[Member, ...]
    by_key: Mapping[str, Member]
    index: ModelIndex
    lineage: Lineage
    # By model key; ghosts may have measurements too.
    measured: Mapping[str, Mapping[str, Measured]]
    metrics: tuple[KnownMetric, ...]
    problems: tuple[Problem, ...]
    # By model key: its predictions and sketches, of each the newest.
    bulk: Mapping[str, tuple[Bulk, ...]]
    datasets: tuple[Bulk, ...]
    # By model key the name that it is shown under, where that is not its id.
    names: Mapping[str, str] = field(default_factory=dict)
    # Whether something is said of a model that is not there.
    unclaimed: bool = False
    # Whether all that is in the log directory has been read, as far as anybody can tell.
    complete: bool = True

    @property
    def lacks_nothing(self) -> bool:
        """Whether all that records name is there: were there more of them, nothing would differ."""
        return (
            not self.lineage.ghosts
            and not self.unclaimed
            and self.measured.keys() >= set(self.lineage.replicate_of.values())
            and not any(metric.spec.scalar for metric in self.metrics)
        )


def members_of(stored: Iterable[Stored]) -> tuple[Member, ...]:
    """Every model with what its cards and all changes of it say, in order of creation."""
    cards: dict[tuple[str, str], DatedCards] = defaultdict(list)
    changes: list[Stored] = []
    for entry in stored:
        if isinstance(entry.record, ModelCard):
            if entry.record.edits:
                changes.append(entry)
            else:
                cards[entry.run, entry.record.id].append((entry.order, entry.record))
    merged = [Member(run, merged_card(dated)) for (run, _), dated in cards.items()]
    members = {member.key: member for member in merged}
    for key, dated in (changes_by_key(changes, merged) if changes else {}).items():
        member = members[key]
        own = cards[member.run, member.card.id]
        members[key] = Member(member.run, merged_card([*own, *dated]))
    in_order = sorted(members.values(), key=lambda member: (member.card.created_us, member.key))
    return tuple(in_order)


def build_catalog(
    stored: Iterable[Stored],
    members: tuple[Member, ...],
    scalars: Scalars,
    bulk: Iterable[Bulk] = (),
    complete: bool = True,
    kept_points: int | None = None,
) -> Catalog:
    """Resolves everything that records name across runs. Pure, and total: never raises.

    `complete`: whether these records are all that the log directory holds. `kept_points`: how many
    points of a scalar are kept, where some may be left out; None: all.
    """
    stored = tuple(stored)
    shown_as, misnamed = display_names(members)
    index = ModelIndex(((m.run, m.card.id, m.card.created_us) for m in members), shown_as)
    near_ids = NearIds(member.card.id for member in members)
    lineage = resolve_lineage(members, index, near_ids, complete)
    replicate_of, untrue = said_replicates(members, index, near_ids, lineage.parents, complete)
    specs, conflicts = merge_specs(stored)
    bulk = tuple(bulk)
    claims = _Claims(index, complete)
    logged = _logged_measurements(stored, claims)
    owned = _owned(bulk, claims)
    ghosts = claims.ghosts
    from_scalars = measured_from_scalars(members, specs.values(), scalars, kept_points)
    measured = {
        key: standing(from_scalars.get(key, ()), logged.get(key, ()))
        for key in (*(member.key for member in members), *lineage.ghosts, *ghosts)
    }
    unclaimed = _unclaimed_changes(stored, index, complete)
    names = dict.fromkeys(name for of_model in measured.values() for name in of_model)
    metrics, mixed = _told_mixed(known_metrics(specs, names), members, measured)
    return Catalog(
        members=members,
        by_key={member.key: member for member in members},
        index=index,
        lineage=Lineage(
            lineage.parents, {**lineage.ghosts, **ghosts}, lineage.problems, replicate_of
        ),
        measured=measured,
        metrics=metrics,
        problems=(
            *lineage.problems,
            *misnamed,
            *untrue,
            *conflicts,
            *mixed,
            *claims.problems,
            *unmet_scalars(members, specs.values(), scalars, complete),
            *unclaimed,
            *_logged_problems(stored, index),
        ),
        bulk=owned,
        datasets=tuple(entry for entry in bulk if entry.kind == "dataset"),
        names=shown_as,
        unclaimed=bool(unclaimed),
        complete=complete,
    )


def _told_mixed(
    metrics: Iterable[KnownMetric],
    members: tuple[Member, ...],
    measured: Mapping[str, Mapping[str, Measured]],
) -> tuple[tuple[KnownMetric, ...], list[Problem]]:
    """`metrics` with the units that models mix, and a problem for each that is mixed."""
    ids = {member.key: member.card.id for member in members}
    by_name: dict[str, dict[str, float]] = defaultdict(dict)
    for key, of in measured.items():
        for name, each in of.items():
            by_name[name][key] = each.value
    told, problems = [], []
    for metric in metrics:
        name = metric.spec.name
        values = by_name.get(name, {})
        mix = mixed_units(metric.spec, values)
        told.append(replace(metric, mixed=mix.units) if mix else metric)
        if mix:
            problems.append(mixed_problem(name, mix, values, ids))
    return tuple(told), problems


class _Claims:
    """Whose the records are that name a model; ghosts and a problem for models nobody logged."""

    def __init__(self, index: ModelIndex, complete: bool) -> None:
        self.ghosts: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._index = index
        self._complete = complete

    def owner(self, what: str, model_id: str, run: str, at_us: int) -> str:
        """The key of the model that `what`, logged in `run` at `at_us`, belongs to."""
        match = self._index.find(model_id, run=run, at_us=at_us)
        if match:
            return match.key
        key = model_key(GHOST_RUN, model_id)
        if key not in self.ghosts:
            self.ghosts[key] = model_id
            self.problems.append(_unclaimed(what, run, model_id, key, self._complete))
        return key


def _logged_measurements(stored: tuple[Stored, ...], claims: _Claims) -> dict[str, list[Measured]]:
    """Measurements by model key."""
    logged: dict[str, list[Measured]] = defaultdict(list)
    for entry in stored:
        if isinstance(entry.record, Metrics):
            measurements = entry.record.measurements
            at_us = max((m.logged_us for m in measurements), default=0)
            key = claims.owner("Metrics", entry.record.model_id, entry.run, at_us)
            logged[key].extend(Measured(m, entry.run) for m in measurements)
    return logged


def _owned(bulk: tuple[Bulk, ...], claims: _Claims) -> dict[str, tuple[Bulk, ...]]:
    """By model key what is listed of it: of each kind and data set the newest."""
    newest: dict[str, dict[tuple[str, str], Bulk]] = defaultdict(dict)
    for entry in sorted(bulk, key=lambda entry: entry.order):
        if entry.kind != "dataset":
            what = entry.kind.capitalize()
            key = claims.owner(what, entry.model_id, entry.run, entry.logged_us)
            older = newest[key].get((entry.kind, entry.dataset))
            if older is not None and entry.kind == "predictions":
                others = (*entry.others, replace(older, others=()), *older.others)
                entry = replace(entry, others=others[:MOST_PROCESSES])
            newest[key][entry.kind, entry.dataset] = entry
    return {
        key: tuple(sorted(of_model.values(), key=lambda entry: entry.tag))
        for key, of_model in newest.items()
    }


def _logged_problems(stored: tuple[Stored, ...], index: ModelIndex) -> list[Problem]:
    problems = []
    for entry in stored:
        if isinstance(entry.record, Problems):
            for problem in entry.record.problems:
                match = index.find(entry.record.model_id, run=entry.run, at_us=problem.logged_us)
                key = match.key if match else None
                problems.append(Problem(problem.message, problem.remedy, entry.run, key, entry.tag))
    return problems


def _unclaimed_changes(
    stored: tuple[Stored, ...], index: ModelIndex, complete: bool
) -> list[Problem]:
    """A problem for each change of a model that is not there."""
    return [
        Problem(
            f'A change was made to the model "{card.id}", {nobody_logged(complete)}.',
            "Correct the id given to cnc_summary.edit or cnc_summary.attach, or open the log "
            "directory that holds the model too.",
            run=entry.run,
            tag=entry.tag,
        )
        for entry in stored
        if isinstance(card := entry.record, ModelCard)
        and card.edits
        and index.find(card.id, run=entry.run, at_us=card.created_us) is None
    ]


def _unclaimed(what: str, run: str, model_id: str, key: str, complete: bool) -> Problem:
    return Problem(
        f'{what} were attached to the model "{model_id}", {nobody_logged(complete)}.',
        f'Log it with cnc_summary.model(writer, "{model_id}"), open the log directory that '
        "holds it too, or correct the id given to cnc_summary.attach.",
        run=run,
        model=key,
    )

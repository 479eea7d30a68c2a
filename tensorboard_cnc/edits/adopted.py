"""Runs that were logged without a line of ours, and become models."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tensorboard_cnc.edits.lineage_guess import guessed_parents
from tensorboard_cnc.edits.scalar_runs import ScalarRun, runs_with, scalars_in
from tensorboard_cnc.edits.written import run_directory
from tensorboard_cnc.errors import ArgumentError, ReadError
from tensorboard_cnc.format.tags import model_tag
from tensorboard_cnc.records.models import CardField, MetricSpec, ModelCard
from tensorboard_cnc.results.contents import event_files
from tensorboard_cnc.results.runs import Runs, read
from tensorboard_cnc.wording import printable, quoted
from tensorboard_cnc.writer.journal import Journal
from tensorboard_cnc.writer.metric import metric
from tensorboard_cnc.writer.metric_spec import write_specs
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.sinks.sink import open_sink

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Lineage:
    """Who came from whom: `of` by run, `parent` of all others, then what names suggest."""

    of: Mapping[str, str] = dataclasses.field(default_factory=dict)
    parent: str = ""
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Adoption:
    """What will be written: a card for each run, and the specs that nobody has defined so."""

    cards: Mapping[str, ModelCard]
    found: Mapping[str, ScalarRun]
    specs: tuple[MetricSpec, ...]
    # Runs that hold models already, by which nothing changes.
    known: tuple[str, ...]
    # By id the parents that names suggest and that were not asked for.
    suggested: Mapping[str, str]
    unread: tuple[str, ...] = ()


def specs_of(scalars: Mapping[str, str], said: Mapping[str, Mapping[str, str]]) -> list[MetricSpec]:
    """Of the scalar by each metric, and what else is said of it by option, how to read it.

    Raises:
      ArgumentError: something is said of a metric that has no scalar, or cannot be.
    """
    for option, given in said.items():
        for name in given.keys() - scalars.keys():
            raise ArgumentError(
                f"--{option} is about the metric {quoted(name)}, of which no scalar is named",
                "A metric is a value of a scalar",
                f"Add --scalar {name}=TAG",
            )
    found = []
    for name, tag in scalars.items():
        more: dict[str, Any] = {of: by[name] for of, by in said.items() if name in by}
        found.append(metric(name, scalar=tag, **more))
    return found


def plan_adoption(logdir: Path, specs: Sequence[MetricSpec], lineage: Lineage) -> Adoption:
    """Looks which runs hold one of the scalars of `specs`.

    Raises:
      ReadError: the directory cannot be read, or no run holds one.
      ArgumentError: a parent is not there, or leads round in a circle.
    """
    runs = read([logdir])
    files, problems = event_files([logdir])
    found = runs_with([spec.scalar for spec in specs], files, problems)
    if not found:
        raise _nothing_found(specs, scalars_in(files))
    known = {model.run for model in runs.models}
    new = {run: _id_of(run, logdir) for run in found if run not in known}
    ids = list(dict.fromkeys([*new.values(), *(model.id for model in runs.models)]))
    suggested = guessed_parents(ids)
    parents = _parents(new, ids, lineage, suggested)
    return Adoption(
        cards={run: _card(of, parents.get(of, ""), found[run]) for run, of in new.items()},
        found=found,
        specs=tuple(spec for spec in specs if not _is_said(spec, runs)),
        known=tuple(run for run in found if run in known),
        suggested={of: suggested[of] for of in new.values() if of in suggested.keys() - parents},
        unread=tuple(problem.error.message for problem in problems),
    )


def write_adoption(logdir: Path, adoption: Adoption) -> None:
    """Writes beside the event files of each run; none of them is touched.

    Raises:
      ReadError: the directory of a run is not there.
      WriterError: it cannot be written.
    """
    # Specs hold for all runs: where all are models already, in each as well.
    runs = adoption.cards or (adoption.found if adoption.specs else {})
    for run, place in [(run, run_directory(logdir, run)) for run in runs]:
        journal = Journal(open_sink(place), str(place))
        try:
            if card := adoption.cards.get(run):
                journal.write(model_tag(card.id, journal.handle), card)
            write_specs(journal, adoption.specs)
            journal.flush()
        finally:
            journal.close()


def _id_of(run: str, logdir: Path) -> str:
    name = logdir.resolve().name if run == "." else run
    return checked_name(printable(name.replace("\\", "/")), "run's name")


def _card(model_id: str, parent: str, found: ScalarRun) -> ModelCard:
    now = time.time()
    first, last = (found.first, found.last) if found.last else (now, now)
    says: set[CardField] = {"status", "parents"} if parent else {"status"}
    return ModelCard(
        model_id,
        (parent,) if parent else (),
        status="finished",
        created_us=int(first * 1e6),
        closed_us=int(last * 1e6),
        says=frozenset(says),
    )


def _parents(
    new: Mapping[str, str], ids: Sequence[str], lineage: Lineage, suggested: Mapping[str, str]
) -> dict[str, str]:
    """By id of the new models, what each is made from."""
    by_name = {**{of: of for of in new.values()}, **new}
    for name in lineage.of:
        _check_there(name, list(by_name), "run that becomes a model")
    for parent in (*lineage.of.values(), *filter(None, [lineage.parent])):
        _check_there(parent, ids, "model")
    found = {of: suggested[of] for of in new.values() if lineage.guess and of in suggested}
    if lineage.parent:
        found |= {of: lineage.parent for of in new.values() if of not in found}
    found |= {by_name[name]: parent for name, parent in lineage.of.items()}
    if lineage.parent and lineage.parent not in {by_name[name] for name in lineage.of}:
        found.pop(lineage.parent, None)
    for start in found:
        seen, current = {start}, found[start]
        while current in found and current not in seen:
            seen.add(current)
            current = found[current]
        if current in seen:
            raise ArgumentError(
                f"{quoted(start)} would descend from itself",
                "Models come from each other in one direction",
                "Correct --map, or leave out --guess",
            )
    return found


def _check_there(name: str, there: Sequence[str], what: str) -> None:
    if name not in there:
        near = get_close_matches(name[:100], [each[:100] for each in there[:1000]], 1)
        some = ", ".join(map(quoted, there[:_NAMED]))
        raise ArgumentError(
            f"There is no {what} called {quoted(name)}",
            f"There are {some}{' and others' if len(there) > _NAMED else ''}",
            f"Did you mean {quoted(near[0])}" if near else "Name one of these",
        )


def _is_said(spec: MetricSpec, runs: Runs) -> bool:
    known = {each.spec.name: each.spec for each in runs.contents.catalog.metrics}.get(spec.name)
    said = [
        each.name
        for each in dataclasses.fields(MetricSpec)
        if each.name != "defined_us" and getattr(spec, each.name) != each.default
    ]
    return known is not None and all(getattr(known, of) == getattr(spec, of) for of in said)


def _nothing_found(specs: Sequence[MetricSpec], there: Mapping[str, int]) -> ReadError:
    named = ", ".join(quoted(spec.scalar) for spec in specs)
    common = sorted(there, key=lambda tag: (-there[tag], tag))[: 2 * _NAMED]
    listed = ", ".join(f"{quoted(tag)} ({there[tag]:,})" for tag in common)
    return ReadError(
        f"No run has the scalar {named}" if named else "No scalar is named",
        f"Scalars and how many runs have them: {listed}" if listed else "No run has any scalar",
        "Name one, as in --scalar accuracy=val/acc",
    )

"""Who came from whom: resolves the parents that models name into a graph without cycles."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tensorboard_cnc.analysis.near_ids import NearIds
from tensorboard_cnc.analysis.nearest import Match, ModelIndex
from tensorboard_cnc.analysis.problem import Problem, nobody_logged
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard

# The run of a model that nobody logged; no real run has this name.
GHOST_RUN = ""
# Steps of the search for cycles: so many for each model and edge, and some for few of them.
_WORK_FOR_EACH, _FREE_WORK = 16, 10_000


@dataclass(frozen=True, slots=True)
class Member:
    """A model and the run it was logged in."""

    run: str
    card: ModelCard
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", model_key(self.run, self.card.id))


@dataclass(frozen=True, slots=True)
class Lineage:
    """The graph: parents by model (oldest model and main parent first), ids of ghosts by key.

    `replicate_of`: by model key the key of the model it is said to be a replicate of.
    """

    parents: Mapping[str, tuple[Match, ...]]
    ghosts: Mapping[str, str]
    problems: tuple[Problem, ...]
    replicate_of: Mapping[str, str] = field(default_factory=dict)


def resolve_lineage(
    members: Iterable[Member], index: ModelIndex, near_ids: NearIds, complete: bool = True
) -> Lineage:
    """Finds every parent; makes ghosts for those nobody logged; cuts cycles.

    `complete`: whether these are all models of the log directory.
    """
    in_order = sorted(members, key=lambda member: (member.card.created_us, member.key))
    by_key = {member.key: member for member in in_order}
    parents: dict[str, tuple[Match, ...]] = {}
    ghosts: dict[str, str] = {}
    problems: list[Problem] = []
    anew: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for member in in_order:
        found: dict[str, Match] = {}
        for parent_id in member.card.parents:
            match = _find_parent(member, parent_id, index)
            if match is None and parent_id == member.card.id:
                problems.append(_cycle(member, member))
                continue
            if match is None:
                match = Match(model_key(GHOST_RUN, parent_id), assumed=False)
                ghosts[match.key] = parent_id
                near = near_ids.near(parent_id)
                problems.append(_missing_parent(member, parent_id, near, complete))
            elif before := _parent_before(member, parent_id, by_key[match.key], index):
                match = Match(match.key, assumed=True)
                anew[before, match.key].append(member)
            found.setdefault(match.key, match)
        parents[member.key] = tuple(found.values())
    problems.extend(
        _chosen_anew(children, by_key[before], by_key[now])
        for (before, now), children in anew.items()
    )
    for child, parent in cut_cycles({key: [m.key for m in ms] for key, ms in parents.items()}):
        parents[child] = tuple(match for match in parents[child] if match.key != parent)
        problems.append(_cycle(by_key[child], by_key[parent]))
    return Lineage(parents, ghosts, tuple(problems))


def cut_cycles(parents: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """The (child, parent) edges to remove so that nobody is their own ancestor.

    Models are taken in the order given, oldest first. The edge cut of a cycle is that of its
    oldest model: it cannot have come from one that is younger. Where cycles are so many that each
    cannot be looked at, all edges to younger models are cut that may be in one.
    """
    rank = {key: position for position, key in enumerate(parents)}
    left = {key: deque(dict.fromkeys(of)) for key, of in parents.items()}
    cut: set[tuple[str, str]] = set()
    finished: set[str] = set()
    work = _WORK_FOR_EACH * (len(left) + sum(map(len, left.values()))) + _FREE_WORK
    for start in parents:
        path = [start] if start not in finished else []
        on_path = set(path)
        while path and work > 0:
            work -= 1
            child, above = path[-1], left.get(path[-1], deque())
            while above and above[0] in finished:
                above.popleft()
            parent = above[0] if above else None
            if parent is None:
                on_path.remove(path.pop())
                finished.add(child)
            elif parent not in on_path:
                path.append(parent)
                on_path.add(parent)
            else:
                cycle = path[path.index(parent) :]
                work -= len(cycle)
                oldest = min(range(len(cycle)), key=lambda i: rank.get(cycle[i], -1))
                cut.add((cycle[oldest], cycle[(oldest + 1) % len(cycle)]))
                left[cycle[oldest]].remove(cycle[(oldest + 1) % len(cycle)])
                # Back to the model that lost its edge; what lay above it is walked again.
                keep = len(path) - len(cycle) + oldest + 1
                on_path.difference_update(path[keep:])
                del path[keep:]
    cut.update(
        (child, parent)
        for child, of in left.items()
        if child not in finished
        for parent in of
        if parent not in finished and rank.get(parent, -1) >= rank[child]
    )
    return sorted(cut)


def _find_parent(member: Member, parent_id: str, index: ModelIndex) -> Match | None:
    return index.find(
        parent_id,
        run=member.run,
        at_us=member.card.created_us,
        # In reruns a model may well come from one of the same name, but not from itself.
        exclude=member.key if parent_id == member.card.id else "",
    )


def _parent_before(member: Member, parent_id: str, parent: Member, index: ModelIndex) -> str | None:
    """The key of another parent, which was meant until `parent` came, later than the child."""
    at_us = member.card.created_us
    if parent.card.created_us <= at_us:
        return None
    exclude = member.key if parent_id == member.card.id else ""
    return index.found_then(parent_id, run=member.run, at_us=at_us, exclude=exclude)


def _chosen_anew(children: list[Member], before: Member, now: Member) -> Problem:
    first, *others = children
    more = f" and {len(others):,} more" if others else ""
    return Problem(
        f'The parent "{now.card.id}" of the model "{first.card.id}"{more} is now that of the run '
        f'"{now.run}", which is nearer and was logged later; it was that of the run '
        f'"{before.run}".',
        "If that is wrong, log the newer one under another id, or in a run that is no nearer.",
        run=first.run,
        model=first.key,
    )


def _missing_parent(member: Member, parent_id: str, near: list[str], complete: bool) -> Problem:
    meant = f' There is a "{near[0]}".' if near else ""
    return Problem(
        f'Model "{member.card.id}" names the parent "{parent_id}", '
        f"{nobody_logged(complete)}.{meant}",
        f'Log it with cnc_summary.model(writer, "{parent_id}"), open the log directory that '
        "holds it too, or correct the id.",
        run=member.run,
        model=member.key,
    )


def _cycle(child: Member, parent: Member) -> Problem:
    return Problem(
        f'Model "{child.card.id}" descends from itself through its parent "{parent.card.id}"; '
        "this link is left out.",
        "Correct the parents= of one of the two and log it again.",
        run=child.run,
        model=child.key,
    )


def ancestors_of(lineage: Lineage, key: str) -> list[str]:
    """The main line from the root to the model `key`, both included."""
    line = [key]
    while parents := lineage.parents.get(line[-1]):
        line.append(parents[0].key)
    return line[::-1]


def descendants_of(lineage: Lineage, key: str) -> list[str]:
    """The keys of all models that come from the model `key` by any parent, oldest first."""
    children: dict[str, list[str]] = defaultdict(list)
    for child, parents in lineage.parents.items():
        for parent in parents:
            children[parent.key].append(child)
    found: set[str] = set()
    pending = [key]
    while pending:
        new = [child for child in children[pending.pop()] if child not in found]
        found.update(new)
        pending.extend(new)
    return [child for child in lineage.parents if child in found]

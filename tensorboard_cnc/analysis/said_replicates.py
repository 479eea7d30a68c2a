"""Which models are said to be replicates of which, as ``replicate_of=`` names them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from tensorboard_cnc.analysis.lineage import GHOST_RUN, Member
from tensorboard_cnc.analysis.near_ids import NearIds
from tensorboard_cnc.analysis.nearest import Match, ModelIndex
from tensorboard_cnc.analysis.problem import Problem, nobody_logged
from tensorboard_cnc.records.identity import model_key

# Steps of the search for loops: so many for each model, link and parent, and some for few of them.
_WORK_FOR_EACH, _FREE_WORK = 16, 10_000


def said_replicates(
    members: Iterable[Member],
    index: ModelIndex,
    near_ids: NearIds,
    parents: Mapping[str, tuple[Match, ...]],
    complete: bool = True,
) -> tuple[dict[str, str], list[Problem]]:
    """By model key the key of the model it is a replicate of; and what cannot be.

    Replicates of a model that nobody logged are replicates of each other all the same. Following
    these links and parents never leads back: what would is left out.
    """
    by_key = {member.key: member for member in members}
    links: dict[str, str] = {}
    problems: list[Problem] = []
    for key, member in by_key.items():
        named = member.card.replicate_of
        if not named:
            continue
        match = index.find(
            named,
            run=member.run,
            at_us=member.card.created_us,
            exclude=key if named == member.card.id else "",
        )
        made_from = {parent.key for parent in parents[key]}
        if (match is None and named == member.card.id) or (match and match.key in made_from):
            problems.append(_loop(member))
            continue
        links[key] = match.key if match else model_key(GHOST_RUN, named)
        if match is None:
            problems.append(_missing(member, near_ids.near(named), complete))
    ancestry = {key: [match.key for match in matches] for key, matches in parents.items()}
    problems.extend(_loop(by_key[key]) for key in _cut_loops(ancestry, links))
    return links, problems


def _cut_loops(parents: Mapping[str, Iterable[str]], links: dict[str, str]) -> Iterator[str]:
    """Removes from `links` what leads back to a model, and gives its keys; parents have no loop.

    Where that is much work, the links of all models are removed that were not looked at.
    """
    finished: set[str] = set()
    left = {key: deque(of) for key, of in parents.items()}
    work = _WORK_FOR_EACH * (len(links) + len(left) + sum(map(len, left.values()))) + _FREE_WORK
    for start in parents:
        path = [start] if start not in finished else []
        on_path = set(path)
        while path and work > 0:
            work -= 1
            model = path[-1]
            needed = deque((links[model],)) if model in links else left.get(model, deque())
            while needed and needed[0] in finished:
                needed.popleft()
            unknown = needed[0] if needed else None
            if unknown is None:
                on_path.remove(path.pop())
                finished.add(model)
            elif unknown not in on_path:
                path.append(unknown)
                on_path.add(unknown)
            else:
                last = next(at for at in reversed(range(len(path))) if path[at] in links)
                work -= len(path) - last
                yield path[last]
                del links[path[last]]
                on_path.difference_update(path[last + 1 :])
                del path[last + 1 :]
    for key in [key for key in links if key not in finished]:
        yield key
        del links[key]


def _missing(member: Member, near: list[str], complete: bool) -> Problem:
    meant = f' There is a "{near[0]}".' if near else ""
    named = member.card.replicate_of
    return Problem(
        f'Model "{member.card.id}" is said to be a replicate of "{named}", '
        f"{nobody_logged(complete)}.{meant}",
        f'Log it with cnc_summary.model(writer, "{named}"), open the log directory that holds it '
        "too, or correct replicate_of=.",
        run=member.run,
        model=member.key,
    )


def _loop(member: Member) -> Problem:
    named = member.card.replicate_of
    return Problem(
        f'Model "{member.card.id}" is said to be a replicate of "{named}", and that is this model '
        "itself, or one was made from the other, or is said to be a replicate of it; this is left "
        "out.",
        "Name the first of the replicates in replicate_of= of each of the others, and nothing in "
        "the first.",
        run=member.run,
        model=member.key,
    )

"""Parents are found near first, then far; ghosts and cycles never break the graph."""

from __future__ import annotations

import graphlib
import time

from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.lineage import (
    Lineage,
    Member,
    ancestors_of,
    cut_cycles,
    descendants_of,
    resolve_lineage,
)
from tensorboard_cnc.analysis.near_ids import NearIds
from tensorboard_cnc.analysis.nearest import ModelIndex
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard


def member(run: str, model_id: str, created_us: int = 0, parents: tuple[str, ...] = ()) -> Member:
    return Member(run, ModelCard(model_id, parents, created_us=created_us))


def lineage_of(*members: Member) -> Lineage:
    index = ModelIndex((m.run, m.card.id, m.card.created_us) for m in members)
    return resolve_lineage(members, index, NearIds(member.card.id for member in members))


def parents_of(lineage: Lineage, run: str, model_id: str) -> list[str]:
    return [match.key for match in lineage.parents[model_key(run, model_id)]]


def test_a_parent_in_the_same_run_wins() -> None:
    child = member("a/x", "child", 9, ("dense",))
    lineage = lineage_of(member("a/x", "dense", 1), member("a/y", "dense", 8), child)
    assert parents_of(lineage, "a/x", "child") == [model_key("a/x", "dense")]
    assert not lineage.parents[child.key][0].assumed


def test_then_the_nearest_directory_wins() -> None:
    near, far = member("sweep-1/dense/version_0", "dense", 1), member("sweep-2/dense", "dense", 8)
    child = member("sweep-1/prune/version_0", "prune", 9, ("dense",))
    lineage = lineage_of(near, far, child)
    assert parents_of(lineage, "sweep-1/prune/version_0", "prune") == [near.key]
    assert not lineage.parents[child.key][0].assumed


def test_a_parent_in_the_run_above_or_anywhere_is_found() -> None:
    lineage = lineage_of(
        member("dense", "dense", 1),
        member("dense/ft", "ft", 2, ("dense",)),
        member("other/place", "prune", 3, ("ft",)),
    )
    assert parents_of(lineage, "dense/ft", "ft") == [model_key("dense", "dense")]
    assert parents_of(lineage, "other/place", "prune") == [model_key("dense/ft", "ft")]


def test_of_several_the_newest_older_one_is_assumed() -> None:
    versions = [member(f"dense/version_{i}", "dense", 10 * i) for i in range(4)]
    lineage = lineage_of(*versions, member("prune/version_0", "prune", 25, ("dense",)))
    (match,) = lineage.parents[model_key("prune/version_0", "prune")]
    assert (match.key, match.assumed) == (versions[2].key, True)


def test_of_several_younger_ones_the_oldest_is_assumed() -> None:
    lineage = lineage_of(
        member("v1", "dense", 50), member("v0", "dense", 40), member("p", "prune", 1, ("dense",))
    )
    (match,) = lineage.parents[model_key("p", "prune")]
    assert (match.key, match.assumed) == (model_key("v0", "dense"), True)


def test_a_single_younger_parent_is_certain() -> None:
    lineage = lineage_of(member("d", "dense", 50), member("p", "prune", 1, ("dense",)))
    assert not lineage.parents[model_key("p", "prune")][0].assumed


def test_windows_run_names_have_directories_too() -> None:
    near = member("one\\dense", "dense", 1)
    lineage = lineage_of(
        near, member("two\\dense", "dense", 2), member("one\\prune", "prune", 3, ("dense",))
    )
    assert parents_of(lineage, "one\\prune", "prune") == [near.key]


def test_several_parents_keep_their_order_and_appear_once() -> None:
    lineage = lineage_of(
        member("r", "student-init", 1),
        member("r", "teacher", 2),
        member("r", "student", 3, ("student-init", "teacher", "teacher")),
    )
    expected = [model_key("r", "student-init"), model_key("r", "teacher")]
    assert parents_of(lineage, "r", "student") == expected


def test_a_missing_parent_becomes_one_ghost_and_a_problem_each() -> None:
    lineage = lineage_of(member("r", "a", 1, ("lost <b>",)), member("s/t", "b", 2, ("lost <b>",)))
    ghost = model_key("", "lost <b>")
    assert lineage.ghosts == {ghost: "lost <b>"}
    assert parents_of(lineage, "r", "a") == parents_of(lineage, "s/t", "b") == [ghost]
    assert [problem.run for problem in lineage.problems] == ["r", "s/t"]
    assert all("lost <b>" in p.message and p.remedy for p in lineage.problems)


def test_a_misspelt_parent_is_told_the_id_that_was_meant() -> None:
    lineage = lineage_of(
        member("r", "dense-50", 1), member("s", "a", 2, ("dnse-50",)), member("t", "b", 3, ("qq",))
    )
    near, far = lineage.problems
    assert 'There is a "dense-50".' in near.message
    assert "There is" not in far.message


def test_an_own_parent_is_left_out_and_reported() -> None:
    lineage = lineage_of(member("r", "a", 1, ("a",)))
    assert parents_of(lineage, "r", "a") == []
    assert not lineage.ghosts
    assert "descends from itself" in lineage.problems[0].message


def test_a_parent_of_the_same_name_in_another_run_is_found() -> None:
    lineage = lineage_of(member("dense", "net", 1), member("pruned", "net", 2, ("net",)))
    assert parents_of(lineage, "pruned", "net") == [model_key("dense", "net")]


def test_a_cycle_is_cut_at_its_oldest_model() -> None:
    lineage = lineage_of(
        member("r", "a", 1, ("c",)), member("r", "b", 2, ("a",)), member("r", "c", 3, ("b",))
    )
    assert parents_of(lineage, "r", "a") == []
    assert parents_of(lineage, "r", "b") == [model_key("r", "a")]
    assert parents_of(lineage, "r", "c") == [model_key("r", "b")]
    assert len(lineage.problems) == 1
    assert '"a"' in lineage.problems[0].message


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda edge: edge[0] != edge[1]),
        max_size=60,
    )
)
def test_cutting_leaves_no_cycle_and_cuts_only_cyclic_edges(edges: list[tuple[int, int]]) -> None:
    parents: dict[str, list[str]] = {f"{n:02}": [] for n in range(13)}
    for child, parent in edges:
        parents[f"{child:02}"].append(f"{parent:02}")
    cut = set(cut_cycles(parents))
    left = {c: [p for p in ps if (c, p) not in cut] for c, ps in parents.items()}
    tuple(graphlib.TopologicalSorter(left).static_order())
    for cut_child, cut_parent in cut:
        assert cut_child in _ancestors(parents, cut_parent), "an edge on no cycle was cut"


def _ancestors(parents: dict[str, list[str]], key: str) -> set[str]:
    seen: set[str] = set()
    todo = [key]
    while todo:
        found = [p for p in parents[todo.pop()] if p not in seen]
        seen.update(found)
        todo.extend(found)
    return seen


def test_long_chains_and_many_cycles_are_quick() -> None:
    chain = [member("r", f"{n}", n, (f"{n - 1}",) if n else ()) for n in range(20_000)]
    pairs = [member("r", f"p{n}", n, (f"p{n ^ 1}",)) for n in range(5_000)]
    # Of this process alone, whatever else the machine does.
    start = time.process_time()
    lineage = lineage_of(*chain, *pairs)
    assert time.process_time() - start < 10, "resolution must not be quadratic"
    assert len(lineage.problems) == 2_500


def test_ancestors_by_the_main_parent_and_descendants_by_any() -> None:
    root, other = member("r", "root", 1), member("r", "other", 2)
    pruned = member("r", "pruned", 3, ("root",))
    student = member("r", "student", 4, ("other", "pruned"))
    lineage = lineage_of(student, pruned, other, root)
    assert descendants_of(lineage, root.key) == [pruned.key, student.key]
    assert descendants_of(lineage, student.key) == []
    assert ancestors_of(lineage, student.key) == [other.key, student.key]
    assert ancestors_of(lineage, pruned.key) == [root.key, pruned.key]


def test_a_link_that_a_later_and_nearer_run_changes_is_a_note() -> None:
    first = member("dense", "dense", 1)
    children = [member(f"sweep/{at}", f"child-{at}", at, ("dense",)) for at in (2, 3)]
    assert lineage_of(first, *children).problems == ()
    later = member("sweep/dense", "dense", 9)
    lineage = lineage_of(first, *children, later)
    links = [link for child in children for link in lineage.parents[child.key]]
    assert [(link.key, link.assumed) for link in links] == [(later.key, True)] * 2
    (problem,) = lineage.problems
    assert problem.message == (
        'The parent "dense" of the model "child-2" and 1 more is now that of the run "sweep/dense",'
        ' which is nearer and was logged later; it was that of the run "dense".'
    )

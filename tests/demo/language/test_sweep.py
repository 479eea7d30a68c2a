from __future__ import annotations

from demo.language.sweep import language_sweep


def test_parents_come_before_children_and_ids_are_unique() -> None:
    seen: set[str] = set()
    for step in language_sweep():
        assert step.id not in seen
        assert seen.issuperset(step.parents)
        seen.add(step.id)
    assert len(seen) == 26

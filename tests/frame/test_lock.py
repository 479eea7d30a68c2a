"""Every package that is declared has a version in constraints.txt, and one that is allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, pairwise

import lock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def declared() -> Iterator[Requirement]:
    """What the project, its extras and its dependency groups ask for."""
    found = lock.pyproject()
    project, groups = found["project"], found["dependency-groups"]
    extras = project["optional-dependencies"]
    for name in chain(project["dependencies"], *extras.values(), *groups.values()):
        if isinstance(name, str) and not name.startswith(project["name"]):
            yield Requirement(name)


def locked() -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = defaultdict(list)
    for line in lock.LOCK.read_text(encoding="utf-8").splitlines():
        if not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            found[canonicalize_name(requirement.name)].append(requirement)
    return found


def test_the_lock_has_every_declared_package() -> None:
    pins = locked()
    for requirement in declared():
        found = pins.get(canonicalize_name(requirement.name))
        assert found, f"constraints.txt lacks {requirement}: type `make lock`"
        for pin in found:
            (exact,) = pin.specifier
            assert exact.operator == "==", pin
            assert requirement.specifier.contains(exact.version), (
                f"constraints.txt has {pin}, where {requirement} is declared: type `make lock`"
            )


def test_all_groups_and_extras_are_resolved_together() -> None:
    asked = lock.command("--upgrade")
    groups = [after for option, after in pairwise(asked) if option == "--group"]
    assert groups == list(lock.pyproject()["dependency-groups"])
    assert {"--universal", "--all-extras", "--upgrade"} <= set(asked)

"""What is generated and committed is what its source gives today."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import openapi
import proto
import pytest
import wire_types


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("proto")
    proto.generate(target)
    return target


@pytest.mark.parametrize("name", proto.GENERATED)
def test_protobuf_code_is_fresh(compiled: Path, name: str) -> None:
    committed = (proto.ROOT / name).read_text(encoding="utf-8")
    generated = (compiled / name).read_text(encoding="utf-8")
    assert committed == generated, f"{name} is stale: run `make proto` and commit it"


@pytest.mark.parametrize("source", [wire_types, openapi], ids=lambda module: module.__name__)
def test_what_is_made_of_the_contract_is_fresh(source: ModuleType) -> None:
    committed = source.TARGET.read_text(encoding="utf-8")
    stale = f"{source.TARGET} is stale: run `make types` and commit it"
    assert committed == source.generated(), stale

"""What a script says of replicates reaches the page, with both loaders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorboard_cnc import cnc_summary
from tests.conftest import Serve


def test_replicates_that_were_said(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "run1", "run1"):
        pass
    with cnc_summary.model(tmp_path / "run2", "run2") as second:
        pass
    for seed in (0, 1):
        step = cnc_summary.operation("prune", amount=0.5, torch_seed=seed)
        with cnc_summary.model(tmp_path / f"p{seed}", f"p{seed}", parents="run1", operation=step):
            pass
    host = serve(tmp_path)

    def models(said: bool = False) -> dict[str, Any]:
        answer = host.models_when(
            lambda found: (
                len(found["models"]) == 4
                and said == any("replicate_of" in model for model in found["models"])
            )
        )
        found = {model["id"]: model for model in answer["models"]}
        return {"suggestions": answer["suggestions"], "seeds": answer["operations"][0]["seeds"]} | {
            name: (found[name].get("replicate_group"), found[name].get("replicate_of"))
            for name in found
        }

    before = models()
    assert before.pop("seeds") == ["torch_seed"]
    (suggestion,) = before.pop("suggestions")
    assert suggestion["models"] == [model["key"] for model in host.models()["models"][:2]]
    assert before == {"run1": (None, None), "run2": (None, None), "p0": (0, None), "p1": (0, None)}

    # A second handle says what the first left out, and the rest stays.
    with cnc_summary.model(tmp_path / "run2", second.id, replicate_of="run1"):
        pass
    after = models(said=True)
    assert after["suggestions"] == []
    assert after["run1"] == (0, None)
    assert after["run2"] == (0, suggestion["models"][0])
    assert after["p0"] == after["p1"] == (1, None)
    with cnc_summary.model(tmp_path / "run2", "run2", replicate_of=None):
        pass
    assert models()["run2"] == (None, None)

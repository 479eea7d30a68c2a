"""A model that several handles, processes and versions logged is one, with both loaders."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.context import RequestContext
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.analysis.catalog import members_of
from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.model_cards import merged_card
from tensorboard_cnc.format import envelope
from tensorboard_cnc.format.tags import model_tag, model_tag_of_0_1_0, tensor_summary
from tensorboard_cnc.reader.event_store import EventStore
from tensorboard_cnc.records.models import ModelCard
from tensorboard_cnc.writer.sinks.sink import open_sink
from tests.conftest import Serve
from tests.format.any_record import model_cards
from tests.tensorboard_host import LOADERS, InProcessTensorBoard, serve_in_process, wait_until
from tests.writer.scripts import run_script

# What 0.1.0 wrote of a model with parent, operation, description and end, opened in 1970.
OF_0_1_0 = ModelCard(
    "m", ("a",), None, "finished", "", "By 0.1.0.", created_us=7, closed_us=9,
    says=frozenset({"parents", "status", "description"}),
)  # fmt: skip


def members_when(host: InProcessTensorBoard, count: int) -> tuple[Member, ...]:
    def read() -> tuple[Member, ...]:
        host.models()
        return members_of(EventStore(host.provider, "").refresh(RequestContext()).stored)

    found: tuple[Member, ...] = wait_until(
        lambda: len(members := read()) == count and members, f"{count} models"
    )
    return found


def only_model(host: InProcessTensorBoard) -> dict[str, Any]:
    answer = host.models_when(lambda a: any(m["status"] == "finished" for m in a["models"]))
    (model,) = [each for each in answer["models"] if each["run"] is not None]
    return model  # type: ignore[no-any-return]


@settings(max_examples=3)
@given(
    st.lists(
        st.lists(
            model_cards(ids=st.just("m"), times_us=st.integers(0, 9), edits=st.just(False)),
            min_size=1,
        )
    )
)
def test_any_cards_of_any_models(models: list[list[ModelCard]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sink, step, expected = open_sink(Path(folder) / "r"), -1000, []
        for number, cards in enumerate(models):
            dated = []
            for handle, card in enumerate(cards):
                card = ModelCard(**{**fields(card), "id": f"m{number}"})
                # A handle may write its card several times.
                tag, step = model_tag(card.id, f"{handle:08x}"), step + 1
                sink.write(tensor_summary(tag, envelope.encode(card)), step)
                dated.append((step, card))
            expected.append(merged_card(dated))
        sink.close()
        for loader in LOADERS:
            with serve_in_process(Path(folder), loader) as host:
                found = members_when(host, len(expected)) if expected else ()
            by_id = {member.card.id: repr(written(member.card)) for member in found}
            assert by_id == {card.id: repr(written(card)) for card in expected}, loader


def fields(card: ModelCard) -> dict[str, Any]:
    return {name: getattr(card, name) for name in ModelCard.__dataclass_fields__}


def written(card: ModelCard) -> dict[str, Any]:
    """A set has no order."""
    return {**fields(card), "says": sorted(card.says)}


def test_a_second_process_that_says_only_a_description(tmp_path: Path, serve: Serve) -> None:
    script = """
        import sys
        from tensorboard_cnc import cnc_summary
        {said}
        with cnc_summary.model(sys.argv[1], "m", **said) as m:
            m.metrics({{"accuracy": 0.5}})
    """
    first = 'said = dict(parents=["a", "b"], operation=cnc_summary.operation("prune", amount=0.5))'
    run_script(script.format(said=first), tmp_path / "r")
    created = only_model(serve(tmp_path))["created"]
    run_script(script.format(said='said = dict(description="Better.")'), tmp_path / "r")
    host = serve(tmp_path)
    answer = host.models_when(lambda a: a["models"][0].get("description"))
    (model,) = [each for each in answer["models"] if each["run"] is not None]
    assert [each["id"] for each in answer["models"] if each["key"] in model["parents"]] == [
        "a",
        "b",
    ]
    assert model["operation"] == {"name": "prune", "parameters": {"amount": 0.5}}
    assert (model["description"], model["created"]) == ("Better.", created)
    run_script(script.format(said="said = dict(parents=(), operation=None)"), tmp_path / "r")
    cleared = host.models_when(lambda a: not a["models"][0]["parents"])["models"]
    assert [(each["id"], each["operation"]) for each in cleared] == [("m", None)]
    assert cleared[0]["description"] == "Better."


def test_handles_of_one_summary_writer(tmp_path: Path, serve: Serve) -> None:
    with SummaryWriter(tmp_path / "r") as writer:
        with cnc_summary.model(writer, "m", operation="prune", checkpoint="m.pt"):
            pass
        with cnc_summary.model(writer, "m", description="Again.") as again:
            again.failed("diverged")
    host = serve(tmp_path)
    (model,) = host.models_when(lambda a: [m for m in a["models"] if m.get("reason")])["models"]
    assert (model["operation"]["name"], model["checkpoint"]) == ("prune", "m.pt")
    assert (model["description"], model["status"]) == ("Again.", "failed")


def test_a_model_of_0_1_0_that_is_opened_again(tmp_path: Path, serve: Serve) -> None:
    sink = open_sink(tmp_path / "r")
    sink.write(tensor_summary(model_tag_of_0_1_0("m"), envelope.encode(OF_0_1_0)), -(2**52) + 9)
    sink.close()
    host = serve(tmp_path)
    before = only_model(host)
    assert (before["description"], before["operation"]) == ("By 0.1.0.", None)
    with cnc_summary.model(tmp_path / "r", "m", operation="prune"):
        pass
    host.models_when(lambda a: a["models"][0]["operation"])
    after = only_model(host)
    assert after["operation"]["name"] == "prune"
    kept = ("key", "parents", "description", "created", "run")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["updated"] > before["updated"]

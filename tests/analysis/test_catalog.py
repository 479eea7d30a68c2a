"""Records of all runs merge into models: the newest counts, whatever order they are found in."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import (
    Bulk,
    BulkKind,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Problems,
    Record,
    ScalarPoint,
    Stored,
)

_Scalars = Mapping[tuple[str, str], list[ScalarPoint]]


def stored(run: str, record: Record, order: int = 0) -> Stored:
    return Stored(run, "cnc/tag", order, record)


def catalog_of(*entries: Stored, scalars: _Scalars | None = None) -> Catalog:
    return build_catalog(entries, members_of(entries), scalars or {})


def values(catalog: Catalog, run: str, model_id: str) -> dict[str, tuple[float, ...]]:
    measured = catalog.measured[model_key(run, model_id)]
    return {name: entry.measurement.repeats for name, entry in measured.items()}


def metrics(model_id: str, at: int, **measured: float) -> Metrics:
    return Metrics(model_id, tuple(Measurement(n, (v,), logged_us=at) for n, v in measured.items()))


def bulk(run: str, model_id: str, dataset: str, step: int, kind: BulkKind = "predictions") -> Bulk:
    return Bulk(kind, run, model_id, dataset, run, f"{kind}/{dataset}", step, step / 1e6)


def test_bulk_records_belong_to_models_and_the_newest_counts() -> None:
    card = stored("r", ModelCard("m", created_us=1))
    records = [
        bulk("r", "m", "test", 5),
        bulk("phone", "m", "test", 9),
        bulk("old", "m", "test", 7),
        bulk("r", "m", "train", 1),
        bulk("r", "m", "", 2, "weights"),
        bulk("data", "", "test", 3, "dataset"),
    ]
    for entries in (records, records[::-1]):
        catalog = build_catalog([card], members_of([card]), {}, entries)
        found = catalog.bulk[model_key("r", "m")]
        assert {(entry.kind, entry.dataset, entry.run) for entry in found} == {
            ("predictions", "test", "phone"),
            ("predictions", "train", "r"),
            ("weights", "", "r"),
        }
        assert [entry.run for entry in catalog.datasets] == ["data"]
        assert catalog.problems == ()


def test_bulk_records_mean_the_nearest_model() -> None:
    cards = [stored(f"sweep-{n}/dense", ModelCard("dense", created_us=n)) for n in (1, 2)]
    catalog = build_catalog(cards, members_of(cards), {}, [bulk("sweep-1/phone", "dense", "d", 9)])
    assert list(catalog.bulk) == [model_key("sweep-1/dense", "dense")]


def test_bulk_records_of_a_model_that_nobody_logged() -> None:
    entries = [stored("a", metrics("lost", 1, accuracy=0.5))]
    records = [bulk("b", "lost", "test", 1), bulk("b", "gone", "", 1, "weights")]
    catalog = build_catalog(entries, (), {}, records)
    assert dict(catalog.lineage.ghosts) == {
        model_key("", "lost"): "lost",
        model_key("", "gone"): "gone",
    }
    assert set(catalog.bulk) == set(catalog.lineage.ghosts)
    assert [problem.message.partition(" ")[0] for problem in catalog.problems] == [
        "Metrics",
        "Weights",
    ]


def test_the_latest_card_counts() -> None:
    first = stored("r", ModelCard("m", created_us=1), 1)
    last = stored("r", ModelCard("m", status="finished", created_us=1, closed_us=5), 2)
    for entries in ([first, last], [last, first]):
        (member,) = catalog_of(*entries).members
        assert member.card.status == "finished"


def test_the_same_id_in_two_runs_is_two_models() -> None:
    catalog = catalog_of(stored("a", ModelCard("m")), stored("b", ModelCard("m")))
    assert [member.run for member in catalog.members] == sorted(
        ["a", "b"], key=lambda run: model_key(run, "m")
    )


@given(st.permutations(range(4)))
def test_metrics_of_several_handles_merge_newest_per_name(order: list[int]) -> None:
    entries = [
        stored("r", ModelCard("m")),
        stored("r", metrics("m", 1, accuracy=0.1, size=5)),
        stored("r", metrics("m", 2, accuracy=0.2)),
        stored("phone", metrics("m", 3, latency=8)),
    ]
    catalog = catalog_of(*(entries[i] for i in order))
    assert values(catalog, "r", "m") == {"accuracy": (0.2,), "size": (5,), "latency": (8,)}
    assert catalog.measured[model_key("r", "m")]["latency"].run == "phone"


def test_attached_metrics_go_to_the_newest_rerun_before_them() -> None:
    catalog = catalog_of(
        stored("v0", ModelCard("m", created_us=10)),
        stored("v1", ModelCard("m", created_us=20)),
        stored("v2", ModelCard("m", created_us=30)),
        stored("phone", metrics("m", 25, latency=8)),
    )
    assert values(catalog, "v1", "m") == {"latency": (8,)}
    assert values(catalog, "v2", "m") == {}


def test_metrics_of_a_model_nobody_logged_are_kept_with_a_problem() -> None:
    catalog = catalog_of(stored("phone", metrics("lost", 1, latency=8)))
    assert values(catalog, "", "lost") == {"latency": (8,)}
    assert catalog.lineage.ghosts == {model_key("", "lost"): "lost"}
    (problem,) = catalog.problems
    assert "lost" in problem.message
    assert problem.run == "phone"


def test_logged_problems_name_their_model() -> None:
    logged = Problems("m", (LoggedProblem("It was text", "Give a number", 5),))
    catalog = catalog_of(stored("r", ModelCard("m")), stored("r", logged))
    (problem,) = catalog.problems
    assert problem.model == model_key("r", "m")
    assert (problem.message, problem.remedy) == ("It was text", "Give a number")


def scalar_spec(run: str) -> Stored:
    return stored(run, MetricSpecs((MetricSpec("accuracy", "max", scalar="val/acc"),)))


def test_a_scalar_gives_its_last_value() -> None:
    points = [ScalarPoint(1.0, 10, 0.5), ScalarPoint(2.0, 20, 0.75)]
    catalog = catalog_of(
        stored("r", ModelCard("m")), scalar_spec("r"), scalars={("r", "val/acc"): points}
    )
    entry = catalog.measured[model_key("r", "m")]["accuracy"]
    assert entry.measurement.repeats == (0.75,)
    assert (entry.measurement.step, entry.scalar) == (20, "val/acc")


def test_several_models_in_a_run_each_get_the_scalar_of_their_own_time() -> None:
    points = [ScalarPoint(t, 0, t / 10) for t in (1.0, 2.0, 4.0)]
    catalog = catalog_of(
        stored("r", ModelCard("first", created_us=0, closed_us=2_500_000)),
        stored("r", ModelCard("silent", created_us=2_600_000, closed_us=3_000_000)),
        stored("r", ModelCard("last", created_us=3_000_000)),
        scalar_spec("elsewhere"),
        scalars={("r", "val/acc"): points},
    )
    assert values(catalog, "r", "first") == {"accuracy": (0.2,)}
    assert values(catalog, "r", "silent") == {}
    assert values(catalog, "r", "last") == {"accuracy": (0.4,)}


def test_a_scalar_that_nobody_logged_is_a_problem_once_no_model_is_running() -> None:
    finished = stored("r", ModelCard("m", status="finished", closed_us=5))
    (problem,) = catalog_of(finished, scalar_spec("r")).problems
    assert '"val/acc"' in problem.message
    assert catalog_of(stored("r", ModelCard("m")), scalar_spec("r")).problems == ()
    points = {("r", "val/acc"): [ScalarPoint(1.0, 1, 0.5)]}
    assert catalog_of(finished, scalar_spec("r"), scalars=points).problems == ()


def test_what_was_logged_outright_beats_a_scalar() -> None:
    catalog = catalog_of(
        stored("r", ModelCard("m")),
        stored("r", metrics("m", 1, accuracy=0.9)),
        scalar_spec("r"),
        scalars={("r", "val/acc"): [ScalarPoint(99.0, 1, 0.1)]},
    )
    assert values(catalog, "r", "m") == {"accuracy": (0.9,)}


def test_units_that_two_runs_mix_are_told_and_one_unit_is_not() -> None:
    cards = [stored(run, ModelCard("m", created_us=1)) for run in ("a", "b")]
    mixed = catalog_of(
        *cards,
        stored("a", metrics("m", 1, accuracy=0.93, loss=0.2)),
        stored("b", metrics("m", 1, accuracy=91.0, loss=9.0)),
    )
    assert {m.spec.name: m.mixed for m in mixed.metrics} == {
        "accuracy": "shares and per cent",
        "loss": "",
    }
    (problem,) = mixed.problems
    assert "mixed units" in problem.message
    mended = stored("b", metrics("m", 2, accuracy=0.91), order=1)
    assert catalog_of(*cards, stored("a", metrics("m", 1, accuracy=0.93)), mended).problems == ()

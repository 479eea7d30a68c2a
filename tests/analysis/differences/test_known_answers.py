"""Selections whose explanation anybody would give."""

from __future__ import annotations

import pytest

from tests.analysis.differences.selections import Sweep, names, shown, table, texts

AMOUNTS = (0.75, 0.5, 0.9)


def grid() -> Sweep:
    """{75, 50, 90 % magnitude prune} × {fine-tuned or not}, from a dense model."""
    sweep = Sweep()
    sweep.add("dense")
    for amount in AMOUNTS:
        pruned = sweep.add(f"p{amount}", "dense", "magnitude prune", amount=amount)
        sweep.add(f"p{amount}-ft", pruned, "fine-tune", epochs=3)
    return sweep


def test_amount_by_fine_tune() -> None:
    sweep = grid()
    found = sweep.differences(*sweep.ids[1:])
    assert shown(found) == ("amount", "fine-tune")
    assert names(found) == ["amount", "fine-tune"]
    amount, tuned = found.explanation.variables
    assert texts(amount) == ["0.5", "0.75", "0.9"]
    assert amount.of == (1, 1, 0, 0, 2, 2)
    assert texts(tuned) == ["without", "with"]
    assert tuned.of == (0, 1, 0, 1, 0, 1)
    assert found.explanation.together == pytest.approx(1)
    assert found.replicates == []


def test_the_dense_model_is_a_level_of_its_own() -> None:
    found = grid().differences()
    assert shown(found) == ("magnitude prune amount", "fine-tune")
    assert texts(found.explanation.variables[0]) == ["without", "0.5", "0.75", "0.9"]


def test_sparsity_by_restored_layers() -> None:
    sweep = table("t5_squad")
    restored = ("", "_restorelayernorms", "_restorequery", "_restoredecoder")
    found = sweep.differences(*(f"pruning0.{a}{r}" for a in (1, 3, 5) for r in restored))
    assert shown(found) == ("sparsity", "Restore layers")
    assert len(found.explanation.variables) == 2
    layers = found.explanation.variables[0]
    assert texts(layers) == ["without", "decoder", "layernorms", "query"]
    assert found.explanation.together == pytest.approx(1)
    norms = next(p for p in found.pairs if p.variable == layers.id and p.after == 2)
    # Published: 4.04 → 90.34, 0.17 → 89.89, 0.08 → 8.46.
    assert norms.pairs == 3
    assert norms.effects["F1"].mean == pytest.approx((86.30 + 89.72 + 8.38) / 3, abs=0.02)


def test_one_operation_at_eight_amounts() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for eighth in range(1, 9):
        sweep.add(f"p{eighth}", "dense", "magnitude prune", amount=eighth / 10, scope="global")
    found = sweep.differences(*sweep.ids[1:])
    assert names(found) == ["amount"]
    assert shown(found) == ("amount", None)
    assert found.explanation.explains == [pytest.approx(1)]
    assert found.explanation.variables[0].numeric


def test_two_models_of_different_roots() -> None:
    sweep = Sweep()
    sweep.add("resnet")
    sweep.add("mobilenet")
    sweep.add("r", "resnet", "magnitude prune", amount=0.5)
    sweep.add("m", "mobilenet", "magnitude prune", amount=0.5)
    found = sweep.differences("r", "m")
    assert shown(found) == ("root", None)
    assert found.first_difference == 0


def test_the_first_difference_of_one_root() -> None:
    sweep = grid()
    assert sweep.differences("p0.5", "p0.75").first_difference == 1
    assert sweep.differences("p0.5", "p0.5-ft").first_difference == 2
    assert sweep.differences("dense", "p0.5-ft").first_difference == 1


def test_repeated_operations_are_told_apart() -> None:
    sweep = Sweep()
    sweep.add("dense")
    once = sweep.add("a", "dense", "fine-tune", epochs=1)
    sweep.add("b", once, "fine-tune", epochs=5)
    sweep.add("c", once, "fine-tune", epochs=9)
    found = sweep.differences("b", "c")
    (epochs,) = found.explanation.variables
    assert epochs.name == "epochs"
    assert epochs.steps == (("fine-tune", 2),)
    assert names(sweep.differences("a", "b", "c")) == ["fine-tune (2nd) epochs"]


def test_parameters_of_one_name_say_whose_they_are() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for amount in (0.5, 0.9):
        pruned = sweep.add(f"p{amount}", "dense", "prune", amount=amount)
        for again in (0.1, 0.2):
            sweep.add(f"p{amount}-{again}", pruned, "drop heads", amount=again)
    chosen = [i for i in sweep.ids if i.count("-")]
    assert set(names(sweep.differences(*chosen))) == {"prune amount", "drop heads amount"}


def test_alternatives_are_one_variable() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for base in ("dense", sweep.add("p", "dense", "prune", amount=0.5)):
        sweep.add(f"{base}-int8", base, "int8")
        sweep.add(f"{base}-palette", base, "palettize", bits=4)
        sweep.add(f"{base}-rank8", base, "low rank", rank=8)
        sweep.add(f"{base}-rank16", base, "low rank", rank=16)
    found = sweep.differences(*sweep.ids[1:])
    kinds = {variable.kind: variable for variable in found.explanation.variables}
    assert set(kinds) == {"alternatives", "step"}
    choices = ["without", "int8", "low rank 16", "low rank 8", "palettize"]
    assert texts(kinds["alternatives"]) == choices


def test_alternatives_that_share_a_parameter() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for kind in ("magnitude prune", "gradient prune"):
        for amount in (0.5, 0.75, 0.9):
            sweep.add(f"{kind}{amount}", "dense", kind, amount=amount)
    found = sweep.differences(*sweep.ids[1:])
    assert shown(found) == ("amount", "gradient prune | magnitude prune")


def test_order_is_a_variable() -> None:
    sweep = Sweep()
    sweep.add("dense")
    sweep.add("pq", sweep.add("p", "dense", "prune"), "quantize")
    sweep.add("qp", sweep.add("q", "dense", "quantize"), "prune")
    found = sweep.differences("pq", "qp")
    assert names(found) == ["order"]
    assert texts(found.explanation.variables[0]) == ["prune → quantize", "quantize → prune"]


def test_the_teacher_is_a_variable() -> None:
    sweep = Sweep()
    for name in ("student", "large", "huge"):
        sweep.add(name)
    for teacher in ("large", "huge"):
        sweep.add(f"from-{teacher}", ("student", teacher), "distill", temperature=2)
    (variable,) = sweep.differences("from-large", "from-huge").explanation.variables
    assert variable.kind == "parents"
    assert texts(variable) == ["huge", "large"]


def test_seeds_make_replicates() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for amount in (0.5, 0.9):
        for seed in range(3):
            sweep.add(f"p{amount}-{seed}", "dense", "prune", amount=amount, seed=seed)
    found = sweep.differences(*sweep.ids[1:])
    assert names(found) == ["amount"]
    assert found.replicates == [[0, 1, 2], [3, 4, 5]]


def test_only_a_seed() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for seed in (1, 2):
        sweep.add(f"p{seed}", "dense", "prune", seed=seed)
    found = sweep.differences("p1", "p2")
    assert found.explanation.variables == []
    assert shown(found) == (None, None)
    assert found.replicates == [[0, 1]]


def test_what_moves_together_is_joined() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for bits, group in ((4, 32), (8, 128), (4, 32), (8, 128)):
        sweep.add(f"q{len(sweep.ids)}", "dense", "quantize", bits=bits, group=group, mode="sym")
    found = sweep.differences(*sweep.ids[1:])
    assert names(found) == ["bits"]
    assert found.explanation.variables[0].joined == ("group",)


def test_numbers_drawn_at_random_do_not_move_together() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for rate, decay in ((0.1, 3), (0.2, 1), (0.3, 2)):
        sweep.add(f"t{rate}", "dense", "train", rate=rate, decay=decay)
    assert set(names(sweep.differences(*sweep.ids[1:]))) == {"rate", "decay"}


def test_not_given_is_no_value() -> None:
    sweep = Sweep()
    sweep.add("dense")
    sweep.add("a", "dense", "quantize", bits=8)
    sweep.add("b", "dense", "quantize", bits=None)
    sweep.add("c", "dense", "quantize")
    sweep.add("d", "dense", "quantize", bits=0)
    (bits,) = sweep.differences("a", "b", "c", "d").explanation.variables
    assert texts(bits) == ["not given", "0", "8", "none"]


def test_what_is_absent_comes_before_every_value() -> None:
    """First "without" the step, then without the parameter, however the models are ordered."""
    sweep = Sweep()
    sweep.add("dense")
    sweep.add("plain", "dense", "quantize")
    sweep.add("low", "dense", "quantize", bits=-1)
    sweep.add("high", "dense", "quantize", bits=8)
    (bits,) = sweep.differences("high", "plain", "low", "dense").explanation.variables
    assert texts(bits) == ["without", "not given", "-1", "8"]


def test_rounding_makes_no_level() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for seed, (name, value) in enumerate((("a", 0.3), ("b", 0.1 * 3), ("c", -0.0), ("d", 0))):
        sweep.add(name, "dense", "prune", amount=value, seed=seed)
    (amount,) = sweep.differences("a", "b", "c", "d").explanation.variables
    assert texts(amount) == ["0", "0.3"]
    assert sweep.differences("a", "b").replicates == [[0, 1]]


def test_a_text_is_not_the_number_it_looks_like() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for name, bits in (("a", 8), ("b", "8"), ("c", (8,)), ("d", ("8",))):
        sweep.add(name, "dense", "quantize", bits=bits)
    assert sweep.differences(*sweep.ids[1:]).replicates == []


def test_many_alternatives_have_a_short_name() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for number in range(9):
        sweep.add(f"m{number}", "dense", f"op{number}")
    (choice,) = sweep.differences(*sweep.ids[1:]).explanation.variables
    assert choice.name == "op0 | op1 | op2 | 6 more"
    assert len(choice.levels) == 9


def test_true_is_not_one() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for seed, (name, value) in enumerate((("a", True), ("b", 1), ("c", 1.0))):
        sweep.add(name, "dense", "quantize", flag=value, seed=seed)
    found = sweep.differences("a", "b", "c")
    assert found.replicates == [[1, 2]]


def test_missing_parents_and_cycles_are_recipes_too() -> None:
    sweep = Sweep()
    sweep.add("a", "nobody", "prune", amount=1)
    sweep.add("b", "nobody else", "prune", amount=1)
    assert names(sweep.differences("a", "b")) == ["root"]


def test_roots_that_differ_in_a_seed_are_one_root() -> None:
    sweep = Sweep()
    for seed in (0, 1):
        sweep.add(f"dense{seed}", (), "train", seed=seed)
        sweep.add(f"p{seed}", f"dense{seed}", "prune", amount=0.5)
    assert sweep.differences("p0", "p1").replicates == [[0, 1]]
    assert sweep.differences("p0", "p1").explanation.variables == []
    sweep.add("wide0", (), "train", seed=0)
    found = sweep.differences("dense0", "dense1", "wide0")
    assert names(found) == ["root"], "only the ids tell a model of an equal recipe"
    assert texts(found.explanation.variables[0]) == ["dense0", "wide0"]
    assert found.replicates == [[0, 1]]


def test_roots_whose_operations_tell_them_apart_need_no_names() -> None:
    sweep = Sweep()
    for trial, rate in enumerate((0.1, 0.2, 0.3)):
        sweep.add(f"trial-{trial}", (), "train", rate=rate)
    assert names(sweep.differences()) == ["rate"]

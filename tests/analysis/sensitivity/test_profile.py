"""What a record says: which layers are told apart, what a plan costs, if damages add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tensorboard_cnc.analysis.sensitivity.exports import exported
from tensorboard_cnc.analysis.sensitivity.profile import Profile, measured_of
from tensorboard_cnc.analysis.sensitivity.ranks import ranks_of
from tensorboard_cnc.records.sensitivity import KEPT, Sensitivity, Trials
from tests.format.any_sensitivity import broken, every_form, record


def test_layers_that_differ_are_ranked() -> None:
    ranks = ranks_of(record())
    assert ranks.first[:, 0].tolist() == ranks.last[:, 0].tolist() == [1, 2, 3]


def test_equal_layers_are_not_told_apart() -> None:
    rng = np.random.default_rng(0)
    told = 0
    for _ in range(200):
        # Instances that are hard are so for every layer.
        shared = rng.gamma(0.5, 2, 32)
        groups = shared * rng.gamma(2, 0.5, (12, 4, 32))
        ranks = ranks_of(_with(groups))
        told += bool((ranks.first != 1).any() or (ranks.last != 12).any())
    assert told <= 10


def _with(groups: NDArray[np.float64]) -> Sensitivity:
    layers, candidates, count = groups.shape
    return replace(record(layers, candidates, count), mean=groups.mean(-1), groups=groups)


def test_few_groups_tell_nothing_apart() -> None:
    ranks = ranks_of(record(3, 2, 4))
    assert ranks.first.tolist() == [[1, 1]] * 3
    assert ranks.last.tolist() == [[3, 3]] * 3


def test_outputs_that_broke_are_the_worst_and_unmeasured_cells_have_no_rank() -> None:
    plain = broken(every_form())
    ranks = ranks_of(plain)
    assert (ranks.first[0, 1], ranks.last[0, 1]) == (1, 1)
    assert (ranks.first[1, 0], ranks.last[1, 0]) == (0, 0)


def test_predictions_are_sums_over_the_same_groups() -> None:
    plain = record()
    profile = Profile(plain)
    chosen = np.array([0, 1, KEPT])
    found = profile.predicted(chosen)
    groups = plain.groups[0, 0] + plain.groups[1, 1]
    assert found.value == pytest.approx(groups.mean())
    assert found.low < found.value < found.high
    assert profile.bytes_of(chosen) == 128 + 64 + 512 + 100


def test_each_step_has_the_interval_of_its_allocation() -> None:
    profile = Profile(record(12, 4))
    for count in range(len(profile.front.steps) + 1):
        whole = profile.expected(profile.front.after(count))
        step = profile.expected_steps
        assert step.value[count] == pytest.approx(float(whole.value), abs=1e-12)
        if count:
            assert step.high[count] == pytest.approx(float(whole.high), rel=1e-6)


def test_a_size_and_a_damage_find_their_step() -> None:
    profile = Profile(record(12, 4))
    rest = profile.record.other_bytes
    for count in range(len(profile.front.steps) + 1):
        size = profile.front.bytes_after(count) + rest
        assert profile.steps_within(size) == count
        assert profile.steps_of_damage(profile.front.damage_after(count)) == count
    assert profile.steps_within(rest - 1) is None
    assert profile.steps_of_damage(-1) is None


def test_how_far_sums_are_off_is_told() -> None:
    profile = Profile(record())
    off = profile.additivity()
    assert off is not None
    assert off.trials == 2
    assert [off.low, off.high] == pytest.approx([1.25, 1.25])
    chosen = np.array([0, 0, 0])
    assert profile.expected(chosen).high == pytest.approx(
        1.25 * float(profile.predicted(chosen).high)
    )
    trial = measured_of(profile, chosen)
    assert trial is not None
    assert trial.measured == pytest.approx(1.25 * trial.predicted)
    assert Profile(record(trials=None)).additivity() is None


def test_trials_of_one_layer_say_nothing_of_sums() -> None:
    plain = record()
    alone = Trials(np.array([[0, KEPT, KEPT]]), plain.mean[:1, 0] * 9, plain.groups[:1, 0])
    assert Profile(replace(plain, trials=alone)).additivity() is None


ALLOCATION = {"a.0.weight": "int4-g32", 'b."c".weight': "int8", "d": "fp8", "e.weight": "mine"}


def test_exports_name_every_layer() -> None:
    for form in ("json", "torchao", "regex"):
        text = exported(ALLOCATION, form)
        assert text.endswith("\n")
        assert all(name in text for name in ("a.0" if form != "regex" else r"a\.0", "mine"))


def test_an_llm_compressor_recipe_is_yaml() -> None:
    yaml = pytest.importorskip("yaml")
    text = exported(ALLOCATION, "llm-compressor")
    modifiers = yaml.safe_load(text)["quant_stage"]["quant_modifiers"]
    groups = modifiers["QuantizationModifier"]["config_groups"]
    assert groups["group_0"]["targets"] == [r"re:^a\.0$"]
    assert groups["group_0"]["weights"] == {
        "num_bits": 4, "type": "int", "symmetric": True, "strategy": "group", "group_size": 32,
    }  # fmt: skip
    assert "# 1 weights with mine" in text


def test_a_torchao_export_is_python_whatever_names_hold() -> None:
    hostile = {'a"]: None}); raise SystemExit  # .weight': "int8", "b\n.weight": "mine"}
    code = compile(exported(hostile, "torchao"), "export", "exec")
    assert "SystemExit" not in code.co_names

from __future__ import annotations

import numpy as np

from tensorboard_cnc.analysis.layers.estimates import over
from tensorboard_cnc.analysis.layers.module_tree import ModuleTree, module_tree
from tests.analysis.layers.sketches_of import tensor


def _outline(tree: ModuleTree) -> list[str]:
    """Names, indented by depth."""
    depths: list[int] = []
    for parent in tree.parents:
        depths.append(0 if parent < 0 else depths[parent] + 1)
    return [" " * depth + name for depth, name in zip(depths, tree.names, strict=True)]


def test_modules_stand_before_what_they_hold_in_the_order_of_the_network() -> None:
    base = [
        tensor("stem.weight", 4),
        tensor("block.1.weight", 4),
        tensor("block.0.weight", 4),
        tensor("block.0.bias", 4),
        tensor("scale", 1, module=""),
    ]
    tree = module_tree([base])
    assert _outline(tree) == [
        "",
        " stem",
        "  stem.weight",
        " block",
        "  block.1",
        "   block.1.weight",
        "  block.0",
        "   block.0.weight",
        "   block.0.bias",
        " scale",
    ]
    assert tree.rows_of_tensors() == [2, 5, 7, 8, 9]
    assert tree.spans[[0, 3, 5]].tolist() == [[0, 5], [1, 4], [1, 2]]
    sums = over(np.add, tree.spans, np.array([1, 2, 4, 8, 16]))
    assert sums.tolist() == [31, 1, 1, 14, 2, 2, 12, 4, 8, 16]
    assert tree.kinds[4] == "Linear"
    assert tree.kinds[5] == "parameter"


def test_what_only_another_model_has_follows_in_its_module() -> None:
    base = [tensor("fc.weight", 8, 8), tensor("out.weight", 2, 8)]
    own = [
        tensor("fc.0.weight", 2, 8),
        tensor("fc.1.weight", 8, 2),
        tensor("out.weight", 2, 8),
    ]
    tree = module_tree([base, own])
    assert _outline(tree) == [
        "",
        " fc",
        "  fc.weight",
        "  fc.0",
        "   fc.0.weight",
        "  fc.1",
        "   fc.1.weight",
        " out",
        "  out.weight",
    ]
    assert tree.tensors[2] == (0, None)
    assert tree.tensors[4] == (None, 0)
    assert tree.tensors[8] == (1, 2)


def test_models_share_the_rows_that_the_base_lacks() -> None:
    extra = [tensor("adapter.weight", 2, 2)]
    tree = module_tree([[tensor("fc.weight", 4)], extra, [], extra])
    row = tree.names.index("adapter.weight")
    assert tree.tensors[row] == (None, 0, None, 0)


def test_extra_tensors_of_one_name_but_other_shapes_get_rows_of_their_own() -> None:
    tree = module_tree([[], [tensor("x.weight", 2)], [tensor("x.weight", 3)]])
    assert tree.names == ("", "x", "x.weight", "x.weight (2)")


def test_an_output_is_told_apart_from_its_module() -> None:
    outputs = [
        tensor("encoder.0", 4, module="encoder.0", role="activation"),
        tensor("encoder", 4, module="encoder", role="activation"),
        tensor("", 4, module="", role="activation"),
    ]
    tree = module_tree([outputs])
    assert tree.names == (
        "",
        "encoder",
        "encoder.0",
        "encoder.0.output",
        "encoder.output",
        "output",
    )


def test_nothing_at_all() -> None:
    tree = module_tree([[], []])
    assert tree.names == ("",)
    assert tree.spans.tolist() == [[0, 0]]
    assert over(np.add, tree.spans, np.zeros((0, 3))).tolist() == [[0, 0, 0]]


def test_names_as_deep_as_they_like() -> None:
    deep = ".".join(["m"] * 5_000)
    tree = module_tree([[tensor(f"{deep}.weight", 1)]])
    assert len(tree.names) == 5_002

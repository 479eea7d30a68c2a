"""State dicts and mappings of arrays of any library."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from torch import nn
from torch.nn.utils import prune

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.model_sources import model_sources
from tensorboard_cnc.writer.tensors.number_formats import as_floats
from tests.writer.tensors.read_sources import all_values, refusals, sources, values

# Known to torch, but not to its type hints.
_CODES = torch.zeros(3, dtype=vars(torch)["uint4"])
RNG = np.random.default_rng(0)


@given(
    arrays(
        st.sampled_from([np.float16, np.float32, np.float64, np.int8, np.int64, np.bool_]),
        array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    ),
    st.data(),
)
def test_any_piece_of_any_view(array: Any, data: st.DataObject) -> None:
    view = array.transpose(data.draw(st.permutations(range(array.ndim))))
    view = view[..., ::-1] if array.ndim else view
    (source,) = sources({"x": view}).values()
    start = data.draw(st.integers(0, view.size))
    stop = data.draw(st.integers(start, view.size))
    np.testing.assert_array_equal(source.open()(start, stop), view.reshape(-1)[start:stop])
    by_torch = torch.from_numpy(view.copy())
    (source,) = sources({"x": by_torch}).values()
    np.testing.assert_array_equal(source.open()(start, stop), view.reshape(-1)[start:stop])


class FromAnotherLibrary:
    """What JAX, TensorFlow or CuPy arrays have in common."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.asarray(self._array, dtype)


@pytest.mark.parametrize(
    "array",
    [
        RNG.normal(size=(3, 4)),
        RNG.normal(size=(3, 4)).astype(np.float16)[::2, ::-1],
        np.asfortranarray(RNG.normal(size=(3, 4)).astype(np.float32)),
        RNG.normal(size=5).astype(">f4"),
        np.array([-(2**40), 2**40]),
        np.array([True, False]),
        np.float32(2.5),
        np.zeros((2, 0)),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_in_row_major_order(array: Any) -> None:
    for held in (array, FromAnotherLibrary(array)):
        (source,) = sources({"x": held}).values()
        np.testing.assert_array_equal(values(source), array)
        assert source.shape == np.shape(array)


def test_plain_float32_is_not_copied() -> None:
    array = RNG.normal(size=(8, 8)).astype(np.float32)
    (source,) = sources({"x": array}).values()
    assert np.shares_memory(source.open()(3, 9), array)
    tensor = torch.from_numpy(array)
    (source,) = sources({"x": tensor}).values()
    assert np.shares_memory(source.open()(3, 9), array)


@pytest.mark.parametrize("dtype", ["f2", "i1", "u2", "?"])
def test_narrow_numbers_become_float32(dtype: str) -> None:
    assert as_floats(np.ones(3, dtype)).dtype == np.float32


@pytest.mark.parametrize("dtype", ["i4", "i8", "u8", "f8", "longdouble"])
def test_wide_numbers_become_float64(dtype: str) -> None:
    assert as_floats(np.ones(3, dtype)).dtype == np.float64


@pytest.mark.parametrize(
    "dtype",
    [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn,
     torch.float8_e5m2, torch.int8, torch.uint8, torch.int32, torch.int64, torch.bool],
    ids=str,
)  # fmt: skip
def test_every_type_of_torch(dtype: torch.dtype) -> None:
    tensor = (torch.randn(4, 5, generator=torch.Generator().manual_seed(0)) * 3).to(dtype)
    (source,) = sources({"x": tensor}).values()
    np.testing.assert_array_equal(values(source), tensor.double().numpy())
    assert source.dtype == str(dtype).removeprefix("torch.")
    assert source.stored_bytes == tensor.nbytes


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(24.0).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
        torch.arange(12.0).reshape(3, 4).T,
        torch.arange(12.0)[::3],
        torch.tensor(2.5),
        torch.zeros(0, 3),
        torch.arange(3.0, requires_grad=True),
        torch.arange(3.0).expand(2, 3),
        torch.view_as_complex(torch.ones(3, 2)).conj().imag,
    ],
    ids=lambda tensor: f"{tuple(tensor.shape)}{tensor.stride()}",
)
def test_tensors_of_any_layout(tensor: torch.Tensor) -> None:
    (source,) = sources({"x": tensor}).values()
    np.testing.assert_array_equal(values(source), tensor.detach().resolve_neg().numpy())


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta:UserWarning")
@pytest.mark.filterwarnings("ignore:Sparse invariant checks:UserWarning")
@pytest.mark.parametrize("layout", ["coo", "csr", "csc", "bsr", "hybrid"])
def test_sparse_tensors_are_read_with_their_zeros(layout: str) -> None:
    dense = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    dense[dense.abs() < 1] = 0
    sparse = {
        "coo": lambda: dense.to_sparse(),
        "csr": lambda: dense.to_sparse_csr(),
        "csc": lambda: dense.to_sparse_csc(),
        "bsr": lambda: dense.to_sparse_bsr((2, 2)),
        "hybrid": lambda: dense.to_sparse(1),
    }[layout]()
    (source,) = sources({"x": sparse}).values()
    np.testing.assert_array_equal(values(source), dense.numpy())
    assert source.storage.startswith("sparse_")
    if layout == "csr":
        kept = int((dense != 0).sum())
        assert source.stored_bytes == 4 * kept + 8 * kept + 8 * (6 + 1)


@pytest.mark.filterwarnings("ignore:Sparse invariant checks:UserWarning")
def test_repeated_indices_of_a_sparse_tensor_add_up() -> None:
    sparse = torch.sparse_coo_tensor(torch.tensor([[1, 1]]), torch.tensor([1.0, 2.0]), (3,))
    assert all_values({"x": sparse})["x"].tolist() == [0, 3, 0]


def test_what_cannot_be_logged_says_why() -> None:
    found = refusals(
        {
            "good": np.ones(1),
            "meta": torch.empty(3, device="meta"),
            "complex": torch.ones(2, dtype=torch.complex64),
            "complex array": np.ones(2, complex),
            "text": "abc",
            "nothing": None,
            "times": np.zeros(2, "M8[s]"),
            "ragged": [[1], [1, 2]],
            "optimizer": {"lr": 0.1},
            "codes": _CODES,
            5: np.ones(1),
        }
    )
    assert "no values: load the weights first" in found["meta"]
    assert "complex numbers have no order" in found["complex"] == found["complex array"]
    assert "not an array of numbers" in found["text"]
    assert "not an array of numbers" in found["nothing"]
    assert "holds no numbers" in found["times"]
    assert "gave no array" in found["ragged"]
    assert "pass its entry ['optimizer'] alone" in found["optimizer"]
    assert "holds codes without values" in found["codes"]
    assert "name it by a text" in found["5"]
    assert len(found) == 10


def test_trees_of_arrays_are_flattened() -> None:
    tree = {"params": {"Dense_0": {"kernel": np.ones((2, 3)), "bias": torch.ones(3)}}, "x": RNG}
    assert "pass its entry ['params'] alone" in refusals(tree)["params"], "not only arrays"
    found = sources({"params": tree["params"], "scale": np.ones(2)})
    assert list(found) == ["params.Dense_0.kernel", "params.Dense_0.bias", "scale"]
    assert found["params.Dense_0.kernel"].module == "params.Dense_0"
    checkpoint = {"model": {"w": np.ones(2)}, "optimizer": {"state": {0: {"m": np.ones(2)}}}}
    assert set(refusals(checkpoint)) == {"model", "optimizer"}


def test_wrappers_are_taken_off_the_names() -> None:
    state = nn.DataParallel(nn.Sequential(nn.Linear(2, 2))).state_dict()
    assert list(sources(state)) == ["0.weight", "0.bias"]
    assert list(sources({"_orig_mod.a.weight": np.ones(1)})) == ["a.weight"]
    assert list(sources({"module._orig_mod.a": np.ones(1), "module.b": np.ones(1)})) == ["a", "b"]
    mixed = {"module.a": np.ones(1), "head": np.ones(1)}
    assert list(sources(mixed)) == ["module.a", "head"], "here it is a module's own name"
    assert list(sources({"layers.0._fsdp_wrapped_module.w": np.ones(1)})) == ["layers.0.w"]


def test_a_pruned_state_dict_holds_products() -> None:
    layer = nn.Linear(3, 4)
    prune.random_unstructured(layer, "weight", amount=0.5)
    found = sources(nn.Sequential(layer).state_dict())
    assert list(found) == ["0.bias", "0.weight"]
    np.testing.assert_array_equal(values(found["0.weight"]), layer.weight.detach().numpy())


def test_statistics_are_buffers_and_counters_are_left_out() -> None:
    found = sources(nn.BatchNorm1d(3).state_dict())
    roles = {name: source.role for name, source in found.items()}
    assert roles == {
        "weight": "parameter",
        "bias": "parameter",
        "running_mean": "buffer",
        "running_var": "buffer",
    }


def test_tied_tensors_of_a_state_dict_and_of_arrays() -> None:
    weight = torch.randn(3, 3)
    view = np.ones((4, 4))
    found = sources(OrderedDict(a=weight, b=weight, c=weight.clone(), d=weight[:2]))
    assert [each.tied for each in found.values()] == ["", "a", "", ""]
    found = sources({"a": view, "b": view[:], "c": view.T, "d": view.copy()})
    assert [each.tied for each in found.values()] == ["", "a", "", ""]


class MadeWhenAsked(Mapping[str, Any]):
    """A state dict that makes each tensor when it is asked for."""

    def __iter__(self) -> Iterator[str]:
        return iter("abc")

    def __len__(self) -> int:
        return 3

    def __getitem__(self, name: str) -> torch.Tensor:
        return torch.full((1000,), float(ord(name)))


def test_tensors_that_come_and_go_are_not_tied() -> None:
    # Each is dropped before the next is made, perhaps in the same memory.
    found = [getattr(source, "tied", None) for source in model_sources(MadeWhenAsked())]
    assert found == ["", "", ""]


def test_a_file_of_numpy(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"block.weight": np.arange(3.0)}
    np.savez(tmp_path / "a.npz", **arrays)
    with np.load(tmp_path / "a.npz") as archive:
        assert all_values(archive)["block.weight"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("model", [3, None, np.ones(3), [np.ones(3)], torch.ones(3), nn.Module])
def test_what_is_no_model(model: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Weights are a torch\.nn\.Module, a state dict"):
        list(model_sources(model))

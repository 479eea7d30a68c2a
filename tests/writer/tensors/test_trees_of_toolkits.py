"""Models of Keras and Flax as their users have them: every variable once, under its own name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.read_sources import values

pytestmark = [pytest.mark.toolkits, pytest.mark.filterwarnings("ignore")]
# Of a layer of 4 × 8, a norm of 8 and two layers of 8 × 8.
PARAMETERS = 4 * 8 + 8 + 2 * 8 + 2 * (8 * 8 + 8)


def read(model: Any) -> dict[str, TensorSource]:
    found = all_sources(model)
    assert not [each for each in found if isinstance(each, Refused)]
    return {each.name: each for each in found if isinstance(each, TensorSource)}


def weights(model: Any) -> int:
    return sum(each.weights for each in read(model).values())


def test_flax_nnx() -> None:
    nnx: Any = pytest.importorskip("flax.nnx")

    class Net(nnx.Module):  # type: ignore[misc]
        def __init__(self, rngs: Any) -> None:
            self.first = nnx.Linear(4, 8, rngs=rngs)
            self.norm = nnx.BatchNorm(8, rngs=rngs)
            self.drop = nnx.Dropout(0.1, rngs=rngs)
            self.layers = nnx.List([nnx.Linear(8, 8, rngs=rngs) for _ in range(2)])

    net = Net(nnx.Rngs(0))
    names = {f"{layer}.{last}" for layer in ("first", "layers.0", "layers.1")
             for last in ("kernel", "bias")}  # fmt: skip
    for model in (net, nnx.state(net)):
        found = read(model)
        learned = {name for name, each in found.items() if each.role == "parameter"}
        assert learned == names | {"norm.scale", "norm.bias"}
        assert found.keys() - learned == {"norm.mean", "norm.var"}
        assert weights(model) == PARAMETERS
        np.testing.assert_array_equal(values(found["layers.1.kernel"]), net.layers[1].kernel[...])
    assert weights(nnx.state(net, nnx.Param)) == PARAMETERS


def test_flax_ties() -> None:
    nnx: Any = pytest.importorskip("flax.nnx")

    class Net(nnx.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            self.first = self.second = nnx.Linear(4, 8, rngs=nnx.Rngs(0))

    assert weights(Net()) == 4 * 8 + 8


@pytest.mark.parametrize("frozen", [False, True])
def test_flax_linen(frozen: bool) -> None:
    linen: Any = pytest.importorskip("flax.linen")
    core, jax = pytest.importorskip("flax.core"), pytest.importorskip("jax")

    class Net(linen.Module):  # type: ignore[misc]
        @linen.compact  # type: ignore[untyped-decorator]
        def __call__(self, x: Any) -> Any:
            x = linen.BatchNorm(use_running_average=True)(linen.Dense(8)(x))
            return linen.Dense(8)(linen.Dense(8)(x))

    variables = Net().init(jax.random.key(0), np.ones((2, 4), np.float32))
    given = core.freeze(variables) if frozen else variables
    found = read(given)
    assert weights(given) == PARAMETERS
    assert {name for name, each in found.items() if each.role == "buffer"} == {
        "batch_stats.BatchNorm_0.mean",
        "batch_stats.BatchNorm_0.var",
    }
    kernel = variables["params"]["Dense_1"]["kernel"]
    np.testing.assert_array_equal(values(found["params.Dense_1.kernel"]), kernel)


def keras_model() -> Any:
    keras: Any = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    layers = keras.layers
    shared, given = layers.Dense(8, name="shared"), layers.Input((8,))
    x = layers.Dropout(0.1)(layers.BatchNormalization()(shared(shared(given))))
    return keras.Model(given, layers.Dense(3, name="head")(x))


@pytest.fixture(autouse=True)
def backend(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of no effect where Keras runs on another already.
    monkeypatch.setenv("KERAS_BACKEND", "torch")


def test_keras_counts_each_variable_once() -> None:
    model = keras_model()
    found = read(model)
    mapping = read({each.path: each.numpy() for each in model.variables})
    assert list(found) == list(mapping) == [each.path for each in model.variables]
    trained = (8 * 8 + 8) + 2 * 8 + (8 * 3 + 3)
    assert (
        weights(model) == weights({each.path: each.numpy() for each in model.variables}) == trained
    )
    assert sum(each.numpy().size for each in model.trainable_variables) == trained


def test_keras_is_measured_as_it_is_read() -> None:
    keras: Any = pytest.importorskip("keras")
    if keras.backend.backend() != "torch":
        pytest.skip("only on torch it is a module")
    import torch

    from tensorboard_cnc.efficiency.measuring import measure

    for mode in (None, "int8", "int4"):
        model = keras_model()
        if mode:
            model.quantize(mode)
        measured = measure(model, torch.ones(2, 8), repeats=1, warmup=0)
        assert measured.parameters == weights(model), mode


def test_keras_float8_is_refused() -> None:
    model = keras_model()
    model.quantize("float8")
    found = all_sources({each.path: each.numpy() for each in model.variables})
    refused = {each.name: each for each in found if isinstance(each, Refused)}
    assert {name.rpartition("/")[2] for name in refused} == {"kernel"}
    assert len(refused) == 2
    assert all("rounded to float8" in each.reason for each in refused.values())
    assert sum(each.weights or 0 for each in found) == (8 * 8 + 8) + 2 * 8 + (8 * 3 + 3)


def test_keras_lora_is_refused() -> None:
    model = keras_model()
    model.get_layer("head").enable_lora(2)
    refused = [each for each in all_sources(model) if isinstance(each, Refused)]
    assert [each.name for each in refused] == ["head/kernel"]
    assert "a LoRA of Keras" in refused[0].reason

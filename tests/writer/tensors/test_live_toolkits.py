"""Networks that toolkits have compressed: what they compute with, and how much is counted."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.dense_net import (
    INPUTS,
    WEIGHTS,
    Net,
    check,
    each_layer,
    sqnr,
)
from tests.writer.tensors.read_sources import values

pytestmark = [pytest.mark.toolkits, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("kind", ["nf4", "fp4"])
@pytest.mark.parametrize("nested", [False, True])
def test_bitsandbytes_4_bit(kind: str, nested: bool) -> None:
    bnb = pytest.importorskip("bitsandbytes")

    def quantized(layer: nn.Linear) -> Any:
        options = {"quant_type": kind, "compress_statistics": nested}
        made = bnb.nn.Linear4bit(layer.in_features, layer.out_features, **options)
        made.load_state_dict(layer.state_dict())
        return made

    net = each_layer(quantized).to("cpu")
    expected = {
        f"{name}.weight": bnb.functional.dequantize_4bit(each.weight.data, each.weight.quant_state)
        for name, each in (("up", net.up), ("down", net.down))
    }
    blocks = WEIGHTS // 64
    # A scale to a block, and a table of 16 numbers; nested, codes of scales beside their own.
    scales = blocks + 2 * (4 + 256 * 4) if nested else blocks * 4
    check(net, expected, stored=WEIGHTS // 2 + scales + 2 * 16 * 4)


def test_bitsandbytes_8_bit() -> None:
    bnb = pytest.importorskip("bitsandbytes")

    def quantized(layer: nn.Linear) -> Any:
        made = bnb.nn.Linear8bitLt(layer.in_features, layer.out_features, has_fp16_weights=False)
        made.load_state_dict(layer.state_dict())
        return made

    net = each_layer(quantized).to("cpu")
    expected = {
        f"{name}.weight": each.weight.data * each.weight.SCB[:, None] / 127
        for name, each in (("up", net.up), ("down", net.down))
    }
    stored = WEIGHTS + 4 * (128 + 32)
    check(net, expected, stored=stored)
    net(INPUTS)
    check(net, expected, inputs=INPUTS, stored=stored)


@pytest.mark.parametrize("bits", [8, 4, 3, 2])
def test_hqq_modules(bits: int) -> None:
    quantize = pytest.importorskip("hqq.core.quantize")
    config = quantize.BaseQuantizeConfig(nbits=bits, group_size=32, axis=1)
    net = each_layer(
        lambda layer: quantize.HQQLinear(layer, config, compute_dtype=torch.float32, device="cpu")
    )
    expected = {"up.weight": net.up.dequantize(), "down.weight": net.down.dequantize()}
    codes = sum(each.W_q.nbytes for each in (net.up, net.down))
    check(net, expected, inputs=INPUTS, stored=codes + WEIGHTS // 32 * 2 * 4)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("kind", ["qint8", "qint4", "qfloat8"])
def test_quanto_modules(kind: str, frozen: bool) -> None:
    quanto = pytest.importorskip("optimum.quanto")
    net: Any = Net()
    quanto.quantize(net, weights=getattr(quanto, kind))
    if frozen:
        quanto.freeze(net)
    expected = {
        "up.weight": net.up.qweight.dequantize(),
        "down.weight": net.down.qweight.dequantize(),
    }
    check(net, expected)


@pytest.mark.parametrize("kind", ["int8", "int4", "float8"])
def test_torchao_modules(kind: str) -> None:
    torchao, types = pytest.importorskip("torchao.quantization"), pytest.importorskip("torch")
    net: Any = Net()
    config = {
        "int8": lambda: torchao.Int8WeightOnlyConfig(version=2),
        "int4": lambda: torchao.IntxWeightOnlyConfig(types.int4, torchao.PerGroup(32)),
        "float8": torchao.Float8WeightOnlyConfig,
    }[kind]()
    torchao.quantize_(net, config)
    expected = {
        "up.weight": net.up.weight.dequantize(),
        "down.weight": net.down.weight.dequantize(),
    }
    check(net, expected)


@pytest.mark.parametrize("bits", [8, 4])
def test_brevitas(bits: int) -> None:
    brevitas = pytest.importorskip("brevitas.nn")
    net: Any = each_layer(
        lambda layer: brevitas.QuantLinear(
            layer.in_features, layer.out_features, bias=True, weight_bit_width=bits
        )
    )
    net.load_state_dict(Net().state_dict(), strict=False)
    net.eval()
    refused = [each for each in all_sources(net) if isinstance(each, Refused)]
    assert {each.name for each in refused} == {"up.weight", "down.weight"}
    expected = {
        f"{name}.weight": getattr(net, name).quant_weight().value for name in ("up", "down")
    }
    check(net, expected, inputs=INPUTS)


def test_torch_pruning() -> None:
    pruning = pytest.importorskip("torch_pruning")
    net = Net()
    importance = pruning.importance.MagnitudeImportance(p=2)
    pruner = pruning.pruner.BasePruner(net, INPUTS, importance=importance, pruning_ratio=0.5,
                                       ignored_layers=[net.down])  # fmt: skip
    pruner.step()
    left = 64 * 64 + 64 + 64 * 32 + 32
    assert sum(each.weights or 0 for each in all_sources(net)) == left
    measured = measure(net, INPUTS, repeats=1, warmup=0)
    assert (measured.parameters, measured.effective_bytes) == (left, 4 * left)
    assert measured.macs == len(INPUTS) * (64 * 64 + 64 * 32)


COMPRESSED = {"INT8_SYM": 8, "INT8_ASYM": 8, "INT4_SYM": 4, "INT4_ASYM": 4}


@pytest.mark.parametrize(("mode", "bits"), COMPRESSED.items())
def test_nncf_compress_weights(mode: str, bits: int) -> None:
    nncf = pytest.importorskip("nncf")
    options = {"group_size": 32, "ratio": 1.0, "all_layers": True} if bits == 4 else {}
    net = nncf.compress_weights(
        Net(),
        mode=getattr(nncf.CompressWeightsMode, mode),
        dataset=nncf.Dataset([INPUTS]),
        **options,
    )
    scales = WEIGHTS // 32 if bits == 4 else 128 + 32
    # Four bits for four bits, in NNCF's words, are half a byte.
    points = scales * bits // 8 if mode.endswith("ASYM") else 0
    expected = hooked(net)
    check(net, expected, stored=WEIGHTS * bits // 8 + 2 * scales + points)
    check(net, expected, inputs=INPUTS)


def test_nncf_quantize(monkeypatch: pytest.MonkeyPatch) -> None:
    nncf = pytest.importorskip("nncf")
    # Its kernels are compiled when they are used first, which takes minutes.
    monkeypatch.setenv("NNCF_EXTENSION_LOAD_TIMEOUT", "0")
    net = nncf.quantize(Net(), nncf.Dataset([INPUTS]))
    # Of each product, the hook of its second operand.
    hooks = dict(net.named_children())["__nncf_hooks"].pre_hooks
    expected = {}
    for key, hook in hooks.items():
        name = key.partition("/")[0].partition(":")[0]
        if key.endswith("__1") and name in ("up", "down"):
            expected[f"{name}.weight"] = hook["0"](getattr(net, name).weight)
    refused = {each.name for each in all_sources(net) if isinstance(each, Refused)}
    assert refused == expected.keys() == {"up.weight", "down.weight"}, list(hooks)
    check(net, expected, inputs=INPUTS)


def hooked(net: Any) -> dict[str, Tensor]:
    """What the hooks of NNCF make of both weights."""
    found = {}
    for name in ("up", "down"):
        value = getattr(net, name).weight.detach()
        for hook in (
            dict(net.named_children())["__nncf_hooks"].post_hooks[f"{name}:weight__0"].values()
        ):
            value = hook(value)
        found[f"{name}.weight"] = value
    return found


RTN = {
    "4 bit": {"bits": 4, "use_sym": True},
    "4 bit, zero points": {"bits": 4, "use_sym": False},
    "8 bit": {"bits": 8},
    "3 bit": {"bits": 3},
    "NF4": {"bits": 4, "dtype": "nf4"},
}


@pytest.mark.parametrize("options", RTN.values(), ids=RTN)
def test_neural_compressor(options: dict[str, Any]) -> None:
    inc = pytest.importorskip("neural_compressor.torch.quantization")
    net = inc.convert(inc.prepare(Net(), inc.RTNConfig(group_size=32, **options)))
    expected = {name: getattr(net, name).recover() for name in ("up", "down")}
    stored = [
        buffer.nbytes
        for name in ("up", "down")
        for last, buffer in getattr(net, name).named_buffers()
        if last in ("qweight", "scales", "qzeros")
    ]
    check(
        net,
        {f"{name}.weight": value for name, value in expected.items()},
        dtype=net.up.scales.dtype,
        stored=sum(stored),
    )


MODEL_OPT = (
    "INT8_DEFAULT_CFG",
    "FP8_DEFAULT_CFG",
    "INT4_BLOCKWISE_WEIGHT_ONLY_CFG",
    "INT4_AWQ_CFG",
)


@pytest.mark.parametrize("config", MODEL_OPT)
def test_modelopt(config: str) -> None:
    mtq = pytest.importorskip("modelopt.torch.quantization")
    net = mtq.quantize(Net(), copy.deepcopy(getattr(mtq, config)), lambda net: net(INPUTS))
    expected = {
        f"{name}.weight": getattr(net, name).weight_quantizer(getattr(net, name).weight)
        for name in ("up", "down")
    }
    refused = {each.name for each in all_sources(net) if isinstance(each, Refused)}
    assert refused == expected.keys()
    check(net, expected, inputs=INPUTS)


SCHEMES = ("W4A16", "W8A8", "FP8_DYNAMIC")
IDS = torch.randint(0, 128, (4, 16), generator=torch.Generator().manual_seed(0))


def language_model() -> Any:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=128, hidden_size=128, intermediate_size=256, num_hidden_layers=1,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config).eval()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_llmcompressor(scheme: str, tmp_path: Any) -> None:
    llmcompressor = pytest.importorskip("llmcompressor")
    modifiers = pytest.importorskip("llmcompressor.modifiers.quantization")
    simulated = pytest.importorskip("compressed_tensors.quantization.lifecycle.forward")
    datasets = pytest.importorskip("datasets")
    transformers, tokenizers = (
        pytest.importorskip(each) for each in ("transformers", "tokenizers")
    )
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0}, unk_token="a"))
    processor = transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="a")
    # It reads the config from where the model came from.
    (dense := language_model()).save_pretrained(tmp_path / "dense")
    net = transformers.LlamaForCausalLM.from_pretrained(tmp_path / "dense").eval()
    recipe = modifiers.QuantizationModifier(targets="Linear", scheme=scheme, ignore=["lm_head"])
    given = {"input_ids": IDS.tolist(), "attention_mask": torch.ones_like(IDS).tolist()}
    calibration = {"dataset": datasets.Dataset.from_dict(given), "num_calibration_samples": 4,
                   "max_seq_length": 16} if scheme == "W8A8" else {}  # fmt: skip
    llmcompressor.oneshot(model=net, recipe=recipe, processor=processor, **calibration)
    expected = {}
    with torch.no_grad():
        for name, layer in net.named_modules():
            if (args := getattr(layer, "quantization_scheme", None)) is not None:
                point = getattr(layer, "weight_zero_point", None)
                expected[f"{name}.weight"] = simulated.fake_quantize(
                    layer.weight, layer.weight_scale, point, args.weights
                ).float()
    assert len(expected) == 7
    refused = {each.name for each in all_sources(net) if isinstance(each, Refused)}
    assert refused == expected.keys()
    net.save_pretrained(tmp_path / "packed", save_compressed=True)
    count = sum(each.numel() for each in dense.parameters())
    for found in (all_sources(net, {"input_ids": IDS}), all_sources(tmp_path / "packed")):
        read = {each.name: each for each in found}
        for name, weight in expected.items():
            source, base = read[name], dense.get_parameter(name).detach().double().numpy()
            assert isinstance(source, TensorSource), source
            right = weight.double().numpy()
            assert sqnr(base, values(source)) == pytest.approx(sqnr(base, right), abs=0.05)
        assert sum(each.weights or 0 for each in found) == count
    measured = measure(net, {"input_ids": IDS}, repeats=1, warmup=0)
    plain = measure(dense, {"input_ids": IDS}, repeats=1, warmup=0)
    assert (measured.parameters, measured.macs) == (count, plain.macs)

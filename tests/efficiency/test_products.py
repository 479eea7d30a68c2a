"""Which operations are products, and what those cost that torch has no formula for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, library, nn

from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.efficiency.products import may_multiply

PRODUCTS = (
    "aten.mm", "aten.addmm", "aten.mv", "aten.dot", "aten._grouped_mm",
    "aten._scaled_grouped_mm_v2", "aten._weight_int4pack_mm", "aten._dyn_quant_matmul_4bit",
    "aten._foreach_mm", "aten.sspaddmm", "aten.linear", "aten.mkldnn_linear", "aten.bilinear",
    "aten._trilinear", "aten.einsum", "aten.conv_tbc", "aten.slow_conv3d_forward",
    "aten._conv_depthwise2d", "aten._embedding_bag", "aten._cudnn_rnn", "aten.lstm",
    "aten.gru_cell", "aten._transformer_encoder_layer_fwd", "aten._native_multi_head_attention",
    "aten._cudnn_attention_forward", "aten._fft_r2c", "aten.linalg_inv_ex",
    "aten._linalg_solve_ex", "quantized.linear_dynamic", "onednn.qconv2d_pointwise",
    "sparse.qlinear_dynamic", "flash_attn._flash_attn_forward", "mylib.fused", "triton_kernel",
)  # fmt: skip
OTHERS = (
    "aten.relu", "aten.add", "aten.mul", "aten.mean", "aten.sum", "aten.embedding", "aten.gelu",
    "aten._native_batch_norm_legit_no_training", "aten.native_layer_norm", "aten._softmax",
    "aten.max_pool2d_with_indices", "aten._adaptive_avg_pool2d", "aten.upsample_bilinear2d",
    "aten._upsample_bilinear2d_aa", "aten.upsample_linear1d", "aten._thnn_fused_lstm_cell",
    "aten.cummax", "aten.mvlgamma", "aten.lgamma", "aten.igamma", "aten.linalg_vector_norm",
    "aten._convert_weight_to_int4pack", "aten.slice_inverse", "aten.fft_fftfreq", "aten.clone",
    "aten._cudnn_rnn_flatten_weight", "aten.fbgemm_linear_quantize_weight", "prims.sin",
    "quantized.add_relu", "quantized_decomposed.dequantize_per_channel", "c10d.allreduce_",
    "torchao.dequantize_affine", "torchao.choose_qparams_affine", "quanto.unpack",
    "bitsandbytes.dequantize_4bit", "bitsandbytes.int8_vectorwise_quant", "torchvision.nms",
)  # fmt: skip


@pytest.mark.parametrize("operation", PRODUCTS)
def test_products_and_what_nobody_knows(operation: str) -> None:
    assert may_multiply(operation)


@pytest.mark.parametrize("operation", OTHERS)
def test_what_makes_no_products(operation: str) -> None:
    assert not may_multiply(operation)


class Computing(nn.Module):
    """A module that computes one thing with what it holds."""

    def __init__(self, compute: Callable[[Tensor, Tensor], Any], held: Tensor) -> None:
        super().__init__()
        self.held = nn.Parameter(held, requires_grad=False)
        self.compute = compute

    def forward(self, x: Tensor) -> Any:
        return self.compute(x, self.held)


def counted(compute: Callable[[Tensor, Tensor], Any], x: Tensor, held: Tensor) -> Efficiency:
    return measure(Computing(compute, held), x, repeats=1, warmup=0)


def grouped(x: Tensor, experts: Tensor) -> Tensor:
    ends = torch.tensor([2, 6], dtype=torch.int32)
    return torch._grouped_mm(x, experts, offs=ends)


def sampled(x: Tensor, held: Tensor) -> Tensor:
    mask = torch.eye(4).to_sparse_csr()
    return torch.sparse.sampled_addmm(mask, x, held)  # type: ignore[no-any-return]


def sparse_sum(x: Tensor, held: Tensor) -> Tensor:
    return torch.sparse.addmm(torch.zeros(4, 3), x.to_sparse(), held)  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore:Sparse")
@pytest.mark.parametrize(
    ("compute", "left", "right", "macs"),
    [
        (lambda x, held: x @ held, (4, 5), (5,), 4 * 5),
        (torch.dot, (7,), (7,), 7),
        (lambda x, held: torch.addbmm(torch.zeros(3, 6), x, held), (2, 3, 5), (2, 5, 6), 180),
        (lambda x, held: torch.addmv(torch.zeros(4), x, held), (4, 5), (5,), 4 * 5),
        (lambda x, held: torch.einsum("bij,kj->bik", x, held), (2, 3, 5), (4, 5), 2 * 3 * 5 * 4),
        (grouped, (6, 16), (2, 16, 8), 6 * 16 * 8),
        (lambda x, held: torch.sparse.mm(x.to_sparse(), held), (4, 5), (5, 3), 4 * 5 * 3),
        (lambda x, held: torch.sparse.mm(x.to_sparse_csr(), held), (4, 5), (5, 3), 4 * 5 * 3),
        (sparse_sum, (4, 5), (5, 3), 4 * 5 * 3),
        (sampled, (4, 5), (5, 4), 4 * 5 * 4),
    ],
)
def test_by_formula(
    compute: Callable[[Tensor, Tensor], Any],
    left: tuple[int, ...],
    right: tuple[int, ...],
    macs: int,
) -> None:
    kind = torch.bfloat16 if compute is grouped else torch.float32
    found = counted(compute, torch.ones(left, dtype=kind), torch.ones(right, dtype=kind))
    assert found.macs == macs
    assert found.uncounted == {}


def test_int8_weights_that_are_packed() -> None:
    scales = torch.ones(8, dtype=torch.bfloat16)

    def compute(x: Tensor, codes: Tensor) -> Tensor:
        return torch._weight_int8pack_mm(x, codes, scales)

    x, codes = torch.ones(4, 16, dtype=torch.bfloat16), torch.ones(8, 16, dtype=torch.int8)
    assert counted(compute, x, codes).macs == 4 * 16 * 8


@library.custom_op("tensorboard_cnc_tests::fused", mutates_args=())
def fused(x: Tensor, weight: Tensor) -> Tensor:
    return x @ weight


def test_a_kernel_that_nobody_knows_may_multiply() -> None:
    found = counted(fused, torch.ones(4, 5), torch.ones(5, 3))
    assert found.macs is None
    assert found.uncounted == {"tensorboard_cnc_tests.fused": 1}
    both = counted(lambda x, held: fused(x @ held, held.t()), torch.ones(4, 5), torch.ones(5, 3))
    assert (both.macs, both.uncounted) == (60, {"tensorboard_cnc_tests.fused": 1})


def test_a_network_without_products_makes_none() -> None:
    assert measure(nn.ReLU(), torch.ones(4), repeats=1).macs == 0


def test_a_sum_over_bags_may_multiply() -> None:
    bags = nn.EmbeddingBag(5, 3, mode="sum")
    found = measure(bags, torch.tensor([[1, 2]]), repeats=1)
    assert list(found.uncounted) == ["aten._embedding_bag"]


def test_a_module_that_turns_gradients_on_is_counted() -> None:
    def compute(x: Tensor, held: Tensor) -> Tensor:
        with torch.enable_grad():
            return x @ held

    assert counted(compute, torch.ones(4, 5), torch.ones(5, 3)).macs == 60

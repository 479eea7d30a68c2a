"""One briefly trained network for all tests that need one."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from demo.digits.data import Digits, handwritten_digits
from demo.digits.logbook import Exam
from demo.digits.network import convolutional_network
from demo.digits.scans import scans_of
from demo.digits.training import trained


@pytest.fixture(autouse=True)
def _fixed_random_state() -> None:
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def digits() -> Digits:
    return handwritten_digits()


@pytest.fixture(scope="session")
def exam(digits: Digits) -> Exam:
    return Exam(digits, scans_of(digits.test))


@pytest.fixture(scope="session")
def dense(digits: Digits) -> nn.Sequential:
    torch.set_num_threads(1)
    net = trained(
        convolutional_network(),
        digits.train,
        epochs=5,
        learning_rate=0.1,
        seed=0,
        epoch_done=lambda *_: None,
    )
    assert isinstance(net, nn.Sequential)
    return net

"""One briefly trained language model for all tests that need one."""

from __future__ import annotations

import pytest
import torch

from demo.language.text import Text, documentation
from demo.language.training import trained
from demo.language.transformer import LanguageModel


@pytest.fixture(scope="session")
def text() -> Text:
    return documentation()


@pytest.fixture(scope="session")
def net(text: Text) -> LanguageModel:
    torch.set_num_threads(1)
    return trained(
        LanguageModel(len(text.vocabulary), seed=0),
        text.tokens[:1000],
        epochs=1,
        learning_rate=0.003,
        seed=0,
        epoch_done=lambda *_: None,
    )

"""A Hugging Face Trainer with a callback: python transformers_trainer.py runs."""

import sys

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

from tensorboard_cnc.integrations.transformers import CncCallback

torch.manual_seed(0)
ids = torch.randint(0, 100, (256, 16))
rows = [{"input_ids": row, "labels": (row[0] > 50).long()} for row in ids]
# From a config: nothing is downloaded.
size = {"hidden_size": 32, "num_hidden_layers": 1, "intermediate_size": 64}
model = BertForSequenceClassification(BertConfig(vocab_size=100, num_attention_heads=2, **size))


def accuracy(prediction):
    return {"accuracy": float((prediction.predictions.argmax(1) == prediction.label_ids).mean())}


trainer = Trainer(
    model,
    TrainingArguments(
        sys.argv[1], eval_strategy="epoch", save_strategy="no", report_to="none", use_cpu=True
    ),
    train_dataset=rows,
    eval_dataset=rows,
    compute_metrics=accuracy,
    callbacks=[
        CncCallback(
            "tiny-bert",
            operation="train",
            metrics={"eval_accuracy": "max"},
            example_inputs={"input_ids": ids[:32]},
        )
    ],
)
trainer.train()

"""What all cards of one model say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeAlias

from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.nearest import ModelIndex
from tensorboard_cnc.records.models import ModelCard, Stored

# Cards, each with the step of its event.
DatedCards: TypeAlias = list[tuple[int, ModelCard]]


def changes_by_key(changes: Iterable[Stored], members: Iterable[Member]) -> dict[str, DatedCards]:
    """The `changes` that are of one of `members`, found like metrics that are attached to it."""
    found: dict[str, DatedCards] = defaultdict(list)
    index = ModelIndex((m.run, m.card.id, m.card.created_us) for m in members)
    for entry in changes:
        if isinstance(entry.record, ModelCard):
            card = entry.record
            match = index.find(card.id, run=entry.run, at_us=card.created_us)
            if match:
                found[match.key].append((entry.order, card))
    return found


def merged_card(dated: Iterable[tuple[int, ModelCard]]) -> ModelCard:
    """What the cards of one model, each with the step of its event, say together.

    Of each field the last word counts. A handle writes its card again whenever the status
    changes, so a status is as new as the event; all else was said when the handle was opened.
    The model was created when the first of them was that does not only edit it, and ended when it
    did, whatever somebody says of that afterwards.

    Raises:
      ValueError: there is no card.
    """
    cards = [card for _, card in sorted(dated, key=lambda pair: (pair[0], pair[1].created_us))]
    if len(cards) == 1:
        return cards[0]
    if not cards:
        raise ValueError("a model has at least one card")
    fields: dict[str, Any] = {}
    for card in sorted(cards, key=lambda card: card.created_us):
        for field in card.says - {"status"}:
            fields[field] = getattr(card, field)
    for card in cards:
        if "status" in card.says:
            ended = fields.get("closed_us") if card.edits and card.status != "running" else None
            fields |= status_of(card)
            fields["closed_us"] = ended or card.closed_us
    return ModelCard(
        cards[0].id,
        **fields,
        created_us=min(
            (card.created_us for card in cards if card.created_us and not card.edits), default=0
        ),
        says=frozenset[Any]().union(*(card.says for card in cards)),
    )


def status_of(card: ModelCard) -> dict[str, Any]:
    """The fields that a status is said with."""
    return {"status": card.status, "reason": card.reason, "closed_us": card.closed_us}

"""What a report gives away of those who logged it: said before it is passed on."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_cnc import wire
from tensorboard_cnc.wording import plain

_NAMED = 5


def held(
    models: wire.Models, pages: Sequence[wire.InstancePage], images: int, *, with_instances: bool
) -> list[str]:
    """A sentence each for the models, and for the instances of each data set."""
    found = [_models(models)]
    if not with_instances:
        return [*found, "No instance: they were left out. Names of classes and slices are inside."]
    names = {page["dataset"]: None for page in pages}
    found += [_instances([page for page in pages if page["dataset"] == key]) for key in names]
    if images:
        found.append(f"{_counted(images, 'image')} of instances.")
    return found if names else [*found, "No instance: none was logged for the models compared."]


def _models(models: wire.Models) -> str:
    said = models["models"]
    kinds = {
        "descriptions": any(model.get("description") for model in said),
        "paths of checkpoints": any(model.get("checkpoint") for model in said),
        "names of machines": any(
            metric.get("host") for model in said for metric in model["metrics"].values()
        ),
    }
    also = "".join(f", {kind}" for kind, there in kinds.items() if there)
    return (
        f"{_counted(len(said), 'model')} with ids, names of runs, operations, parameters and "
        f"metrics{also}."
    )


def _instances(pages: Sequence[wire.InstancePage]) -> str:
    ids = {id for page in pages for id in page["ids"]}
    texts = {
        id
        for page in pages
        for of in (page.get("texts"), page.get("targets"))
        for id, text in zip(page["ids"], of or (), strict=False)
        if text is not None
    }
    attributes = {name: None for page in pages for name in page["attributes"]}
    named = ", ".join(map(plain, list(attributes)[:_NAMED]))
    more = " and more" if len(attributes) > _NAMED else ""
    also = f", attributes ({named}{more})" if attributes else ""
    texts_too = f", texts of {len(texts):,}" if texts else ""
    what = _counted(len(ids), "instance")
    return f"{what} of a data set with ids, labels, predictions{also}{texts_too}."


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"

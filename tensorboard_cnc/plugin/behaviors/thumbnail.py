"""The thumbnail of one instance."""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_cnc.analysis.behaviors.alignment import row_of_text
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.behaviors.evaluation_sets import dataset_key
from tensorboard_cnc.plugin.http import BadRequestError
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.records.instances import Dataset


def thumbnail(arguments: Mapping[str, str], catalog: Catalog, records: Records) -> bytes:
    """The PNG file of the instance `id` of the data set `dataset`, given by its key.

    Raises:
        BadRequestError: 400, a parameter is missing; 404, there is no such thumbnail.
    """
    key, id = arguments.get("dataset"), arguments.get("id")
    if not key or id is None:
        raise BadRequestError(400, "Give dataset=KEY and id=ID, as the behaviors route lists them")
    dataset = _dataset(key, catalog, records)
    row = row_of_text(id, dataset.ids)
    if row is None or dataset.images is None or not dataset.images[row]:
        raise BadRequestError(404, f"The data set {dataset.name} has no thumbnail of {id[:80]}")
    return dataset.images[row]


def _dataset(key: str, catalog: Catalog, records: Records) -> Dataset:
    known: dict[str, str] = {}
    for bulk in catalog.datasets:
        try:
            dataset = records.dataset(bulk)
        except RecordError:
            continue
        found = dataset_key(dataset.name, dataset.fingerprint)
        if found == key:
            return dataset
        known[found] = dataset.name
    told = ", ".join(f"{each} ({name})" for each, name in known.items()) or "none"
    raise BadRequestError(404, f"There is no data set {key[:40]}; there are: {told[:1000]}")

"""The sensitivity that a question asks for."""

from __future__ import annotations

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.sensitivity.profile import Profile
from tensorboard_cnc.plugin.questions import SensitivityQuestion
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.records.models import Bulk


def bulk_of(catalog: Catalog, key: str) -> Bulk | None:
    """Where the model's sensitivity is; None where none was logged."""
    kinds = catalog.bulk.get(key, ())
    return next((each for each in kinds if each.kind == "sensitivity"), None)


def profile_of(question: SensitivityQuestion, catalog: Catalog, records: Records) -> Profile:
    """Reads the model's record.

    Raises:
      BadRequestError: 404, it has none.
      RecordError: it cannot be read.
    """
    bulk = bulk_of(catalog, question.model)
    if bulk is None:
        raise BadRequestError(
            404,
            "No sensitivity was logged for this model; log it with m.sensitivity(net, inputs)",
        )
    record = records.sensitivity(bulk)
    return records.keep(Profile, ("sensitivity", bulk), lambda: Profile(record))

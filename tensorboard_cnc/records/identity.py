"""Which model is which: a model is (run, id), and its key stands for the two in links."""

from __future__ import annotations

import base64
import hashlib


def model_key(run: str, model_id: str) -> str:
    """12 URL-safe characters (72 bits of SHA-256) that stand for (`run`, `model_id`).

    The run of a model that nobody logged is "", which no real run is called.
    """
    digest = hashlib.sha256(f"{run}\0{model_id}".encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[:9]).decode()

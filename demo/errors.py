"""What keeps the demo from running."""

from __future__ import annotations


class DemoError(Exception):
    """Something the user can mend; the message says how."""

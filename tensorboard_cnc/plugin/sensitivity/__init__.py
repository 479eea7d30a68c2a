"""The sensitivity of one model, and its allocations as texts."""

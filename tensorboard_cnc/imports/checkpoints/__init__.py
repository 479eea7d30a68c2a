"""Checkpoints that were never logged, brought into a log directory."""

"""Changes what logs say by writing beside them: models that are edited, runs that become models."""

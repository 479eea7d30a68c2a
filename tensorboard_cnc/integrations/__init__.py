"""Callbacks for training toolkits; each needs its toolkit, and the rest of the package none."""

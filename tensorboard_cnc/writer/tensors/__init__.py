"""Tensors of any model, read piece by piece as plain floats, whatever holds them."""

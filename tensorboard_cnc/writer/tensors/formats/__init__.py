"""Layouts that keep quantized weights as several tensors side by side, a module for each family."""

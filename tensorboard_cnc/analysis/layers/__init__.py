"""Weights, zeros and activations of any two models, from what was sketched of them."""

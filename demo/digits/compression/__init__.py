"""Compression methods as plain functions: a network in, a compressed copy out."""

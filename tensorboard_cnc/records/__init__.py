"""What is stored, as plain immutable values."""

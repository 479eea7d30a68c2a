"""What each weight does to the outputs when it alone is compressed, measured or predicted."""

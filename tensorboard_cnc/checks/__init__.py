"""Whether models keep what is asked of them, for continuous integration."""

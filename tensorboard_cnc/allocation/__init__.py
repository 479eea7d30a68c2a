"""Which candidate each layer gets, so that the damages add up to the least for their bytes."""

"""One pass of a network over probe inputs, watched layer by layer, that changes nothing."""

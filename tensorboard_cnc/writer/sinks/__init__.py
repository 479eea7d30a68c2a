"""Where records go: a directory, or the writer that a script has already."""

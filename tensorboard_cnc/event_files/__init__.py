"""Event files as they lie in a directory, read without TensorBoard's loaders."""

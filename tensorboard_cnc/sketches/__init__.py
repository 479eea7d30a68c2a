"""What a sketch of a tensor holds, and how it is computed: one module per quantity."""

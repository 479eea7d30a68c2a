"""Built-in ways to compress one weight, each exactly as its format defines it."""

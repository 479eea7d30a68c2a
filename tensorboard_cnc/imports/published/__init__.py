"""The published system's experiment tables: parse, then write."""

"""Tables of one row a model: CSV, TSV, Parquet."""

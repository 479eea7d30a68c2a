"""Records to checksummed bytes and back, and the names they are stored under."""

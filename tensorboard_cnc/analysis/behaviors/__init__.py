"""What compression did to predictions: pure functions of arrays aligned by instance."""

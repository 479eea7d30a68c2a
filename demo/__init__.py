"""A sweep of really trained and really compressed models, logged for Compress & Compare."""

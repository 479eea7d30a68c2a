"""What layers bear, what nothing tells apart, and which allocation follows from it."""

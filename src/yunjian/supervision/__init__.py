"""THE EYE."""

"""THE WORK."""

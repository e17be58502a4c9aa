"""Template tags of agencies."""

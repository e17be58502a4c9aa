"""Template tags of administration."""

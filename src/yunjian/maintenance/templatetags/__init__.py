"""Template tags of maintenance."""

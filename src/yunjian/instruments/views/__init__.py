"""Pages of instruments and their filing."""

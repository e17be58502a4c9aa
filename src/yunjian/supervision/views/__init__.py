"""Pages of the supervision portal."""

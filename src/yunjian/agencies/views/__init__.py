"""Pages of the agency portal."""

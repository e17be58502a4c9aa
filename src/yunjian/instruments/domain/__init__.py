"""Pure rules of instruments."""

"""Every write about certificates."""

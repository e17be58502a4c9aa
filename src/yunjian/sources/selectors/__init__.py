"""Every read of sources."""

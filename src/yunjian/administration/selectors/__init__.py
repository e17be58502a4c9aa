"""Every read of administration."""

"""Every read of supervision."""

"""Settings, root addresses and the command line."""

"""Who may change what the library holds."""

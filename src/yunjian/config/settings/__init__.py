"""Settings: base, and what the demo, production and the tests change."""

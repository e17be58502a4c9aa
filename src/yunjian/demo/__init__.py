"""The demo city: everything in it is invented, and everything came in through the services."""

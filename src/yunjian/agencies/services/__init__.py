"""Services of agencies, one file per part of the filing."""

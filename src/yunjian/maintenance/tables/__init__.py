"""Tables of maintenance, one file per part of the work."""

"""What many tests stand on: the database, the clock, rows read for an assertion."""

"""What every kept record shares: its fields, what is wrong with input, changes, the version."""

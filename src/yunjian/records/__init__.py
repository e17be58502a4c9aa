"""What every kept record shares."""

"""What is read from files."""

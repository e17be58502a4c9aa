"""Pure parts of the library: labels, differences, edits."""

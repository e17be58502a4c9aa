"""Pure rules of reports: numbers, findings."""

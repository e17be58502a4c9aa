"""Credit information of agencies: daily and annual records."""

"""Pages of the source portal: thin, what happens is in the services."""

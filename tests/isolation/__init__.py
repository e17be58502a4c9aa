"""Isolation: the walls in the database, and the battery over every route."""

"""Isolation: row policies in the database, and the battery over every route."""

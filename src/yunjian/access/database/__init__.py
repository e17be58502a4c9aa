"""The database backend: Django's for PostgreSQL, which tells the database who acts."""

"""Catalogues that ship with the program."""

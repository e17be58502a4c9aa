"""Comparison and verification reports, recomputed."""

"""The arithmetic of the standards: exact, with its steps, judged by rule packs.

Values are fractions: `float(value)` for JSON, `rounding.rounded(value, 2)` for a reported figure.
"""

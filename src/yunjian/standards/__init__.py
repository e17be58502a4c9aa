"""THE RULES: pure Python and data, no framework. Sheets, rule packs, rounding."""

"""规则库: the rule packs in force, how they are compared, corrected and published anew."""

"""Analysers and samplers: filing, lifecycle, follow-ups, imports, labels."""

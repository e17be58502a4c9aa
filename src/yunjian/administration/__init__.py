"""THE KEYS: 系统管理 by the three administrators, kept apart."""

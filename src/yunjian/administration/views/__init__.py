"""Pages of 系统管理: thin."""

"""How certificates of the demo authority are told from real ones."""

DEMO_MARK = "YUNJIAN-DEMO-NOT-FOR-PRODUCTION"

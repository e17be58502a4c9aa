"""Who gets to the rule library: authorities, by the guard of their portal (docs/adr/0160)."""

from yunjian.web.guards import authority_page as rules_page

__all__ = ["rules_page"]

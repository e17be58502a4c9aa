"""Who may do what with accounts and bindings."""

from yunjian.kernel.actor import Actor

PORTAL_OF_KIND = {
    "discharger": "source",
    "agency": "agency",
    "authority": "supervision",
    "operator": "supervision",
}


def may_manage_accounts(actor: Actor) -> bool:
    """Owners and managers manage the accounts of their own organisation."""
    return actor.has_role("owner", "manager", "system_administrator")

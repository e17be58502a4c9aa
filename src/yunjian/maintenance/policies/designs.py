"""Who may write the sheets that everybody fills in."""

from yunjian.kernel.actor import Actor


def may_design(actor: Actor) -> bool:
    """Rule administrators of the city's authority; a district's sheets are the city's."""
    return (
        actor.organization_kind == "authority"
        and actor.districts is None
        and actor.has_role("rule_administrator")
    )

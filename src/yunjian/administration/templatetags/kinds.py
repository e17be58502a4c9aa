"""What kinds of organisations are called."""

from collections.abc import Iterable

from django import template

from yunjian.identity.models.organizations import OrganizationKind

register = template.Library()


@register.filter
def kind_titles(kinds: Iterable[str]) -> str:
    """Return the names of kinds of organisations as one text."""
    return "、".join(str(OrganizationKind(kind).label) for kind in kinds)
